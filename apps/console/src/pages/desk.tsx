import { useQueries, useQuery } from '@tanstack/react-query';
import {
  questions,
  type BookImportsView,
  type CorrectionsView,
  type DelistingsView,
  type ReconciliationsView,
  type SuspenseView,
} from '../api/client';
import { exact, minus } from '../format/amount';
import { utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { NowOnly } from '../parts/now-only';
import { Page, Panel, Pending } from '../parts/page';

/** What persons decide one by one, beside rules: what is proposed, by whom, what waits for a second person, what came of it. */
export default function DeskPage() {
  return (
    <Page
      title="Desk"
      lead="What persons decide one by one: one proposes, another approves. Rules, limits and fees are documents, under Parameters; halts and the mode of the house are under System."
    >
      <NowOnly what="This page" />
      <Suspense />
      <Breaks />
      <Delistings />
      <Corrections />
      <BookImports />
    </Page>
  );
}

type Suspended = SuspenseView['items'][number] & { readonly partition: number; readonly proposal: string };
type Deferred = SuspenseView['deferred'][number] & { readonly partition: number };

const byAccount = <Row extends { readonly accountId: string }>(): Column<Row> => ({
  name: 'Account',
  isWhole: true,
  text: ({ accountId }) => accountId,
});

const SUSPENSE: readonly Column<Suspended>[] = [
  byAccount(),
  { name: 'What', text: ({ reference }) => reference },
  {
    name: 'Brings',
    text: ({ money, fill }) =>
      money === null ? `${fill?.quantity ?? ''} ${fill?.instrument ?? ''}` : `${exact(money.amount)} ${money.asset}`,
  },
  { name: 'Why', text: ({ reason }) => reason },
  { name: 'Event', isWhole: true, text: ({ partition, position }) => `accounts/${partition}#${position}` },
  { name: 'To be released', isSentence: true, text: ({ proposal }) => proposal },
];

const DEFERRED: readonly Column<Deferred>[] = [
  byAccount(),
  { name: 'What', text: ({ reference }) => reference },
  {
    name: 'Waits for',
    text: ({ waitsFor: { account, contract, depositId } }) =>
      [
        ...(account ? ['its account'] : []),
        ...(contract ? ['its contract'] : []),
        ...(depositId === null ? [] : [`deposit ${depositId}`]),
      ].join(', '),
  },
  { name: 'Until', unit: 'UTC', text: ({ until }) => utc(until) },
  { name: 'Event', isWhole: true, text: ({ partition, position }) => `accounts/${partition}#${position}` },
];

/** What could not be booked, and messages that wait for what their basis names, of every partition. */
function Suspense() {
  const system = useQuery(questions.system());
  const partitions = (system.data?.partitions ?? [])
    .filter(({ log, partition }) => log === 'accounts' && partition >= 0)
    .map(({ partition }) => partition);
  const views = useQueries({ queries: partitions.map((partition) => questions.suspense(partition)) });
  const error = system.error ?? views.find((view) => view.error !== null)?.error ?? null;
  if (system.data === undefined || views.some(({ data }) => data === undefined)) {
    return <Pending error={error} what="what is in suspense" />;
  }
  const kept = views.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const items = kept.flatMap(({ partition, items: all, proposals }) =>
    all.map((item): Suspended => {
      const proposed = proposals.find(({ position }) => position === item.position);
      const proposal =
        proposed === undefined
          ? 'not proposed'
          : `${proposed.outcome}, proposed by ${proposed.proposer}: ${proposed.reason}`;
      return { ...item, partition, proposal };
    }),
  );
  const deferred = kept.flatMap(({ partition, deferred: all }) =>
    all.map((each): Deferred => ({ ...each, partition })),
  );
  return (
    <>
      <Panel title="Suspense" sub="what could not be booked where it says (CLR-ACC-016 to 019)">
        <DataTable caption="Items in suspense" rows={items} columns={SUSPENSE} empty="Nothing is in suspense." />
      </Panel>
      <Panel title="Deferred messages" sub="they wait for what their basis names (CLR-ACC-050)">
        <DataTable
          caption="Messages that wait for what their basis names"
          rows={deferred}
          columns={DEFERRED}
          empty="No message waits for its account, its contract or a deposit."
        />
      </Panel>
    </>
  );
}

type Break = ReconciliationsView['breaks'][number];

const SOURCES: readonly Column<ReconciliationsView['reconciliations'][number]>[] = [
  { name: 'Source', text: ({ source }) => source },
  { name: 'Of', text: ({ of }) => of },
  { name: 'As of', unit: 'UTC', text: ({ asOf }) => utc(asOf) },
  { name: 'Lines', isNumber: true, text: ({ compared }) => String(compared) },
  {
    name: 'Differ',
    isNumber: true,
    text: ({ differing }) => String(differing),
    show: ({ differing }) => (differing === 0 ? '0' : `▲ ${differing}`),
  },
];

const BREAKS: readonly Column<Break>[] = [
  { name: 'Break', isNumber: true, text: ({ breakId }) => String(breakId) },
  { name: 'Source', text: ({ source, of }) => `${source}, ${of}` },
  {
    name: 'Line',
    text: ({ accountId, asset, instrument }) =>
      [accountId, asset, instrument].filter((part) => part !== null).join(' '),
  },
  { name: 'Ledger', isNumber: true, text: ({ ledger }) => ledger, show: ({ ledger }) => exact(ledger) },
  { name: 'There', isNumber: true, text: ({ reported }) => reported, show: ({ reported }) => exact(reported) },
  {
    name: 'Difference',
    isNumber: true,
    text: ({ ledger, reported }) => minus(reported, ledger),
    show: ({ ledger, reported }) => exact(minus(reported, ledger)),
  },
  { name: 'Since', unit: 'UTC', text: ({ since }) => utc(since) },
  {
    name: 'Explained',
    isSentence: true,
    text: ({ explanation }) =>
      explanation === null
        ? '▲ no'
        : `${explanation.text} (${explanation.proposer}, ${explanation.approver ?? 'waits for a second person'})`,
  },
];

/** Where the books of a custodian or an exchange differ from the ledger. */
function Breaks() {
  const { data, error } = useQuery(questions.reconciliations());
  if (data === undefined) return <Pending error={error} what="the reconciliations" />;
  return (
    <>
      <Panel title="Books of others" sub="held against the ledger (CLR-ACC-080)">
        <DataTable
          caption="The last reconciliation of each source"
          rows={data.reconciliations}
          columns={SOURCES}
          empty="No books of others were held against the ledger yet."
        />
      </Panel>
      <Panel title="Breaks" sub="lines that differ, until they agree again (CLR-ACC-081)">
        <DataTable caption="Breaks" rows={data.breaks} columns={BREAKS} empty="No line differs." />
      </Panel>
    </>
  );
}

type Delisting = DelistingsView['items'][number];

const DELISTINGS: readonly Column<Delisting>[] = [
  { name: 'Instrument', isWhole: true, text: ({ instrument }) => instrument },
  { name: 'Ends', unit: 'UTC', text: ({ at }) => (at === null ? 'stays after all' : utc(at)) },
  { name: 'At', text: ({ at, price }) => (at === null ? '' : price === null ? 'the mark' : exact(price)) },
  {
    name: 'Stands',
    text: ({ approvedAt, ended }) =>
      ended ? '■ ended' : approvedAt === null ? '◐ waits for a second person' : `● approved ${utc(approvedAt)} UTC`,
  },
  { name: 'By', text: ({ proposer }) => proposer },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** Perpetuals that two persons end. */
function Delistings() {
  const { data, error } = useQuery(questions.delistings());
  if (data === undefined) return <Pending error={error} what="the delistings" />;
  return (
    <Panel title="Delistings" sub="until then orders may only reduce (CLR-DEL-001 to 003)">
      <DataTable caption="Delistings" rows={data.items} columns={DELISTINGS} empty="No perpetual is to end." />
    </Panel>
  );
}

type Correction = CorrectionsView['items'][number];

const CORRECTIONS: readonly Column<Correction>[] = [
  { name: 'Trade', isWhole: true, text: ({ tradeId }) => tradeId },
  { name: 'Instrument', isWhole: true, text: ({ instrument }) => instrument },
  {
    name: 'Sides',
    text: ({ sides }) =>
      sides.map(({ accountId, side, quantity }) => `${accountId} ${side} ${exact(quantity)}`).join(', '),
  },
  {
    name: 'Stands',
    text: ({ approved, refusals, reported: { partitions, of } }) =>
      approved
        ? '■ taken back'
        : refusals.length > 0
          ? `▲ cannot be: ${refusals.join(', ')}`
          : partitions < of
            ? `◐ ${partitions} of ${of} partitions have said what they booked`
            : '◐ waits for a second person',
  },
  { name: 'By', text: ({ proposer }) => proposer },
  { name: 'Why', isSentence: true, text: ({ reason }) => reason },
];

/** Booked trades that two persons take back. */
function Corrections() {
  const { data, error } = useQuery(questions.corrections());
  if (data === undefined) return <Pending error={error} what="the corrections" />;
  return (
    <Panel title="Trades taken back" sub="both sides or none (CLR-ACC-017)">
      <DataTable caption="Corrections" rows={data.items} columns={CORRECTIONS} empty="No trade was to be taken back." />
    </Panel>
  );
}

const ENDED: readonly Column<BookImportsView['ended'][number]>[] = [
  { name: 'Book', text: ({ importId }) => importId },
  { name: 'How it ended', text: ({ how }) => how },
];

/** Books that an exchange brings. */
function BookImports() {
  const { data, error } = useQuery(questions.bookImports());
  if (data === undefined) return <Pending error={error} what="the books that were brought" />;
  const { open } = data;
  return (
    <Panel title="Books that are brought" sub="signed, checked, all or nothing (CLR-ACC-090, 091)">
      {open !== null && (
        <p>
          ◐ {open.importId} as of {utc(open.asOf)} UTC, brought by {open.by}, signed by {open.signedBy}: {open.accounts}{' '}
          accounts in {open.parts.come} of {open.parts.of} parts, judged by {open.judged.partitions} of {open.judged.of}{' '}
          partitions; digest <code>{open.digest.slice(0, 16)}…</code>. It waits for a second person.
        </p>
      )}
      <DataTable
        caption="Books that were brought"
        rows={data.ended}
        columns={ENDED}
        empty="No book was brought before."
      />
    </Panel>
  );
}
