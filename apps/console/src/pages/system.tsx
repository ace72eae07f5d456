import { useQuery } from '@tanstack/react-query';
import type { SystemView } from '@ballast/contracts';
import { questions } from '../api/client';
import { useLive } from '../api/live';
import { utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { NowOnly } from '../parts/now-only';
import { Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';

type Partition = SystemView['partitions'][number];

const COLUMNS: readonly Column<Partition>[] = [
  { name: 'Log', text: ({ log }) => log },
  {
    name: 'Partition',
    isNumber: true,
    text: ({ partition }) => String(partition),
    show: ({ partition }) => (partition < 0 ? 'global' : partition),
  },
  {
    name: 'Position',
    unit: 'events',
    isNumber: true,
    text: ({ position }) => String(position),
    show: ({ position }) => position.toLocaleString('en'),
  },
  { name: 'Clearing time', unit: 'UTC', text: ({ clearing }) => utc(clearing) },
  { name: 'Waiting', unit: 'inputs', isNumber: true, text: ({ backlog }) => String(backlog) },
  { name: 'Lag', unit: 's', isNumber: true, text: ({ lagSeconds }) => String(lagSeconds) },
  { name: 'Owner', text: ({ owner }) => owner },
];

const EXCHANGE: readonly Column<SystemView['exchange'][number]>[] = [
  { name: 'Topic', text: ({ log }) => log },
  {
    name: 'Partition',
    isNumber: true,
    text: ({ partition }) => String(partition),
    show: ({ partition }) => (partition < 0 ? 'global' : partition),
  },
  {
    name: 'Position',
    unit: 'messages',
    isNumber: true,
    text: ({ position }) => String(position),
    show: ({ position }) => position.toLocaleString('en'),
  },
];

/** Who writes which partition, how far it is, what waits, and whether everything that must hold does. */
export default function SystemPage() {
  const { data, error } = useQuery(questions.system());
  const { status } = useLive();
  if (data === undefined) {
    return (
      <Page title="System">
        <Pending error={error} what="the partitions" />
      </Page>
    );
  }
  return (
    <Page title="System" lead={`As of ${utc(data.clearing)} UTC.`}>
      <NowOnly what="This page" />
      <dl className={partStyles.cards}>
        <div className={partStyles.card}>
          <dt>Invariants</dt>
          <dd>{status === null ? '–' : status.invariants.violations.length === 0 ? '● all hold' : '▲ broken'}</dd>
          <dd className={partStyles.note}>
            {status === null
              ? 'not looked at yet'
              : status.invariants.violations.length === 0
                ? `${status.invariants.checked} looked at, at ${utc(status.invariants.at)} UTC`
                : status.invariants.violations.join(', ')}
          </dd>
        </div>
        <div className={partStyles.card}>
          <dt>Waiting</dt>
          <dd>{data.partitions.reduce((sum, { backlog }) => sum + backlog, 0).toLocaleString('en')} inputs</dd>
          <dd className={partStyles.note}>
            in {data.partitions.filter(({ backlog }) => backlog > 0).length} of {data.partitions.length} partitions
          </dd>
        </div>
        <div className={partStyles.card}>
          <dt>Events</dt>
          <dd>{data.partitions.reduce((sum, { position }) => sum + position, 0).toLocaleString('en')}</dd>
          <dd className={partStyles.note}>each a leaf of a tree</dd>
        </div>
      </dl>
      <Panel title="Partitions" sub="of the four services; one writer each">
        <DataTable
          caption="Partitions of the services"
          rows={data.partitions}
          columns={COLUMNS}
          empty="No partition is run here."
        />
      </Panel>
      <Panel title="The exchange" sub="what came from it, and went to it">
        <DataTable
          caption="Topics of the exchange"
          rows={data.exchange}
          columns={EXCHANGE}
          empty="Nothing came from an exchange yet."
        />
      </Panel>
    </Page>
  );
}
