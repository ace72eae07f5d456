import type { LiquidationCaseRow, LiquidationCaseView } from '@ballast/contracts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  AssessmentDetail,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
} from '@ballast/facts';
import { ZERO, dec, sum, text, type Decimal, type Instant } from '@ballast/kernel';
import type { LogDirectory } from '@ballast/event-log';
import { lastBefore, placeName } from '../causes/cause-graph.js';
import { nodeText } from '../causes/node-text.js';
import { isAbout } from '../explain/account-history.js';
import { explainAccount } from '../explain/explain-account.js';
import { caseWaterfall, lossEntries } from '../explain/loss-waterfall.js';

type Slice = LiquidationCaseView['slices'][number];

const PAGE = 500;
const DISPLAYED_DIGITS = 8;

/** A liquidation slice by slice: what the logs of its partition say of the account from the trigger to the end. */
export async function caseStory(logs: LogDirectory, found: LiquidationCaseRow): Promise<LiquidationCaseView> {
  const { accountId, partition, trigger, opened, closed } = found;
  const margin = await about(logs, 'margin', found, trigger - 1, isEnd);
  const end = margin.findLast(isEnd);
  const isClosing = ({ position }: LogEntry): boolean => position === closed?.position;
  const liquidation = await about(logs, 'liquidation', found, opened.position - 1, isClosing);
  const heads = await logs.log('accounts').heads();
  const size = heads.find((head) => head.partition === partition)?.size ?? 0;
  const first = await lastBefore(logs, 'accounts', partition, size, opened.at);
  const until = closed?.at ?? Infinity;
  const bookings = (await about(logs, 'accounts', found, first, ({ time }) => time.clearing > until)).filter(
    ({ time }) => time.clearing <= until,
  );
  const { steps, ...borne } = caseWaterfall(found.caseId, liquidation, bookings, await lossEntries(logs, Infinity));
  const explained =
    end === undefined
      ? undefined
      : await explainAccount(logs, accountId, { end: { event: { log: 'margin', partition, position: end.position } } });
  const bridge = typeof explained === 'object' ? explained.bridge : null;
  return {
    case: found,
    decision: placeName({ log: 'margin', partition, position: trigger }),
    end: end === undefined ? null : placeName(end),
    slices: slicesOf(margin, liquidation, bookings),
    loss:
      bridge === null
        ? []
        : [
            { label: 'equity at the trigger', amount: bridge.before, detail: 'as margin found it' },
            ...bridge.lines,
            { label: 'equity at the end', amount: bridge.after, detail: 'as margin found it' },
          ],
    waterfall: { ...borne, steps: [...steps] },
    receipts: receiptsOf(liquidation, bookings),
    events: [
      ...margin.filter(({ type }) => type !== 'LiquidatingAccountAssessed'),
      ...liquidation,
      ...(await saidOf(logs, found.caseId, opened.at, until)),
      ...bookings.filter(isOfCase),
    ]
      .sort((a, b) => a.time.clearing - b.time.clearing || a.time.hop - b.time.hop || a.position - b.position)
      .map((entry) => ({
        log: entry.log,
        partition: entry.partition,
        position: entry.position,
        at: entry.time.clearing,
        type: entry.type,
        summary: nodeText(entry),
      })),
  };
}

/** When and why a case was told to wait for its turn, what providers took over of it, and how it was auctioned: that is said in the global partition. */
async function saidOf(logs: LogDirectory, caseId: string, from: Instant, until: Instant): Promise<readonly LogEntry[]> {
  const log = logs.log('liquidation');
  const size = (await log.heads()).find(({ partition }) => partition === GLOBAL)?.size ?? 0;
  const found: LogEntry[] = [];
  for (let after = await lastBefore(logs, 'liquidation', GLOBAL, size, from); ;) {
    const page = await log.read(GLOBAL, after, PAGE);
    const inTime = page.filter(({ time }) => time.clearing <= until);
    found.push(...inTime.filter((entry) => isSaidOf(entry, caseId)));
    if (inTime.length < PAGE) return found;
    after += page.length;
  }
}

const SAID_OF_CASES: ReadonlySet<string> = new Set([
  'CloseOutTurnDeferred',
  'ProviderRoundClosed',
  'AuctionOpened',
  'AuctionBidPlaced',
  'AuctionClosed',
]);

const isSaidOf = ({ type, payload }: LogEntry, caseId: string): boolean =>
  SAID_OF_CASES.has(type) && (payload as LiquidationGlobalEvents['CloseOutTurnDeferred']).caseId === caseId;

const isEnd = ({ type, payload }: LogEntry): boolean =>
  type === 'AccountStateChanged' && (payload as MarginEvents['AccountStateChanged']).from === 'LIQUIDATING';

const isOfCase = ({ type, payload }: LogEntry): boolean =>
  type !== 'PositionChanged' || (payload as AccountsEvents['PositionChanged']).closeOutOrder !== null;

/** What a slice leaves for the fund names its case only. */
const isRemainderOf = ({ type, payload }: LogEntry, caseId: string): boolean =>
  type === 'PenaltyRemainderSent' && (payload as AccountsEvents['PenaltyRemainderSent']).caseId === caseId;

/** Events about the account behind a position, up to the one that is the last or to the end of the log. */
async function about(
  logs: LogDirectory,
  name: 'margin' | 'liquidation' | 'accounts',
  { accountId, caseId, partition }: LiquidationCaseRow,
  from: number,
  isLast: (entry: LogEntry) => boolean,
): Promise<readonly LogEntry[]> {
  const found: LogEntry[] = [];
  for (let after = from; ;) {
    const page = await logs.log(name).read(partition, after, PAGE);
    for (const entry of page) {
      const isHere = isAbout(entry, accountId) || isRemainderOf(entry, caseId);
      if (isHere) found.push(entry);
      if ((isHere || name === 'accounts') && isLast(entry)) return found;
    }
    if (page.length < PAGE) return found;
    after += page.length;
  }
}

function slicesOf(
  margin: readonly LogEntry[],
  liquidation: readonly LogEntry[],
  bookings: readonly LogEntry[],
): LiquidationCaseView['slices'] {
  const assessments = margin.flatMap(({ payload }): readonly AssessmentDetail[] => {
    const { assessment } = payload as { readonly assessment?: AssessmentDetail };
    return assessment === undefined ? [] : [assessment];
  });
  const orders = liquidation.filter(({ type }) => type === 'CloseOutOrderPlaced');
  const before = orders.map(({ payload }) => {
    const { schedule, accountVersion } = payload as LiquidationEvents['CloseOutOrderPlaced'];
    return (
      assessments.find((each) => each.schedule === schedule && each.accountVersion === accountVersion)?.figures ?? null
    );
  });
  return orders.map(({ position, time, payload }, each): Slice => {
    const order = payload as LiquidationEvents['CloseOutOrderPlaced'];
    const cost = liquidation.find(
      ({ type, payload: of }) =>
        type === 'LiquidationCostAssessed' &&
        (of as LiquidationEvents['LiquidationCostAssessed']).order.position === position,
    )?.payload as LiquidationEvents['LiquidationCostAssessed'] | undefined;
    return {
      ...{ number: order.slice, position, at: time.clearing, instrument: order.instrument, side: order.side },
      ...{ quantity: order.quantity, mark: order.mark, provisionalRate: order.provisionalRate },
      averageFill: averageFill(bookings, position),
      closedQuantity: cost?.closedQuantity ?? '0',
      closedNotional: cost?.closedNotional ?? '0',
      slippage: cost?.slippage ?? '0',
      penalty: cost?.penalty ?? '0',
      trueUp: cost?.trueUp ?? '0',
      reward: cost?.reward ?? '0',
      finalRate: cost?.finalRate ?? null,
      before: before[each] ?? null,
      after: before[each + 1] ?? (each === orders.length - 1 ? (assessments.at(-1)?.figures ?? null) : null),
    };
  });
}

function averageFill(bookings: readonly LogEntry[], order: number): string | null {
  let quantity = ZERO;
  let value = ZERO;
  for (const { type, payload } of bookings) {
    if (type !== 'PositionChanged') continue;
    const change = payload as AccountsEvents['PositionChanged'];
    if (change.closeOutOrder?.position !== order) continue;
    quantity = quantity.plus(change.quantity);
    value = value.plus(dec(change.quantity).times(change.fillPrice));
  }
  return quantity.isZero() ? null : text(value.div(quantity).toDecimalPlaces(DISPLAYED_DIGITS));
}

function receiptsOf(liquidation: readonly LogEntry[], bookings: readonly LogEntry[]): LiquidationCaseView['receipts'] {
  const costs = liquidation
    .filter(({ type }) => type === 'LiquidationCostAssessed')
    .map(({ payload }) => payload as LiquidationEvents['LiquidationCostAssessed']);
  const grants = bookings
    .filter(({ type }) => type === 'FundGrantReceived')
    .map(({ payload }) => payload as AccountsEvents['FundGrantReceived']);
  const losses = bookings
    .filter(({ type }) => type === 'UncoveredLossBooked')
    .map(({ payload }) => payload as AccountsEvents['UncoveredLossBooked']);
  const total = (amounts: readonly string[]): Decimal => sum(amounts.map((each) => dec(each)));
  const penalty = total(costs.map((each) => each.penalty));
  const slippage = total(costs.map((each) => each.slippage));
  const granted = (purpose: string): Decimal =>
    total(grants.filter((each) => each.purpose === purpose).map(({ amount }) => amount));
  const forSlippage = granted('SlippageBeyondReward');
  const uncovered = (isOfSlices: boolean): Decimal =>
    total(
      losses.filter(({ reason }) => (reason === 'slippage-beyond-fund') === isOfSlices).map(({ amount }) => amount),
    );
  const sent = total(
    bookings
      .filter(({ type }) => type === 'PenaltyRemainderSent')
      .map(({ payload }) => (payload as AccountsEvents['PenaltyRemainderSent']).amount),
  );
  const setOff = total(
    bookings
      .filter(({ type }) => type === 'SetOffReceived')
      .map(({ payload }) => (payload as AccountsEvents['SetOffReceived']).received),
  );
  const repaid = total(
    bookings
      .filter(({ type }) => type === 'ClaimRepaid')
      .map(({ payload }) => (payload as AccountsEvents['ClaimRepaid']).amount),
  );
  const lines: readonly (readonly ['penalty' | 'deficit', string, Decimal, string])[] = [
    ['penalty', 'the account paid', penalty, 'penalty of all slices, after every true-up'],
    ['penalty', 'slippage', slippage.neg(), 'the marks less the fills: whom it was closed with'],
    ['penalty', 'funds paid for slippage', forSlippage, 'what the penalty did not cover'],
    ['penalty', 'the residual party bears of it', uncovered(true), 'what the funds lacked'],
    ['penalty', 'insurance fund receives', sent.neg(), 'the rest of the penalty'],
    ['deficit', 'other accounts of the owner paid', setOff, 'where they answer for each other'],
    ['deficit', 'funds paid for the deficit', granted('BankruptcyDeficit'), 'so that the account ends at zero'],
    ['deficit', 'the account paid back', repaid.neg(), 'out of equity beyond its target'],
    ['deficit', 'the residual party bears', uncovered(false), 'moved to uncovered loss'],
  ];
  return lines
    .filter(([, , amount]) => !amount.isZero())
    .map(([of, who, amount, detail]) => ({ of, who, amount: text(amount), detail }));
}
