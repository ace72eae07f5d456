import type { AccountExplanation } from '@ballast/contracts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type {
  AssessmentDetail,
  LiquidationEvents,
  MarginEvents,
  MarginGlobalEvents,
  MarginParameters,
  PricingEvents,
} from '@ballast/facts';
import { dec, invariant, isoOf, ownerOf, roundUsd, type AccountId, type Instant } from '@ballast/kernel';
import {
  DEFAULT_PARAMETERS,
  MARGIN_STATES,
  assessmentOf,
  explainAssessment,
  scheduleInForce,
  writeAssessment,
  type MarginState,
} from '@ballast/margin-domain';
import { decisionOf } from '@ballast/read-models';
import type { LogDirectory } from '@ballast/services';
import { equityBridge } from './equity-bridge.js';
import { historyOf, type AccountHistory } from './account-history.js';
import { slicesOf } from './liquidation-slices.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];
type StateChanged = MarginEvents['AccountStateChanged'];

/** An entry into a state, with the assessment that led there. */
interface Entry {
  readonly event: LogEntry;
  readonly change: StateChanged;
}

/**
 * Why an account is in its state: recomputed from the logs alone, up to the last event at or before a time.
 * @returns undefined when no such account was open then
 */
export async function explainAccount(
  logs: LogDirectory,
  accountId: AccountId,
  at?: Instant,
): Promise<AccountExplanation | undefined> {
  const history = await historyOf(logs, accountId, at);
  const { machine, partition, decisions } = history;
  const { state } = machine;
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  const schedule = scheduleInForce(state);
  const assessment = schedule === null ? null : writeAssessment(assessmentOf(state, schedule, account));
  const changes = decisions
    .filter(({ type }) => type === 'AccountStateChanged')
    .map((event): Entry => ({ event, change: event.payload as StateChanged }));
  const since = changes.at(-1);
  const source = schedule?.source ?? null;
  const marginState = assessment === null ? null : (MARGIN_STATES[state.book.stateOf(account)] ?? null);
  return {
    accountId,
    owner: ownerOf(accountId),
    partition,
    asked: at ?? null,
    at: machine.clearing,
    marginPosition: machine.size,
    state: marginState,
    because: reasons(history, marginState, since, assessment),
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
      assessment === null || source === null
        ? []
        : [...explainAssessment(assessment, source, parametersOf(state, source))],
    bridge: assessment === null || source === null ? null : bridgeOf(history, changes, assessment, source),
    prices: source === null ? [] : await pricesOf(logs, source.priceSet),
    schedule:
      schedule === null || source === null
        ? null
        : {
            position: schedule.position,
            number: source.number,
            asOf: source.asOf,
            priceSet: source.priceSet,
            parameters: source.parameters,
            model: assessment?.portfolio?.model ?? history.model,
            status: source.status,
          },
    wouldHaveAvoided: await remedies(logs, state, changes.findLast(isWorse)),
    call:
      account.openCall === null
        ? null
        : { callId: account.openCall.callId, dueAt: account.openCall.dueAt, expired: account.openCall.expired },
    timeline: timelineOf(history),
    slices: [...slicesOf(history.liquidation)],
  };
}

function parametersOf(
  { parameters }: Pick<MarginState, 'parameters'>,
  { parameters: id }: ScheduleInForce,
): MarginParameters {
  const cited = parameters.get(id) ?? (id === DEFAULT_PARAMETERS.id ? DEFAULT_PARAMETERS : undefined);
  invariant(cited, `parameters ${id} were never proposed`);
  return cited;
}

const WORDS: Readonly<Record<string, string>> = {
  'equity-below-liquidation': 'equity fell below the liquidation requirement',
  'equity-below-liquidation-prices-halted':
    'equity fell below the liquidation requirement, but nobody is liquidated while prices are halted',
  'equity-below-midpoint': 'equity fell below the middle between call and liquidation requirement',
  'call-expired': 'the margin call was not met in time',
  'equity-below-call': 'equity fell below the call requirement',
  'usage-at-warning': 'the call requirement reached the warning share of equity',
  'liquidation-closed': 'the liquidation was closed',
  recovered: 'equity recovered',
};

function reasons(
  { decisions }: AccountHistory,
  state: string | null,
  since: Entry | undefined,
  assessment: AssessmentDetail | null,
): string[] {
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
      ? `Now equity is ${usd(equity)}: ${usd(cushion.abs().toFixed())} below the call requirement of ${usd(call)}.`
      : `Now equity is ${usd(equity)}: ${usd(cushion.toFixed())} above the call requirement of ${usd(call)} ` +
          `(initial ${usd(initial)}, liquidation ${usd(liquidation)}).`,
  );
  return said;
}

/** From the state change before the present assessment, or from the opening. */
function bridgeOf(
  { bookings }: AccountHistory,
  changes: readonly Entry[],
  assessment: AssessmentDetail,
  { collateral }: ScheduleInForce,
): AccountExplanation['bridge'] {
  const earlier = changes.findLast(({ change }) => change.assessment.schedule < assessment.schedule);
  const before = earlier?.change.assessment ?? null;
  const from = before?.accountVersion ?? 0;
  const between = bookings.filter(({ version, stream }) => isOwnStream(stream) && version > from);
  const { before: start, lines, after } = equityBridge(before, assessment, between, collateral);
  return {
    from:
      earlier === undefined
        ? { at: bookings[0]?.time.clearing ?? null, what: 'opening of the account' }
        : { at: earlier.event.time.clearing, what: `${earlier.change.from} to ${earlier.change.to}` },
    before: start,
    lines: [...lines],
    after,
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
  const lines = explainAssessment(assessment, source, parametersOf(state, source)).filter(
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

/** Decisions and steps of a liquidation in the order of time; the many reassessments of a liquidation are left out. */
function timelineOf({ partition, decisions, liquidation }: AccountHistory): AccountExplanation['timeline'] {
  const told = [
    ...decisions
      .filter(({ type }) => type !== 'LiquidatingAccountAssessed')
      .map((entry) => ({ entry, log: 'margin' as const, summary: decisionOf(entry)?.summary ?? entry.type })),
    ...liquidation.map((entry) => ({ entry, log: 'liquidation' as const, summary: liquidationStep(entry) })),
  ];
  return told
    .sort(({ entry: a }, { entry: b }) => a.time.clearing - b.time.clearing || a.time.hop - b.time.hop)
    .map(({ entry, log, summary }) => ({
      log,
      partition,
      position: entry.position,
      at: entry.time.clearing,
      type: entry.type,
      summary,
    }));
}

function liquidationStep({ type, payload }: LogEntry): string {
  switch (type as keyof LiquidationEvents) {
    case 'LiquidationOpened':
      return `Case ${(payload as LiquidationEvents['LiquidationOpened']).caseId} opened.`;
    case 'OrdersCancelRequested':
      return 'The exchange was asked to cancel the open orders.';
    case 'CloseOutOrderPlaced': {
      const { slice, side, quantity, instrument, mark } = payload as LiquidationEvents['CloseOutOrderPlaced'];
      return `Slice ${slice}: ${side} ${quantity} ${instrument} at the mark ${mark}.`;
    }
    case 'LiquidationCostAssessed': {
      const { closedQuantity, finalRate, penalty } = payload as LiquidationEvents['LiquidationCostAssessed'];
      return `${closedQuantity} closed; penalty ${usd(penalty)}, rate ${finalRate}.`;
    }
    case 'FundDrawRequested': {
      const { purpose, amount } = payload as LiquidationEvents['FundDrawRequested'];
      return `The insurance fund was asked for ${usd(amount)} (${purpose}).`;
    }
    case 'AdlRequested': {
      const { quantity, instrument, bankruptcyPrice } = payload as LiquidationEvents['AdlRequested'];
      return `${quantity} ${instrument} given to auto-deleveraging at ${bankruptcyPrice}.`;
    }
    case 'LiquidationClosed': {
      const { outcome, slices, uncoveredLoss } = payload as LiquidationEvents['LiquidationClosed'];
      return `Case closed: ${outcome} after ${slices} slices${dec(uncoveredLoss).isZero() ? '' : `, loss of ${usd(uncoveredLoss)} left`}.`;
    }
    default:
      return type;
  }
}

const usd = (amount: string): string => `${roundUsd(dec(amount), 'neutral').toFixed(2)} USD`;
