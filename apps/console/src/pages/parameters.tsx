import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { questions, type DocumentsView } from '../api/client';
import { DataTable, type Column } from '../parts/data-table';
import { NowOnly } from '../parts/now-only';
import { Empty, Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';

const SERVICES = ['margin', 'pricing', 'accounts', 'liquidation'] as const;

interface Field {
  readonly path: string;
  readonly value: string;
}

const shown = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Every figure of a document with its path. */
function fieldsOf(value: unknown, path = ''): readonly Field[] {
  if (value === null || typeof value !== 'object') return [{ path, value: shown(value) }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, value: '(empty)' }];
  return entries.flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`));
}

const FIELDS: readonly Column<Field>[] = [
  { name: 'Field', text: ({ path }) => path, show: ({ path }) => <code>{path}</code> },
  { name: 'Figure', text: ({ value }) => value },
];

type Change = DocumentsView['proposals'][number]['changes'][number];

const CHANGES: readonly Column<Change>[] = [
  { name: 'Field', text: ({ field }) => field, show: ({ field }) => <code>{field}</code> },
  { name: 'In force', text: ({ before }) => shown(before) },
  { name: 'Proposed', text: ({ after }) => shown(after), show: ({ after }) => <strong>◆ {shown(after)}</strong> },
];

/** The rules in force of every service, and what is proposed in their place. */
export default function ParametersPage() {
  const [service, setService] = useState<(typeof SERVICES)[number]>('margin');
  const { data, error } = useQuery(questions.documents(service));
  return (
    <Page
      title="Parameters"
      lead="Every figure that decides stands in a document of the log. A change is proposed by one person and approved by another; it is in force from the event of its approval."
    >
      <NowOnly what="This page" />
      <div className={partStyles.filters}>
        <label>
          Service{' '}
          <select value={service} onChange={({ target }) => setService(target.value as (typeof SERVICES)[number])}>
            {SERVICES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      {data === undefined ? (
        <Pending error={error} what={`the rules of ${service}`} />
      ) : (
        <>
          <Proposals service={service} proposals={data.proposals} />
          {data.inForce.length === 0 && <Empty>No document of {service} is in force.</Empty>}
          {data.inForce.map(({ kind, id, hash, body }) => (
            <Panel
              key={`${kind} ${id}`}
              title={`${id}`}
              sub={
                <>
                  {kind} in force, hash <code>{hash.slice(0, 16)}…</code>
                </>
              }
            >
              <DataTable
                caption={`Figures of ${id}`}
                rows={fieldsOf(body)}
                columns={FIELDS}
                empty="It has no figures."
              />
            </Panel>
          ))}
        </>
      )}
    </Page>
  );
}

function Proposals({
  service,
  proposals,
}: {
  readonly service: string;
  readonly proposals: DocumentsView['proposals'];
}) {
  if (proposals.length === 0) {
    return (
      <Panel title="Proposals">
        <Empty>Nothing is proposed in place of what is in force.</Empty>
      </Panel>
    );
  }
  return (
    <>
      {proposals.map(({ proposalId, proposer, reason, id, replaces, changes }) => (
        <Panel
          key={proposalId}
          title={`Proposal ${proposalId}`}
          sub={`${id} ${replaces === null ? 'beside what is in force' : `in place of ${replaces}`}, by ${proposer}`}
        >
          <p>{reason}</p>
          <DataTable
            caption={`What ${proposalId} changes`}
            rows={changes}
            columns={CHANGES}
            empty="It changes no figure."
          />
          <p className={partStyles.lead}>
            Another person approves it:{' '}
            <code>
              POST /rules/{service}/proposals/{proposalId}/approvals
            </code>
          </p>
        </Panel>
      ))}
    </>
  );
}
