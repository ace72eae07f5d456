import type { Cause, DecisionContext } from '@ballast/event-sourcing';
import type { AccountMarginState } from '@ballast/facts';
import { compareText, invariant, KERNEL_PROFILE, text, type OwnerId } from '@ballast/kernel';
import type { Assessor } from '../assess/assessor.js';
import { liquidationTriggered } from '../call/liquidation-trigger.js';
import { LIQUIDATING, MARGIN_STATES } from '../call/margin-state.js';
import { reasonOf } from '../call/state-reason.js';
import { withClosings } from '../closings/closing-judgement.js';
import { emitMargin } from '../margin.events.js';
import { cancelAtEntry } from '../orders/cancels.decider.js';
import type { MarginState } from '../margin.state.js';
import { runMargin, type AccountOutcome } from './margin-run.js';

const nameOf = (state: number): AccountMarginState => MARGIN_STATES[state] ?? 'HEALTHY';

const byId = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));

/** One run: its root over all assessments first, then what follows for single accounts, in account-id order. */
export function completeRun(
  state: MarginState,
  assessor: Assessor,
  { cause, full }: NonNullable<MarginState['due']>,
  context: DecisionContext,
): void {
  const slots = full ? state.book.allSlots() : state.book.slotsOfOwners(state.touched);
  const run = runMargin(state.book, slots, assessor, context.time.clearing);
  // The run that is reported next is the one that they are touched for.
  const touched = new Set(state.touched);
  const states = MARGIN_STATES.map((name, index) => [name, run.stateCounts[index] ?? 0]);
  emitMargin(
    context,
    'MarginRunCompleted',
    {
      kind: full ? 'full' : 'touched',
      schedule: assessor.market.schedule.position,
      models: byId(run.models),
      kernelProfile: KERNEL_PROFILE,
      assessed: slots.length,
      decidedExactly: run.decidedExactly,
      root: run.records.root(),
      states: Object.fromEntries(states) as Record<AccountMarginState, number>,
    },
    cause,
  );
  for (const outcome of run.outcomes) reportOutcome(state, assessor, outcome, touched, context, cause);
}

function reportOutcome(
  state: MarginState,
  { market: { schedule } }: Assessor,
  outcome: AccountOutcome,
  touched: ReadonlySet<OwnerId>,
  context: DecisionContext,
  cause: Cause,
): void {
  const { account, memory, decision, model, failure, detail, told } = outcome;
  const { accountId } = account;
  const { figures } = told;
  if (failure !== null && account.failedModel === null) {
    emitMargin(context, 'ModelFailed', { accountId, ...failure, figures }, cause);
  } else if (failure === null && account.failedModel !== null) {
    emitMargin(context, 'ModelRestored', { accountId, model }, cause);
  }
  if (decision.state !== memory.state) {
    emitMargin(
      context,
      'AccountStateChanged',
      {
        accountId,
        assessment: told,
        from: nameOf(memory.state),
        reason: reasonOf(outcome, schedule.halted),
        to: nameOf(decision.state),
      },
      cause,
    );
    cancelAtEntry(state, account, context, cause);
  }
  switch (decision.call) {
    case 'issue': {
      const issuedAt = context.time.clearing;
      const deficit = text(detail.figures.call.minus(detail.figures.equity));
      const callId = `${accountId}#${account.callsIssued + 1}`;
      const dueAt = issuedAt + schedule.parameters.noticeMs;
      emitMargin(context, 'MarginCallIssued', { callId, accountId, issuedAt, dueAt, deficit, figures }, cause);
      break;
    }
    case 'meet':
    case 'expire': {
      invariant(account.openCall, `account ${accountId} has no open call`);
      const { callId } = account.openCall;
      const type = decision.call === 'meet' ? 'MarginCallMet' : 'MarginCallExpired';
      emitMargin(context, type, { callId, accountId, figures }, cause);
      break;
    }
    case 'none':
  }
  if (decision.liquidate) {
    const entry = {
      openCall: account.openCall,
      closedBefore: memory.state === LIQUIDATING,
      changed: touched.has(account.ownerId),
    };
    emitMargin(
      context,
      'LiquidationTriggered',
      liquidationTriggered(detail, schedule, state.maintenanceHistory, entry),
      cause,
    );
  }
  if (decision.state === LIQUIDATING) {
    const assessment = withClosings(state, account, told);
    emitMargin(context, 'LiquidatingAccountAssessed', { accountId, assessment }, cause);
  }
}
