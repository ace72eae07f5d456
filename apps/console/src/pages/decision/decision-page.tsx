import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AccountExplanation } from '@ballast/contracts';
import { questions } from '../../api/client';
import { Waterfall } from '../../charts/waterfall';
import { addingUp, cents, exact, minus, rounded, sentence, signedUsd, usd } from '../../format/amount';
import { placeText } from '../../format/place';
import { iso, utc } from '../../format/time';
import { Causes } from '../../parts/causes';
import { DataTable, type Column } from '../../parts/data-table';
import { AccountLink, EventLink } from '../../parts/links';
import { Empty, Page, Panel, Pending, State } from '../../parts/page';
import { jumpText } from '../../parts/price-jump';
import { ageColumn, SOURCE_COLUMNS } from '../../parts/source-columns';
import { SumTable, type SumRow } from '../../parts/sum-table';
import { Twin } from '../../parts/twin';
import partStyles from '../../parts/parts.module.css';
import { Recompute } from '../../parts/recompute';
import { decisionRoute } from '../../router';
import { Difference } from './difference';
import { ruleOf } from './rules';
import styles from './decision.module.css';

/** One event about an account: what went in, how it was computed, what changed, what led to it and what followed. */
export function DecisionPage() {
  const { log, partition, position } = decisionRoute.useParams();
  const place = { log, partition: Number(partition), position: Number(position) };
  const { data, error } = useQuery(questions.decision(place.log, place.partition, place.position));
  const event = useQuery(questions.event(place.log, place.partition, place.position));
  const name = placeText(place);
  if (data === undefined || (data.event !== null && placeText(data.event) !== name)) {
    return (
      <Page title={name}>
        <Pending error={error} what={`what stands behind ${name}`} />
      </Page>
    );
  }
  const { accountId, event: told, because, state, timeline } = data;
  const decisions = timeline.filter((each) => each.log === 'margin');
  const before = decisions.filter((each) => placeText(each) !== name).at(-1);
  return (
    <Page
      title={`${told?.type ?? 'Decision'} ${name}`}
      beside={<State state={state} />}
      lead={
        <>
          <AccountLink accountId={accountId} />, {utc(data.at)} UTC. It followed from{' '}
          {told === null ? '…' : <EventLink place={told.cause} />}.
        </>
      }
    >
      <p className={styles.summary}>{told && sentence(told.summary)}</p>
      <div className={partStyles.filters}>
        <Link to="/accounts/$accountId" params={{ accountId }} search={{ at: name }}>
          In the story of the account
        </Link>
        {before !== undefined && (
          <span>
            Decision before: <EventLink place={placeText(before)} />{' '}
            <span className={partStyles.unit}>{before.type}</span>
          </span>
        )}
        {before === undefined && <span>No decision stands before this one.</span>}
      </div>
      {because.length > 0 && (
        <Panel title="Because">
          <ul className={styles.because}>
            {because.map((reason) => (
              <li key={reason}>{sentence(reason)}</li>
            ))}
          </ul>
        </Panel>
      )}
      <div className={partStyles.columns}>
        <BeforeAndAfter told={told} />
        <Avoided explanation={data} />
      </div>
      <Bridge explanation={data} name={name} />
      <div className={partStyles.columns}>
        <Sum explanation={data} section="equity" title="Equity" />
        <Sum explanation={data} section="scalar" title="Volatility scalars" />
      </div>
      <Sum explanation={data} section="requirement" title="Requirement" />
      <Orders explanation={data} />
      <Difference explanation={data} name={name} />
      <Inputs explanation={data} />
      {event.data !== undefined && event.data.place === name && (
        <>
          <Causes view={event.data} />
          <Panel
            title="As it stands in the log"
            sub="the hash is over its canonical text, the chain over all before it"
          >
            <Recompute key={name} place={place} />
            <dl className={styles.hashes}>
              <dt>Hash</dt>
              <dd>
                <code>{event.data.event.hash}</code>
              </dd>
              <dt>Chain head behind it</dt>
              <dd>
                <code>{event.data.event.chain}</code>
              </dd>
              <dt>On the command line</dt>
              <dd>
                <code>npx ballast explain --event &apos;{name}&apos;</code>
              </dd>
            </dl>
            <pre className={styles.raw} tabIndex={0} aria-label="The event as text">
              {JSON.stringify(event.data.event, null, 1)}
            </pre>
          </Panel>
        </>
      )}
      <Timeline timeline={timeline} name={name} />
    </Page>
  );
}

function BeforeAndAfter({ told }: { readonly told: AccountExplanation['event'] }) {
  const [before, after] = [told?.before ?? null, told?.decided ?? null];
  const line = (label: string, of: (view: NonNullable<typeof before>) => string): BeforeRow => ({
    label,
    before: before === null ? '–' : of(before),
    after: after === null ? '–' : of(after),
  });
  const rows = [
    line('State', ({ state }) => state),
    line('Equity', ({ figures }) => usd(figures.equity)),
    line('Call requirement', ({ figures }) => usd(figures.call)),
    line('Maintenance requirement', ({ figures }) => usd(figures.maintenance)),
    line('Liquidation requirement', ({ figures }) => usd(figures.liquidation)),
    line('Initial requirement', ({ figures }) => usd(figures.initial)),
    line('Equity less call requirement', ({ figures }) => usd(minus(figures.equity, figures.call))),
    line('Schedule', ({ schedule }) => `margin/-1#${schedule}`),
  ];
  const columns: readonly Column<BeforeRow>[] = [
    { name: 'Figure', text: ({ label }) => label },
    { name: 'Before', isNumber: true, text: ({ before: text }) => text },
    { name: 'As decided', isNumber: true, text: ({ after: text }) => text },
    { name: 'Changed', text: (row) => (row.before === row.after ? '' : '◆ yes') },
  ];
  return (
    <Panel title="Before and as decided" sub="before the inputs it was decided on were taken">
      <DataTable caption="Before and as decided" rows={rows} columns={columns} empty="Nothing was assessed." />
    </Panel>
  );
}

interface BeforeRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

type FigureLine = AccountExplanation['figures'][number];

function amountOf({ amount, unit }: FigureLine): string {
  switch (unit) {
    case 'USD':
    case 'price':
      return usd(amount);
    case 'base':
      return `${exact(amount)} contracts`;
    default:
      return rounded(amount, 8);
  }
}

function Avoided({ explanation: { wouldHaveAvoided } }: { readonly explanation: AccountExplanation }) {
  return (
    <div id="avoided">
      <Panel title="What would have avoided it">
        {wouldHaveAvoided === null ? (
          <Empty>The account entered no worse state up to here, or was without a remedy.</Empty>
        ) : (
          <>
            <p>
              To stay out of <State state={wouldHaveAvoided.state} /> at {utc(wouldHaveAvoided.at)} UTC:
            </p>
            <SumTable
              caption="What would have avoided it"
              rows={wouldHaveAvoided.lines.map((line) => ({
                label: sentence(line.label),
                amount: amountOf(line),
                detail: sentence(line.formula),
                level: 1,
              }))}
            />
          </>
        )}
      </Panel>
    </div>
  );
}

function Bridge({
  explanation: { bridge, accountId },
  name,
}: {
  readonly explanation: AccountExplanation;
  readonly name: string;
}) {
  if (bridge === null) return null;
  const change = minus(bridge.after, bridge.before);
  const lines = addingUp(bridge.lines, change);
  const from = { name: `then: ${bridge.from.what}`.slice(0, 28), amount: bridge.before };
  const rows = [
    { label: 'equity then', amount: rounded(bridge.before), detail: bridge.from.what },
    ...lines,
    { label: 'equity', amount: rounded(bridge.after), detail: 'as decided' },
  ];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Line', text: ({ label }) => label },
    { name: 'Amount', unit: 'USD', isNumber: true, text: ({ amount }) => amount, show: ({ amount }) => cents(amount) },
    { name: 'How', text: ({ detail }) => detail },
  ];
  return (
    <Twin
      title="What changed equity"
      sub={
        <>
          since {bridge.from.what}
          {bridge.from.at !== null && `, ${utc(bridge.from.at)} UTC`}: {signedUsd(change)}
        </>
      }
      name={`${accountId}-bridge-${name.replace(/\W/g, '-')}`}
      rows={rows}
      columns={columns}
    >
      <Waterfall
        label="What changed equity"
        before={{ ...from, name: 'equity then' }}
        lines={lines}
        after={{ name: 'equity', amount: bridge.after }}
      />
    </Twin>
  );
}

/** What the lines above add up to; models of other venues name their call requirement at once. */
const TOTALS: Readonly<Record<string, readonly string[]>> = {
  equity: ['equity'],
  requirement: ['maintenance requirement', 'call requirement'],
};

/** Lines of a section as an indented sum: rates below, parts above, the total as what they add up to. */
export function sumRows(lines: readonly FigureLine[], totals: readonly string[]): readonly SumRow[] {
  const end = lines.findIndex(({ label }) => totals.includes(label));
  const withRule = (line: FigureLine): React.ReactNode => {
    const rule = ruleOf(line.label);
    const formula = sentence(line.formula);
    return rule === undefined ? (
      formula
    ) : (
      <>
        {formula} <span className={styles.rule}>{rule}</span>
      </>
    );
  };
  const plain = (line: FigureLine, level: SumRow['level']): SumRow => ({
    label: sentence(line.label),
    amount: amountOf(line),
    detail: withRule(line),
    level,
  });
  const found = lines[end];
  if (found === undefined) return lines.map((line) => plain(line, 1));
  const isPart = ({ unit, label }: FigureLine): boolean => unit === 'USD' && !/: (size|share)/.test(label);
  const above = lines.slice(0, end);
  const parts = above.filter(isPart);
  const shown = addingUp(
    parts.map(({ label, amount, formula }) => ({ label, amount, detail: formula })),
    found.amount,
  );
  return [
    ...above.filter((line) => !isPart(line)).map((line) => plain(line, 2)),
    ...shown.map(({ label, amount, detail }): SumRow => {
      const part = parts.find((each) => each.label === label && label !== 'rounding');
      return {
        label: sentence(label),
        amount: usd(amount),
        detail: part === undefined ? sentence(detail) : withRule(part),
        level: 1,
      };
    }),
    plain(found, 0),
    ...lines.slice(end + 1).map((line) => plain(line, line.unit === 'USD' ? 1 : 2)),
  ];
}

function Sum({
  explanation: { figures },
  section,
  title,
}: {
  readonly explanation: AccountExplanation;
  readonly section: FigureLine['section'];
  readonly title: string;
}) {
  const lines = figures.filter((line) => line.section === section);
  return (
    <Panel title={title}>
      {lines.length === 0 ? (
        <Empty>There is nothing to compute here.</Empty>
      ) : (
        <SumTable caption={title} rows={sumRows(lines, TOTALS[section] ?? [])} />
      )}
    </Panel>
  );
}

/** What may still fill, and what the worst of it asks beside what is held. */
function Orders({ explanation: { orders: open } }: { readonly explanation: AccountExplanation }) {
  if (open === null) return null;
  const lines = [
    ...open.orders.map(({ orderId, ...line }) => ({ ...line, id: orderId, what: 'order', until: null })),
    ...open.reservations.map(({ reservationId, expiresAt, ...line }) => ({
      ...{ ...line, id: reservationId, what: 'reservation', until: expiresAt },
    })),
  ];
  const columns: readonly Column<(typeof lines)[number]>[] = [
    { name: 'Id', text: ({ id }) => id },
    { name: 'What', text: ({ what, until }) => (until === null ? what : `${what} until ${utc(until)} UTC`) },
    { name: 'Side', text: ({ side }) => side },
    { name: 'Contract', text: ({ instrument }) => instrument },
    { name: 'May fill', unit: 'contracts', isNumber: true, text: ({ quantity }) => quantity },
    { name: 'Limit', unit: 'USD', isNumber: true, text: ({ price }) => price, show: ({ price }) => exact(price) },
  ];
  return (
    <Panel
      title="Orders and reservations"
      sub="they count where new risk and money are decided, not in the state (CLR-ORD-007)"
    >
      <DataTable caption="Orders and reservations" rows={lines} columns={columns} empty="Nothing may fill." />
      {open.requirement === null ? (
        <Empty>Nobody knows what they ask: something that may fill has no price.</Empty>
      ) : (
        <SumTable caption="What they ask" rows={orderRows(open.requirement)} />
      )}
    </Panel>
  );
}

type OrderRequirement = NonNullable<NonNullable<AccountExplanation['orders']>['requirement']>;

const fillText = ({ instrument, quantity }: OrderRequirement['underlyings'][number]['fills'][number]): string =>
  quantity.startsWith('-') ? `${quantity.slice(1)} ${instrument} sold` : `${quantity} ${instrument} bought`;

const orderRows = ({ surplus, costs, underlyings, headroom }: OrderRequirement): readonly SumRow[] => [
  {
    label: 'Equity less initial requirement',
    amount: usd(surplus),
    detail: 'at the sizes that they could bring',
    level: 1,
  },
  { label: 'Costs', amount: usd(minus('0', costs)), detail: 'against the mark, and fees (CLR-ORD-003)', level: 1 },
  ...underlyings.map(({ underlying, requirement, fills }): SumRow => ({
    label: `Worst fills of ${underlying}`,
    amount: usd(minus('0', requirement)),
    detail: `${fills.map(fillText).join(', ')} (CLR-ORD-002)`,
    level: 1,
  })),
  {
    label: 'Headroom',
    amount: usd(headroom),
    detail: 'what orders could still lose; below 0 nothing adds risk',
    level: 0,
  },
];

function Inputs({ explanation: { prices, schedule, at } }: { readonly explanation: AccountExplanation }) {
  const rows = prices.flatMap(({ underlying, sources }) => sources.map((source) => ({ underlying, ...source })));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: 'Underlying', text: ({ underlying }) => underlying },
    ...SOURCE_COLUMNS,
    ageColumn(at),
  ];
  const marks: readonly Column<AccountExplanation['prices'][number]>[] = [
    { name: 'Underlying', text: ({ underlying }) => underlying },
    {
      name: 'Status',
      text: ({ status, jump }) => (jump === null ? status : `${status}: ${jumpText(jump)}`),
      show: ({ status, jump }) =>
        status === 'LIVE' ? '● LIVE' : `▲ ${status}${jump === null ? '' : `: ${jumpText(jump)}`}`,
    },
    { name: 'Index', unit: 'USD', isNumber: true, text: ({ index }) => index, show: ({ index }) => exact(index) },
    {
      name: 'Median',
      unit: 'USD',
      isNumber: true,
      text: ({ median }) => median ?? '',
      show: ({ median }) => (median === null ? '–' : exact(median)),
    },
    {
      name: 'Mark',
      unit: 'USD',
      isNumber: true,
      text: ({ mark }) => mark ?? '',
      show: ({ mark }) => (mark === null ? '–' : exact(mark)),
    },
    { name: 'Mark is', text: ({ branch }) => (branch === null ? '' : `candidate ${branch}`) },
  ];
  return (
    <Panel
      title="What went in"
      sub={
        schedule === null ? (
          'no schedule was in force'
        ) : (
          <>
            schedule <EventLink place={`margin/-1#${schedule.position}`} /> of {utc(schedule.asOf)} on{' '}
            <EventLink place={`pricing/-1#${schedule.priceSet}`}>
              price set {`pricing/-1#${schedule.priceSet}`}
            </EventLink>
            , parameters {schedule.parameters}, model {schedule.model ?? 'none'}, {schedule.status}
          </>
        )
      }
    >
      <DataTable caption="Index and mark" rows={prices} columns={marks} empty="No price was there yet." />
      <h3 className={styles.small}>Sources</h3>
      <DataTable caption="Sources of the index" rows={rows} columns={columns} empty="No source had quoted yet." />
    </Panel>
  );
}

function Timeline({ timeline, name }: { readonly timeline: AccountExplanation['timeline']; readonly name: string }) {
  const columns: readonly Column<AccountExplanation['timeline'][number]>[] = [
    {
      name: 'Clearing time',
      unit: 'UTC',
      text: ({ at }) => utc(at),
      show: ({ at }) => <time dateTime={iso(at)}>{utc(at)}</time>,
    },
    { name: 'Event', text: placeText, show: (event) => <EventLink place={placeText(event)} /> },
    { name: 'Type', text: ({ type }) => type },
    { name: 'What', isSentence: true, text: ({ summary }) => summary, show: ({ summary }) => sentence(summary) },
  ];
  return (
    <Panel title="Up to here" sub={`${timeline.length} events about the account, oldest first`}>
      <DataTable
        caption="Events up to this one"
        rows={timeline}
        columns={columns}
        empty="Nothing happened before."
        isCurrent={(event) => placeText(event) === name}
      />
    </Panel>
  );
}
