import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LiquidationCaseView } from '@ballast/contracts';
import { questions } from '../api/client';
import { LEVELS, levelLines } from '../charts/level-lines';
import { amountTicks, countTicks } from '../charts/tick-labels';
import { Waterfall } from '../charts/waterfall';
import { XyLines } from '../charts/xy-lines';
import { addingUp, cents, exact, minus, percent, plus, rounded, sentence, usd } from '../format/amount';
import { placeText } from '../format/place';
import { duration, utc } from '../format/time';
import { DataTable, type Column } from '../parts/data-table';
import { AccountLink, EventLink } from '../parts/links';
import { Empty, Page, Panel, Pending } from '../parts/page';
import partStyles from '../parts/parts.module.css';
import { SumTable } from '../parts/sum-table';
import { Twin } from '../parts/twin';
import { caseRoute } from '../router';

type Slice = LiquidationCaseView['slices'][number];

/** One liquidation: why, slice by slice, what it cost whom. */
export default function CasePage() {
  const { caseId } = caseRoute.useParams();
  const { data, error } = useQuery(questions.liquidation(caseId));
  if (data?.case.caseId !== caseId) {
    return (
      <Page title={`Case ${caseId}`}>
        <Pending error={error} what={`the case ${caseId}`} />
      </Page>
    );
  }
  const { case: found, decision, end, slices, events } = data;
  return (
    <Page
      title={`Case ${caseId}`}
      lead={
        <>
          <AccountLink accountId={found.accountId} /> was liquidated from {utc(found.opened.at)} UTC
          {found.closed === null
            ? ' and still is'
            : `${found.closed.at === found.opened.at ? ', all in one moment of clearing time' : `, for ${duration(found.closed.at - found.opened.at)} of clearing time`}: ${found.outcome}`}
          . It began with <EventLink place={decision} />
          {end !== null && (
            <>
              {' '}
              and ended with <EventLink place={end} />
            </>
          )}
          .{' '}
          <Link to="/accounts/$accountId" params={{ accountId: found.accountId }} search={{ at: decision }}>
            In the story of the account
          </Link>
        </>
      }
    >
      <dl className={partStyles.cards}>
        <Card name="Closed at the mark" amount={usd(found.closedNotional)} note={`${found.slices} slices`} />
        <Card name="Slippage" amount={usd(found.slippage)} note="mark against fills, a cost" />
        <Card
          name="Penalty"
          amount={usd(found.penalty)}
          note={`${usd(found.reward)} of it modelled for execution and time`}
        />
        <Card
          name="Missing at the trigger"
          amount={usd(minus(found.figures.liquidation, found.figures.equity))}
          note={`equity ${usd(found.figures.equity)}, liquidation level ${usd(found.figures.liquidation)}`}
        />
      </dl>
      <Loss view={data} />
      <Path slices={slices} caseId={caseId} />
      <Panel title="Slices" sub="figures before each, and the first that margin found behind it">
        <DataTable
          caption="Slices"
          rows={slices}
          columns={[...SLICE_COLUMNS, sliceEvent(found.partition)]}
          empty="No slice was sent: the case was closed without one."
        />
      </Panel>
      <Steps view={data} />
      <Receipts view={data} />
      <Panel title="Step by step" sub={`${events.length} events`}>
        <DataTable caption="Events of the case" rows={events} columns={EVENT_COLUMNS} empty="Nothing was recorded." />
      </Panel>
    </Page>
  );
}

interface PathPoint {
  readonly at: string;
  /** Slices that are behind it. */
  readonly slices: number;
  readonly figures: NonNullable<Slice['before']>;
}

const PATH: readonly Column<PathPoint>[] = [
  { name: 'Where', text: ({ at }) => at },
  ...LEVELS.map(({ name, figure: level }): Column<PathPoint> => ({
    name,
    unit: 'USD',
    isNumber: true,
    text: ({ figures }) => figures[level],
    show: ({ figures }) => cents(figures[level]),
  })),
];

/** Where equity went, slice by slice, beside the levels that fell with what was closed. */
function Path({ slices, caseId }: { readonly slices: readonly Slice[]; readonly caseId: string }) {
  const points = slices.flatMap(({ number, before, after }): readonly PathPoint[] => [
    ...(before === null ? [] : [{ at: `before slice ${number}`, slices: number - 1, figures: before }]),
    ...(after === null ? [] : [{ at: `after slice ${number}`, slices: number, figures: after }]),
  ]);
  if (points.length < 2) return null;
  return (
    <Twin
      title="Path of equity"
      sub="before and after each slice; what moves between two slices is the price"
      name={`path-${caseId}`}
      rows={points}
      columns={PATH}
    >
      <XyLines
        label="Equity and levels by slice"
        xUnit="slices closed"
        xLabels={countTicks}
        yLabels={amountTicks}
        lines={levelLines(points.map((point) => [point.slices, point.figures] as const))}
      />
    </Twin>
  );
}

const Card = ({ name, amount, note }: { readonly name: string; readonly amount: string; readonly note: string }) => (
  <div className={partStyles.card}>
    <dt>{name}</dt>
    <dd>{amount}</dd>
    <dd className={partStyles.note}>{note}</dd>
  </div>
);

const figure = (name: string, of: (slice: Slice) => string | null | undefined): Column<Slice> => ({
  name,
  unit: 'USD',
  isNumber: true,
  text: (slice) => of(slice) ?? '',
  show: (slice) => {
    const amount = of(slice);
    return amount === null || amount === undefined ? '–' : cents(amount);
  },
});

const SLICE_COLUMNS: readonly Column<Slice>[] = [
  { name: 'Slice', isNumber: true, text: ({ number }) => String(number) },
  { name: 'Order', isWhole: true, text: ({ side, quantity, instrument }) => `${side} ${quantity} ${instrument}` },
  { name: 'Mark', unit: 'USD', isNumber: true, text: ({ mark }) => mark, show: ({ mark }) => exact(mark) },
  {
    name: 'Filled at',
    unit: 'USD',
    isNumber: true,
    text: ({ averageFill }) => averageFill ?? '',
    show: ({ averageFill }) => (averageFill === null ? '–' : exact(averageFill)),
  },
  figure('Slippage', ({ slippage }) => slippage),
  figure('Penalty', ({ penalty }) => penalty),
  {
    name: 'Rate',
    isNumber: true,
    text: ({ finalRate, provisionalRate }) => finalRate ?? provisionalRate,
    show: ({ finalRate, provisionalRate }) => percent(Number(finalRate ?? provisionalRate), 3),
  },
  figure('Equity before', ({ before }) => before?.equity),
  figure('Equity after', ({ after }) => after?.equity),
  figure('Call level before', ({ before }) => before?.call),
  figure('Call level after', ({ after }) => after?.call),
];

const sliceEvent = (partition: number): Column<Slice> => ({
  name: 'Event',
  text: ({ position }) => placeText({ log: 'liquidation', partition, position }),
  show: ({ position }) => <EventLink place={placeText({ log: 'liquidation', partition, position })} />,
});

const EVENT_COLUMNS: readonly Column<LiquidationCaseView['events'][number]>[] = [
  { name: 'Clearing time', unit: 'UTC', text: ({ at }) => utc(at) },
  { name: 'Event', text: placeText, show: (event) => <EventLink place={placeText(event)} /> },
  { name: 'Type', text: ({ type }) => type },
  { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
];

function Loss({ view: { loss, case: found } }: { readonly view: LiquidationCaseView }) {
  const [first, last] = [loss[0], loss.at(-1)];
  if (first === undefined || last === undefined) {
    return (
      <Panel title="Where the loss went">
        <Empty>The case is open: what it cost is told when it is closed.</Empty>
      </Panel>
    );
  }
  const lines = addingUp(loss.slice(1, -1), minus(last.amount, first.amount));
  const rows = [{ ...first, amount: rounded(first.amount) }, ...lines, { ...last, amount: rounded(last.amount) }];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Line', text: ({ label }) => label },
    { name: 'Amount', unit: 'USD', isNumber: true, text: ({ amount }) => amount, show: ({ amount }) => cents(amount) },
    { name: 'How', text: ({ detail }) => detail },
  ];
  return (
    <Twin
      title="Where the loss went"
      sub="from the equity at the trigger to that at the end, USD"
      name={`loss-${found.caseId.replace(/\W/g, '-')}`}
      rows={rows}
      columns={columns}
    >
      <Waterfall
        label="Where the loss went"
        before={{ name: first.label, amount: first.amount }}
        lines={lines}
        after={{ name: last.label, amount: last.amount }}
      />
    </Twin>
  );
}

function Steps({ view: { waterfall } }: { readonly view: LiquidationCaseView }) {
  return (
    <Panel title="Who bore the loss" sub="the waterfall, first to last; the steps sum to the loss">
      {waterfall.steps.length === 0 ? (
        <Empty>The case cost nothing beyond what was closed.</Empty>
      ) : (
        <SumTable
          caption="Who bore the loss"
          rows={[
            ...waterfall.steps.map(({ step, amount, detail }) => ({
              label: step,
              amount: usd(amount),
              detail,
              level: 1 as const,
            })),
            { label: 'loss', amount: usd(waterfall.loss), detail: 'sum of all steps', level: 0 as const },
          ]}
        />
      )}
    </Panel>
  );
}

function Receipts({ view: { receipts } }: { readonly view: LiquidationCaseView }) {
  const paid = receipts.filter(({ of }) => of === 'penalty');
  const rest = plus('0', ...paid.map(({ amount }) => amount));
  return (
    <Panel title="Who received what" sub="the penalty and who it went to; what the account could not pay, and who did">
      {receipts.length === 0 ? (
        <Empty>Nothing was paid: no penalty was due and no fund was asked.</Empty>
      ) : (
        <SumTable
          caption="Who received what"
          rows={[
            ...receipts.map(({ who, amount, detail }) => ({
              label: who,
              amount: usd(amount),
              detail,
              level: 1 as const,
            })),
            ...(paid.length === 0
              ? []
              : [{ label: 'left of the penalty', amount: usd(rest), detail: 'paid less received', level: 0 as const }]),
          ]}
        />
      )}
    </Panel>
  );
}
