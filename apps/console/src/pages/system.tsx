import { useQuery } from '@tanstack/react-query';
import type { SystemView } from '@ballast/contracts';
import { questions, type HouseModeProposal, type InstrumentHaltsView } from '../api/client';
import { useLive } from '../api/live';
import { asOf, clearing, utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { NowOnly } from '../parts/now-only';
import { Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';

type Partition = SystemView['partitions'][number];

const placeText = (partition: number): string => (partition < 0 ? 'global' : String(partition));

const COLUMNS: readonly Column<Partition>[] = [
  { name: 'Log', text: ({ log }) => log },
  {
    name: 'Partition',
    isNumber: true,
    text: ({ partition }) => String(partition),
    show: ({ partition }) => placeText(partition),
  },
  {
    name: 'Position',
    unit: 'events',
    isNumber: true,
    text: ({ position }) => String(position),
    show: ({ position }) => position.toLocaleString('en'),
  },
  { name: 'Clearing time', unit: 'UTC', text: (partition) => clearing(partition.clearing) },
  { name: 'Waiting', unit: 'inputs', isNumber: true, text: ({ backlog }) => String(backlog) },
  { name: 'Lag', unit: 's', isNumber: true, text: ({ lagSeconds }) => String(lagSeconds) },
  { name: 'Owner', text: ({ owner }) => owner },
];

const EXCHANGE: readonly Column<SystemView['exchange'][number]>[] = [
  {
    name: 'Topic',
    text: ({ log }) => log,
    // On a narrow page it breaks behind the point.
    show: ({ log }) => (
      <>
        exchange.
        <wbr />
        {log.replace('exchange.', '')}
      </>
    ),
  },
  {
    name: 'Partition',
    isNumber: true,
    text: ({ partition }) => String(partition),
    show: ({ partition }) => placeText(partition),
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
    <Page title="System" lead={`Partitions and modes ${asOf(data.clearing)}.`}>
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
            {data.absent.length > 0
              ? `no owner answers for ${data.absent.map(({ log, partition }) => `${log} ${placeText(partition)}`).join(', ')}`
              : `in ${data.partitions.filter(({ backlog }) => backlog > 0).length} of ${data.partitions.length} partitions`}
          </dd>
        </div>
        <div className={partStyles.card}>
          <dt>Events</dt>
          <dd>{data.partitions.reduce((sum, { position }) => sum + position, 0).toLocaleString('en')}</dd>
          <dd className={partStyles.note}>each a leaf of a tree</dd>
        </div>
        <div className={partStyles.card}>
          <dt>Read models</dt>
          <dd>{data.readModels.waiting?.toLocaleString('en') ?? '–'} events behind</dd>
          <dd className={partStyles.note}>
            lists and histories have {data.readModels.events.toLocaleString('en')}, up to{' '}
            {clearing(data.readModels.clearing)}
          </dd>
        </div>
      </dl>
      <HouseMode />
      <Halts />
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

const MODES: Readonly<Record<HouseModeProposal['mode'], string>> = {
  normal: '● normal: everything that the margin allows is done.',
  'reduce-only': '◐ reduce-only: no order that takes new risk is admitted, and no other margin model.',
  'withdrawals-stopped': '■ withdrawals-stopped: nothing is paid out.',
  halt: '▼ halt: only deposits are taken, and nothing is closed out.',
};

const MODE_PROPOSALS: readonly Column<HouseModeProposal>[] = [
  { name: 'Proposal', text: ({ proposalId }) => proposalId },
  { name: 'Mode', text: ({ mode }) => mode },
  { name: 'By', text: ({ proposer }) => proposer },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** What the house does at all; one person lets it do less, two let it do more again. */
function HouseMode() {
  const { data, error } = useQuery(questions.houseMode());
  if (data === undefined) return <Pending error={error} what="the mode of the house" />;
  return (
    <Panel title="House mode" sub="one person lets it do less, two let it do more again">
      <p>{MODES[data.mode]}</p>
      {data.change !== null && (
        <p>
          Since {utc(data.change.at)} UTC, by {data.change.proposer}
          {data.change.approver !== null && ` and ${data.change.approver}`}: {data.change.reason}
        </p>
      )}
      <DataTable
        caption="Modes that are proposed"
        rows={data.proposals}
        columns={MODE_PROPOSALS}
        empty="No other mode waits for a second person."
      />
    </Panel>
  );
}

type Halt = InstrumentHaltsView['items'][number];

const HALTS: readonly Column<Halt>[] = [
  {
    name: 'Instrument',
    isWhole: true,
    text: ({ instrument }) => instrument,
    show: ({ instrument }) => `▼ ${instrument}`,
  },
  { name: 'Since', unit: 'UTC', text: ({ since }) => utc(since) },
  {
    name: 'Until',
    unit: 'UTC',
    text: ({ until }) => (until === null ? 'two persons resume it' : utc(until)),
  },
  { name: 'By', text: ({ haltedBy }) => haltedBy },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
  {
    name: 'To be resumed',
    text: ({ resumption }) =>
      resumption === null ? 'not proposed' : `proposed by ${resumption.proposer}: ${resumption.reason}`,
  },
];

/** Instruments in which nothing trades. */
function Halts() {
  const { data, error } = useQuery(questions.instrumentHalts());
  if (data === undefined) return <Pending error={error} what="the halted instruments" />;
  return (
    <Panel title="Halted instruments">
      <DataTable
        caption="Instruments that are halted"
        rows={data}
        columns={HALTS}
        empty="Every instrument trades as far as the house mode lets it."
      />
    </Panel>
  );
}
