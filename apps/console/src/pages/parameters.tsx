import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { RulesHistory } from '@ballast/contracts';
import { questions, type RuleProposal } from '../api/client';
import { utc } from '../format/time';
import { Done } from '../parts/acting';
import { DataTable, type Column } from '../parts/data-table';
import { EventLink } from '../parts/links';
import { AtHouseTime, usePastTime } from '../parts/now-only';
import { Empty, Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { Twin } from '../parts/twin';
import { Approval, Proposing } from './parameters/change';
import { figureShown, figuresOf, figureText, unitOf, type Figure } from './parameters/figures';

const SERVICES = ['margin', 'pricing', 'accounts', 'liquidation'] as const;

const FIGURES: readonly Column<Figure>[] = [
  { name: 'Field', text: ({ path }) => path.join('.'), show: ({ path }) => <code>{path.join('.')}</code> },
  { name: 'Figure', text: ({ value }) => figureText(value), show: figureShown },
  { name: 'Unit', text: ({ path }) => unitOf(path) },
];

type Change = RuleProposal['changes'][number];

const CHANGES: readonly Column<Change>[] = [
  { name: 'Field', text: ({ field }) => field, show: ({ field }) => <code>{field}</code> },
  { name: 'In force', text: ({ before }) => figureText(before) },
  {
    name: 'Proposed',
    text: ({ after }) => figureText(after),
    show: ({ after }) => <strong>◆ {figureText(after)}</strong>,
  },
];

/** The rules in force of every service, what is proposed in their place, and how they came to be. */
export default function ParametersPage() {
  return (
    <AtHouseTime title="Parameters">
      <TheParameters />
    </AtHouseTime>
  );
}

function TheParameters() {
  const [service, setService] = useState<(typeof SERVICES)[number]>('margin');
  const { at } = useSearch({ strict: false });
  const { data, error } = useQuery(questions.documents(service, usePastTime()));
  const used = [...(data?.inForce ?? []), ...(data?.proposals ?? [])].map(({ id }) => id);
  return (
    <Page
      title="Parameters"
      lead="Every figure that decides stands in a document of the log. A change is proposed by one person and approved by another; it is in force from the event of its approval. A figure without a unit is a share (0.05 is 5 %), a multiple or a count."
    >
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
          <Proposals key={service} service={service} proposals={data.proposals} isPast={at !== undefined} />
          <History service={service} />
          {data.inForce.length === 0 && <Empty>No document of {service} is in force.</Empty>}
          {data.inForce.map((document) => (
            <Panel
              key={`${document.kind} ${document.id}`}
              title={document.id}
              sub={
                <>
                  {document.kind} in force, hash <code>{document.hash.slice(0, 16)}…</code>
                </>
              }
            >
              <DataTable
                caption={`Figures of ${document.id}`}
                rows={figuresOf(document.body)}
                columns={FIGURES}
                empty="It has no figures."
              />
              {at === undefined && <Proposing key={document.hash} service={service} document={document} used={used} />}
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
  isPast,
}: {
  readonly service: string;
  readonly proposals: readonly RuleProposal[];
  readonly isPast: boolean;
}) {
  const [done, setDone] = useState<string | null>(null);
  return (
    <>
      {proposals.length === 0 && (
        <Panel title="Proposals">
          <Empty>Nothing is proposed in place of what is in force.</Empty>
        </Panel>
      )}
      <Done said={done} />
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
          {isPast ? (
            <p className={partStyles.lead}>It is approved at the present.</p>
          ) : (
            <Approval service={service} proposalId={proposalId} id={id} changes={changes.length} onDone={setDone} />
          )}
        </Panel>
      ))}
    </>
  );
}

type RuleChange = RulesHistory['items'][number];

const SIGNS = { established: '● established', proposed: '◆ proposed', approved: '● approved' } as const;

/** Who changed what, when and why; and what an approval still has before it. */
function History({ service }: { readonly service: (typeof SERVICES)[number] }) {
  const { data, error } = useQuery(questions.rulesHistory(service, usePastTime()));
  if (data === undefined) return <Pending error={error} what={`the history of the rules of ${service}`} />;
  const {
    items: changes,
    asOf: { clearing },
  } = data;
  const reaches = ({ at, change, noticeMs }: RuleChange): number | null =>
    change === 'approved' && noticeMs !== null ? at + noticeMs : null;
  const columns: readonly Column<RuleChange>[] = [
    // A log is opened before there is a clearing time.
    { name: 'Clearing time', unit: 'UTC', text: ({ at }) => (at === 0 ? 'as it opened' : utc(at)) },
    { name: 'What', isWhole: true, text: ({ change }) => change, show: ({ change }) => SIGNS[change] },
    { name: 'Document', text: ({ id }) => id },
    { name: 'Kind', text: ({ kind }) => kind },
    { name: 'By', text: ({ by }) => by },
    { name: 'Why', text: ({ reason }) => reason ?? '' },
    {
      name: 'Liquidation levels follow until',
      unit: 'UTC',
      text: (change) => {
        const at = reaches(change);
        return at === null ? '' : utc(at);
      },
      show: (change) => {
        const at = reaches(change);
        return at === null ? '–' : `${at > clearing ? '▲ ' : ''}${utc(at)}`;
      },
    },
    {
      name: 'Event',
      text: ({ position }) => `${service}/-1#${position}`,
      show: ({ position }) => <EventLink place={`${service}/-1#${position}`} />,
    },
  ];
  const ahead = changes.filter((change) => (reaches(change) ?? 0) > clearing);
  return (
    <Twin
      title="History and calendar"
      sub="newest first; a change of rates is due as a call at once, and closes nobody out before its notice is over"
      name={`rules-${service}`}
      rows={changes}
      columns={columns}
    >
      <p>
        {ahead.length === 0
          ? 'No approved change is still on its way to the liquidation levels.'
          : ahead.map(
              (change) => `▲ ${change.id} reaches the liquidation levels by ${utc(reaches(change) ?? 0)} UTC. `,
            )}
      </p>
      <DataTable
        caption={`Changes of the rules of ${service}`}
        rows={changes}
        columns={columns}
        empty="Its log has established no rules yet."
      />
    </Twin>
  );
}
