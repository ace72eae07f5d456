import type { Cause, DecisionContext, LogEntry, PartitionProcess } from '@ballast/event-sourcing';
import type { AccountMarginState, AccountsEvents, AdlEvents, MarginEvents } from '@ballast/facts';
import { compareText, invariant, InvariantViolation, KERNEL_PROFILE, text } from '@ballast/kernel';
import { adlCandidates } from './adl-candidates.js';
import { writeAssessment, writeFigures } from './assessment/assess.js';
import { LIQUIDATING, MARGIN_STATES, RESTRICTED } from './assessment/margin-state.js';
import type { ScheduleFigures } from './assessment/schedule-figures.js';
import { liquidationTriggered } from './liquidation-trigger.js';
import { initialMarginState, scheduleInForce, type MarginState } from './margin.state.js';
import { ADAPTIVE_LINEAR } from './models/adaptive-linear.js';
import { observeFact } from './observed-facts.js';
import { accountAssessor } from './portfolio/portfolio-accounts.js';
import { runMargin, type AccountOutcome } from './run/margin-run.js';
import { reasonOf } from './state-reason.js';
import { answerWithdrawal } from './withdrawal-answer.js';

function emit<Type extends keyof MarginEvents>(
  context: DecisionContext,
  stream: string,
  type: Type,
  payload: MarginEvents[Type],
  cause?: Cause,
): void {
  context.emit({ stream, type, schemaVersion: 1, payload }, cause);
}

const nameOf = (state: number): AccountMarginState => MARGIN_STATES[state] ?? 'HEALTHY';

const byId = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));

/** One run: its root over all assessments first, then what follows for single accounts, in account-id order. */
function completeRun(
  state: MarginState,
  schedule: ScheduleFigures,
  { cause, full }: NonNullable<MarginState['due']>,
  context: DecisionContext,
): void {
  const slots = full ? state.book.allSlots() : state.book.slotsOfOwners(state.touched);
  const run = runMargin(state.book, slots, schedule, context.time.clearing, accountAssessor(state, schedule));
  emit(
    context,
    'runs',
    'MarginRunCompleted',
    {
      kind: full ? 'full' : 'touched',
      schedule: schedule.position,
      model: ADAPTIVE_LINEAR,
      ...(run.otherModels.size === 0 ? {} : { otherModels: byId(run.otherModels) }),
      kernelProfile: KERNEL_PROFILE,
      assessed: slots.length,
      decidedExactly: run.decidedExactly,
      root: run.records.root(),
      states: Object.fromEntries(MARGIN_STATES.map((name, index) => [name, run.stateCounts[index] ?? 0])) as Record<
        AccountMarginState,
        number
      >,
    },
    cause,
  );
  for (const outcome of run.outcomes) reportOutcome(state, schedule, outcome, context, cause);
}

function reportOutcome(
  state: MarginState,
  schedule: ScheduleFigures,
  outcome: AccountOutcome,
  context: DecisionContext,
  cause: Cause,
): void {
  const { account, memory, decision, assessment } = outcome;
  const { accountId } = account;
  const stream = `margin-${accountId}`;
  const figures = writeFigures(assessment.figures);
  if (decision.state !== memory.state) {
    emit(
      context,
      stream,
      'AccountStateChanged',
      {
        accountId,
        from: nameOf(memory.state),
        to: nameOf(decision.state),
        reason: reasonOf(outcome, schedule),
        assessment: writeAssessment(assessment),
      },
      cause,
    );
  }
  switch (decision.call) {
    case 'issue': {
      const issuedAt = context.time.clearing;
      const deficit = text(assessment.figures.call.minus(assessment.figures.equity));
      const callId = `${accountId}#${account.callsIssued + 1}`;
      const dueAt = issuedAt + schedule.parameters.noticeMs;
      emit(context, stream, 'MarginCallIssued', { callId, accountId, issuedAt, dueAt, deficit, figures }, cause);
      break;
    }
    case 'meet':
    case 'expire': {
      invariant(account.openCall, `account ${accountId} has no open call`);
      const { callId } = account.openCall;
      emit(
        context,
        stream,
        decision.call === 'meet' ? 'MarginCallMet' : 'MarginCallExpired',
        { callId, accountId, figures },
        cause,
      );
      break;
    }
    case 'none':
  }
  if (decision.liquidate) {
    emit(context, stream, 'LiquidationTriggered', liquidationTriggered(assessment, schedule, state.callHistory), cause);
  }
  if (decision.state === LIQUIDATING) {
    emit(context, stream, 'LiquidatingAccountAssessed', { accountId, assessment: writeAssessment(assessment) }, cause);
  }
}

/** Own events that only tell others something. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set<keyof MarginEvents>([
  'LiquidatingAccountAssessed',
  'AdlCandidatesReported',
]);

/**
 * A numbered partition of margin: assesses its accounts on every schedule and whenever they change, issues and ends
 * margin calls, answers withdrawals and auto-deleveraging rounds. It moves no money and closes no position.
 * @see docs/spec/margin.md
 */
export const marginProcess: PartitionProcess<MarginState> = {
  log: 'margin',

  initialState: (partition) => initialMarginState(partition),

  observe: observeFact,

  decide(state, input, context) {
    if (input.log === 'accounts' && (input.type === 'WithdrawalHeld' || input.type === 'WithdrawalResubmitted')) {
      const question = input.payload as AccountsEvents['WithdrawalResubmitted'];
      const answer = answerWithdrawal(state, question);
      emit(context, `withdrawal-${question.withdrawalId}`, answer.type, answer.payload);
    } else if (input.log === 'liquidation' && input.type === 'AdlRoundOpened') {
      const round = input.payload as AdlEvents['AdlRoundOpened'];
      emit(context, `adl-${round.roundId}`, 'AdlCandidatesReported', adlCandidates(state, round));
    }
    return undefined;
  },

  settle(state, context) {
    const schedule = scheduleInForce(state);
    // Before the first price set nothing can be assessed; the first schedule brings a full run.
    if (state.due === null || schedule === null) return;
    completeRun(state, schedule, state.due, context);
  },

  evolve(state, event: LogEntry) {
    invariant(event.schemaVersion === 1, `${event.type} has version ${event.schemaVersion}, newest known is 1`);
    const { book } = state;
    switch (event.type as keyof MarginEvents) {
      case 'MarginRunCompleted':
        state.due = null;
        state.touched.clear();
        return;
      case 'AccountStateChanged': {
        const { accountId, to } = event.payload as MarginEvents['AccountStateChanged'];
        const account = book.at(accountId);
        const next = MARGIN_STATES.indexOf(to);
        book.setState(account, next);
        book.remember(account, {
          restrictedByExpiry: account.restrictedByExpiry && next === RESTRICTED,
          liquidationClosed: false,
          awaitedLossOf: null,
        });
        return;
      }
      case 'MarginCallIssued': {
        const { accountId, callId, dueAt } = event.payload as MarginEvents['MarginCallIssued'];
        const account = book.at(accountId);
        invariant(account.openCall === null, `account ${accountId} has an open call already`);
        account.callsIssued += 1;
        book.remember(account, { openCall: { callId, dueAt, expired: false } });
        return;
      }
      case 'MarginCallMet': {
        const { accountId } = event.payload as MarginEvents['MarginCallMet'];
        book.remember(book.at(accountId), { openCall: null });
        return;
      }
      case 'MarginCallExpired': {
        const { accountId } = event.payload as MarginEvents['MarginCallExpired'];
        const account = book.at(accountId);
        invariant(account.openCall, `account ${accountId} has no open call`);
        book.remember(account, {
          openCall: { ...account.openCall, expired: true },
          restrictedByExpiry: book.stateOf(account) === RESTRICTED,
        });
        return;
      }
      case 'LiquidationTriggered': {
        const { accountId } = event.payload as MarginEvents['LiquidationTriggered'];
        book.remember(book.at(accountId), { liquidationClosed: false, awaitedLossOf: null });
        return;
      }
      case 'WithdrawalCleared':
      case 'WithdrawalRefused': {
        const { accountId, withdrawalId } = event.payload as MarginEvents['WithdrawalCleared'];
        const account = book.at(accountId);
        const hold = account.holds.get(withdrawalId);
        if (hold !== undefined)
          book.setHold(account, withdrawalId, { ...hold, cleared: event.type === 'WithdrawalCleared' });
        return;
      }
      default:
        if (!WITHOUT_EFFECT.has(event.type))
          throw new InvariantViolation(`a margin partition never wrote ${event.type}`);
    }
  },

  dueTimers: () => [],

  fire(_state, timer) {
    throw new InvariantViolation(`margin has no timer ${timer.id}`);
  },
};
