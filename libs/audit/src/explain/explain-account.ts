import type { AccountExplanation } from '@ballast/contracts';
import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { AssessmentDetail, MarginEvents, MarginGlobalEvents, PricingEvents } from '@ballast/facts';
import { dec, invariant, isoOf, ownerOf, type AccountId, type Instant } from '@ballast/kernel';
import {
  MARGIN_STATES,
  assessmentOf,
  explainAssessment,
  explainedOn,
  ordersBesideWithdrawal,
  ordersOfAccount,
  scheduleOf,
  standingOf,
  type MarginState,
} from '@ballast/margin-domain';
import { historyOf, type AccountHistory, type HistoryEnd, type HistoryProgress } from './account-history.js';
import { usd } from './amount-text.js';
import { calledFirst } from './called-first.js';
import { equityBridge } from './equity-bridge.js';
import { eventAt, eventText, toldEvent, viewOf, type MarginView } from './explained-event.js';
import { slicesOf } from './liquidation-slices.js';
import { caseWaterfall, lossEntries } from './loss-waterfall.js';
import { ordersSentence } from './order-text.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];
type StateChanged = MarginEvents['AccountStateChanged'];

/** An entry into a state, with the assessment that led there. */
interface Entry {
  readonly event: LogEntry;
  readonly change: StateChanged;
}

export interface ExplainOptions {
  /** As it stood at a clearing time, or at one event; absent: where the logs end. */
  readonly end?: HistoryEnd | undefined;
  readonly onProgress?: ((progress: HistoryProgress) => void) | undefined;
}

export type ExplanationRefusal =
  /** No such account was open then. */
  | 'account-unknown'
  /** There is no such event. */
  | 'event-unknown'
  /** The event is not about this account. */
  | 'event-of-another';

/**
 * Why an account is in its state: recomputed from the logs alone, up to the last event at or before a time, or as it stood at
 * one event about it.
 */
export async function explainAccount(
  logs: LogDirectory,
  accountId: AccountId,
  { end, onProgress }: ExplainOptions = {},
): Promise<AccountExplanation | ExplanationRefusal> {
  const event = end !== undefined && 'event' in end ? await eventAt(logs, accountId, end.event) : undefined;
  if (typeof event === 'string') return event;
  let before: MarginView | null = null;
  const history = await historyOf(logs, accountId, {
    end,
    onProgress,
    onBefore: (machine) => (before = viewOf(machine, accountId)),
  });
  const { machine, partition, decisions } = history;
  const { state } = machine;
  const standing = standingOf(state, accountId);
  if (standing === undefined) return 'account-unknown';
  const schedule = scheduleOf(state);
  const assessment = assessmentOf(state, accountId);
  const changes = decisions
    .filter(({ type }) => type === 'AccountStateChanged')
    .map((each): Entry => ({ event: each, change: each.payload as StateChanged }));
  const since = changes.at(-1);
  const source = schedule?.source ?? null;
  const marginState = assessment === null ? null : standing.state;
  const bridge = assessment === null || source === null ? null : bridgeOf(history, changes, assessment, source, event);
  const orders = ordersThen(state, accountId, event);
  return {
    accountId,
    owner: ownerOf(accountId),
    partition,
    asked: end !== undefined && 'at' in end ? end.at : null,
    at: event?.time.clearing ?? machine.clearing,
    marginPosition: machine.size,
    event: event === undefined ? null : toldEvent(event, before, viewOf(machine, accountId)),
    state: marginState,
    because: [
      ...reasons(history, marginState, since, assessment, event),
      ...(orders === null ? [] : [ordersSentence(orders)]),
    ],
    since:
      since === undefined
        ? null
        : {
            at: since.event.time.clearing,
            position: since.event.position,
            from: since.change.from,
            to: since.change.to,
            reason: since.change.reason,
          },
    assessment,
    figures:
      assessment === null || source === null ? [] : [...explainAssessment(assessment, explainedOn(state, source))],
    orders,
    bridge: bridge?.told ?? null,
    prices: source === null ? [] : await pricesOf(logs, source.priceSet),
    schedule:
      schedule === null || source === null || assessment === null
        ? null
        : {
            position: schedule.position,
            number: source.number,
            asOf: source.asOf,
            priceSet: source.priceSet,
            parameters: source.parameters,
            model: assessment.portfolio.model,
            status: source.status,
          },
    wouldHaveAvoided: await remedies(logs, state, changes.findLast(isWorse)),
    call: standing.openCall,
    timeline: timelineOf(history, bridge?.bookings ?? []),
    waterfalls: await waterfallsOf(logs, history, event?.time.clearing ?? machine.clearing),
    slices: [...slicesOf(history.liquidation)],
  };
}

/** What may fill at the point that is explained; of a withdrawal that margin answered, without its money. Null when nothing may. */
function ordersThen(
  state: MarginState,
  accountId: AccountId,
  event: LogEntry | undefined,
): AccountExplanation['orders'] {
  const isAnswer = event?.type === 'WithdrawalCleared' || event?.type === 'WithdrawalRefused';
  const orders = isAnswer
    ? ordersBesideWithdrawal(state, event.payload as MarginEvents['WithdrawalCleared'])
    : ordersOfAccount(state, accountId);
  return orders === undefined || orders.orders.length + orders.reservations.length === 0 ? null : orders;
}

async function waterfallsOf(
  logs: LogDirectory,
  { liquidation, bookings }: AccountHistory,
  until: Instant,
): Promise<AccountExplanation['waterfalls']> {
  const opened = liquidation.filter(({ type }) => type === 'LiquidationOpened');
  if (opened.length === 0) return [];
  const losses = await lossEntries(logs, until);
  return opened.map(({ payload }) =>
    caseWaterfall((payload as { readonly caseId: string }).caseId, liquidation, bookings, losses),
  );
}

const WORDS: Readonly<Record<string, string>> = {
  'equity-below-liquidation': 'equity fell below the liquidation requirement',
  'equity-below-liquidation-prices-halted':
    'equity fell below the liquidation requirement, but nobody is liquidated while prices are halted',
  'equity-below-midpoint': 'equity fell below the middle between call and liquidation requirement',
  'call-expired': 'the margin call was not met in time',
  'equity-below-call': 'equity fell below the call requirement',
  'equity-below-initial': 'equity fell below the initial requirement',
  'liquidation-closed': 'the liquidation was closed',
  recovered: 'equity recovered',
};

function reasons(
  { decisions }: AccountHistory,
  state: string | null,
  since: Entry | undefined,
  assessment: AssessmentDetail | null,
  at: LogEntry | undefined,
): string[] {
  const then = at === undefined ? 'Now' : 'Then';
  if (assessment === null || state === null) return ['The account was not assessed yet: there was no price set.'];
  const { equity, call, liquidation, initial } = assessment.figures;
  const said: string[] = [];
  if (since === undefined) {
    said.push(`The account is ${state} and always was: its equity never came near the call requirement.`);
  } else {
    const { event, change } = since;
    const then = change.assessment.figures;
    said.push(
      `The account is ${state} since ${isoOf(event.time.clearing)}, when ${WORDS[change.reason] ?? change.reason}: ` +
        `equity ${usd(then.equity)}, call requirement ${usd(then.call)}, liquidation requirement ${usd(then.liquidation)}.`,
    );
  }
  const triggered = decisions.findLast(({ type }) => type === 'LiquidationTriggered');
  if (state === 'LIQUIDATING' && triggered !== undefined) {
    said.push(calledFirst(triggered.payload as MarginEvents['LiquidationTriggered'], triggered.time.clearing));
    const { triggers } = triggered.payload as MarginEvents['LiquidationTriggered'];
    for (const { underlying, side, logReturn, threshold, scalar } of triggers) {
      said.push(
        `The price trigger of ${underlying}, ${side} side, was in force at scalar ${scalar}: ` +
          `log return of the last hour ${logReturn}, threshold ${threshold}.`,
      );
    }
    if (triggers.length === 0)
      said.push('No price trigger was used: every rate had been announced for the notice period.');
  }
  const cushion = dec(equity).minus(call);
  said.push(
    cushion.isNegative()
      ? `${then} equity is ${usd(equity)}: ${usd(cushion.abs().toFixed())} below the call requirement of ${usd(call)}.`
      : `${then} equity is ${usd(equity)}: ${usd(cushion.toFixed())} above the call requirement of ${usd(call)} ` +
          `(initial ${usd(initial)}, liquidation ${usd(liquidation)}).`,
  );
  return said;
}

/** From the state change before what is explained, or from the opening. */
function bridgeOf(
  { bookings, sizeBefore }: AccountHistory,
  changes: readonly Entry[],
  assessment: AssessmentDetail,
  { collateral }: ScheduleInForce,
  at: LogEntry | undefined,
): { readonly told: NonNullable<AccountExplanation['bridge']>; readonly bookings: readonly LogEntry[] } {
  const earlier = changes.findLast(({ event, change }) =>
    at === undefined ? change.assessment.schedule < assessment.schedule : event.position <= sizeBefore,
  );
  const before = earlier?.change.assessment ?? null;
  const from = before?.accountVersion ?? 0;
  const between = bookings.filter(({ version, stream }) => isOwnStream(stream) && version > from);
  const { before: start, lines, after } = equityBridge(before, assessment, between, collateral);
  return {
    told: {
      from:
        earlier === undefined
          ? { at: bookings[0]?.time.clearing ?? null, what: 'opening of the account' }
          : { at: earlier.event.time.clearing, what: `${earlier.change.from} to ${earlier.change.to}` },
      before: start,
      lines: [...lines],
      after,
    },
    bookings: between,
  };
}

const isOwnStream = (stream: string): boolean => stream.startsWith('account-');

const isWorse = ({ change: { from, to } }: Entry): boolean => MARGIN_STATES.indexOf(to) > MARGIN_STATES.indexOf(from);

/** What would have kept the account out of a state it entered: the remedies at that assessment. */
async function remedies(
  logs: LogDirectory,
  state: MarginState,
  entry: Entry | undefined,
): Promise<AccountExplanation['wouldHaveAvoided']> {
  if (entry === undefined) return null;
  const { assessment, to } = entry.change;
  const [event] = await logs.log('margin').read(GLOBAL, assessment.schedule - 1, 1);
  invariant(event?.type === 'ScheduleInForce', `margin global has no schedule at ${assessment.schedule}`);
  const source = event.payload as ScheduleInForce;
  const level = to === 'LIQUIDATING' ? 'liquidation level' : 'call level';
  const lines = explainAssessment(assessment, explainedOn(state, source)).filter(
    ({ section, label }) => section === 'remedy' && label.endsWith(level),
  );
  return lines.length === 0 ? null : { at: entry.event.time.clearing, state: to, lines };
}

async function pricesOf(logs: LogDirectory, priceSet: number): Promise<AccountExplanation['prices']> {
  const [event] = await logs.log('pricing').read(GLOBAL, priceSet - 1, 1);
  invariant(event?.type === 'PriceSetPublished', `pricing has no price set at ${priceSet}`);
  const { underlyings, marks } = event.payload as PricingEvents['PriceSetPublished'];
  return Object.keys(underlyings)
    .sort()
    .flatMap((underlying) => {
      const prices = underlyings[underlying];
      if (prices === undefined) return [];
      const mark = marks.find((each) => each.underlying === underlying);
      return [
        {
          underlying,
          status: prices.status,
          index: prices.index,
          median: prices.median,
          jump: prices.jump ?? null,
          instrument: mark?.instrument ?? null,
          mark: mark?.mark ?? null,
          branch: mark?.branch ?? null,
          sources: prices.inputs.map(({ venue, state, mid, clamped, at }) => ({
            venue,
            state,
            mid,
            used: clamped,
            at,
          })),
        },
      ];
    });
}

/**
 * Decisions of margin, steps of a liquidation, and the bookings that the bridge is made of, in the order of time; the many
 * reassessments of a liquidation are left out.
 */
function timelineOf(
  { partition, decisions, liquidation }: AccountHistory,
  bookings: readonly LogEntry[],
): AccountExplanation['timeline'] {
  const told = [
    ...decisions
      .filter(({ type }) => type !== 'LiquidatingAccountAssessed')
      .map((entry) => ({ entry, log: 'margin' as const })),
    ...liquidation.map((entry) => ({ entry, log: 'liquidation' as const })),
    ...bookings.map((entry) => ({ entry, log: 'accounts' as const })),
  ];
  return told
    .sort(({ entry: a }, { entry: b }) => a.time.clearing - b.time.clearing || a.time.hop - b.time.hop)
    .map(({ entry, log }) => ({
      log,
      partition,
      position: entry.position,
      at: entry.time.clearing,
      type: entry.type,
      summary: eventText(entry),
    }));
}
