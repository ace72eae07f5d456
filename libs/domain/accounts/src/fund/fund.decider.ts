import { emitterOf, type Cause, type DecisionContext } from '@ballast/event-sourcing';
import {
  FUND_EVENTS,
  GAINS_STEP,
  type AccountsEvents,
  type FundEvents,
  type InstrumentId,
  type Place,
  type Underlying,
} from '@ballast/facts';
import { limitsInForce } from '@ballast/instruments';
import { dec, invariant, maxOf, minOf, roundUsd, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import { balanceOf, postingsOf } from '../ledger/ledger.js';
import { allocate, type LossSources, type StepPaid } from '../waterfall/allocation.js';
import { WATERFALL_DOCUMENTS, type LossWaterfall } from '../waterfall/loss-waterfall.js';
import { concerns, fixedHaircut, isOfCall, paidLosses } from './gains-call.js';
import { measuredInterests } from './open-interest.js';
import {
  FUND_LEDGER,
  HOUSE_CAPITAL_LEDGER,
  fundBalance,
  nameOf,
  reserveLedger,
  reserves,
  type FundState,
} from './fund.state.js';

const emit = emitterOf(FUND_EVENTS);

const waterfall = ({ rules }: FundState): LossWaterfall => WATERFALL_DOCUMENTS.inForce(rules);

/** What the steps can pay now. The tranche is what the document gives less what losses have taken of it. */
const sourcesOf = (state: FundState): LossSources => ({
  reserves: reserves(state),
  fund: balanceOf(state.ledger, FUND_LEDGER, 'USD'),
  tranche: maxOf(ZERO, waterfall(state).houseTranche.plus(balanceOf(state.ledger, HOUSE_CAPITAL_LEDGER, 'USD'))),
});

/** Money that a partition sent arrives, in the reserve of an underlying or in the fund of all. */
export function credit(
  state: FundState,
  reason: FundEvents['FundCredited']['reason'],
  origin: Place,
  amount: Decimal,
  reserve: Underlying | null,
  context: DecisionContext,
): void {
  if (!amount.gt(0)) return;
  const ledgerAccount = reserve === null ? FUND_LEDGER : reserveLedger(reserve);
  emit(context, 'FundCredited', {
    reason,
    origin,
    reserve,
    amount: text(amount),
    balance: text(fundBalance(state).plus(amount)),
    postings: postingsOf(['in-transit', 'USD', amount.neg()], [ledgerAccount, 'USD', amount]),
  });
}

/** What a close-out's penalty left over: a share to the reserve of its underlying, the rest to the fund of all. */
export function creditPenalty(
  state: FundState,
  { underlying, amount }: AccountsEvents['PenaltyRemainderSent'],
  origin: Place,
  context: DecisionContext,
): void {
  const share = roundUsd(dec(amount).times(waterfall(state).reserveShare), 'credit');
  credit(state, 'penalty-remainder', origin, share, underlying, context);
  credit(state, 'penalty-remainder', origin, dec(amount).minus(share), null, context);
}

/** What a step pays out of. */
const ledgerOf = (step: StepPaid['step'], reserve: Underlying | null): string =>
  step === 'house-tranche' ? HOUSE_CAPITAL_LEDGER : reserve === null ? FUND_LEDGER : reserveLedger(reserve);

/** What one step pays, as an event says it; the money leaves for the partition of the account. */
function stepOf(state: FundState, { step, reserve, before, amount, remaining }: StepPaid) {
  const ofHouse = step === 'house-tranche';
  const payer = ledgerOf(step, reserve);
  const balance = fundBalance(state);
  return {
    step,
    reserve,
    before: text(before),
    amount: text(amount),
    remaining: text(remaining),
    balance: text(ofHouse ? balance : balance.minus(amount)),
    postings: postingsOf([payer, 'USD', amount.neg()], ['in-transit', 'USD', amount]),
  };
}

/**
 * Answers all requests of the item at once, so that nobody gets more for having asked first: each step pays pro rata what they lack, whole
 * cents. Always answers, also with zero; neither fund nor reserve nor tranche goes below zero.
 */
export function answerRequests(state: FundState, context: DecisionContext): void {
  const open = [...state.requests.values()];
  if (open.length === 0) return;
  const losses = open.map(({ asked }) => ({ amount: dec(asked.amount), underlying: asked.underlying }));
  const paid = allocate(losses, sourcesOf(state), waterfall(state).payingSteps);
  for (const [index, { request, asked }] of open.entries()) {
    const { caseId, accountId, purpose } = asked;
    const cause: Cause = { kind: 'event', log: 'liquidation', ...request };
    const steps = paid[index] ?? [];
    for (const step of steps) {
      emit(context, 'LossStepTaken', { request, caseId, accountId, purpose, ...stepOf(state, step) }, cause);
    }
    const granted = text(sum(steps.map(({ amount }) => amount)));
    const balance = text(fundBalance(state));
    const answer = { request, caseId, accountId, purpose, requested: asked.amount, granted, balance };
    emit(context, 'FundDrawGranted', answer, cause);
  }
}

/** What is in fund and reserves once all requests are answered pays what the residual party bears, but for what gains are called for. The house's tranche has paid its part before. */
export function recoverLosses(state: FundState, context: DecisionContext): void {
  if (state.due === null || state.residual.size === 0) return;
  const called = state.gainsCall?.losses.map(({ loss }) => nameOf(loss)) ?? [];
  const losses = [...state.residual.values()].filter(({ loss }) => !called.includes(nameOf(loss)));
  const steps = waterfall(state).payingSteps.filter((step) => step !== 'house-tranche');
  const paid = allocate(losses, sourcesOf(state), steps);
  for (const [index, { loss, caseId, accountId }] of losses.entries()) {
    for (const step of paid[index] ?? []) {
      emit(context, 'LossRecovered', { loss, caseId, accountId, ...stepOf(state, step) }, state.due);
    }
  }
}

/**
 * Money that a debtor paid back goes to the steps that paid for him, last payer first.
 * @see docs/spec/accounts.md CLR-ACC-073
 */
export function bookRepayment(
  state: FundState,
  { accountId, amount }: AccountsEvents['ClaimRepaid'],
  origin: Place,
  context: DecisionContext,
): void {
  let left = dec(amount);
  for (const { caseId, step, reserve, amount: owed } of [...(state.contributions.get(accountId) ?? [])].reverse()) {
    const paid = minOf(left, owed);
    if (!paid.gt(0)) break;
    left = left.minus(paid);
    const balance = fundBalance(state);
    emit(context, 'RepaymentBooked', {
      origin,
      caseId,
      accountId,
      step,
      reserve,
      amount: text(paid),
      remaining: text(owed.minus(paid)),
      balance: text(step === 'house-tranche' ? balance : balance.plus(paid)),
      postings: postingsOf(['in-transit', 'USD', paid.neg()], [ledgerOf(step, reserve), 'USD', paid]),
    });
  }
  invariant(left.isZero(), `${accountId} paid back ${text(left)} more than was paid for it`);
}

/**
 * Once all partitions have closed a settlement its gains are called for losses that nobody has paid, where the document says so.
 * @see docs/spec/accounts.md CLR-ACC-072
 */
export function callGains(
  state: FundState,
  { instrument, dueAt, asset }: AccountsEvents['VariationClosed'],
  context: DecisionContext,
): void {
  const cycle = state.closedCycles.get(instrument);
  const isComplete = cycle?.dueAt === dueAt && cycle.partitions.length === context.partitions;
  if (!isComplete || asset !== 'USD' || state.gainsCall !== null || !waterfall(state).cutsGains) return;
  const losses = [...state.residual.values()]
    .filter((loss) => concerns(instrument, loss))
    .map(({ loss, caseId, accountId, amount }) => ({ loss, caseId, accountId, amount: text(amount) }));
  if (losses.length === 0) return;
  const called = text(sum(losses.map(({ amount }) => dec(amount))));
  emit(context, 'VariationGainsCalled', { instrument, dueAt, called, losses });
}

/** The cuts are fixed once every partition has offered its gains. */
export function fixHaircut(
  { gainsCall }: FundState,
  offered: AccountsEvents['VariationGainsOffered'],
  context: DecisionContext,
): void {
  if (gainsCall?.open !== null || !isOfCall(gainsCall, offered)) return;
  if (gainsCall.offers.size === context.partitions) emit(context, 'VariationHaircutFixed', fixedHaircut(gainsCall));
}

/** All cuts are booked: what they have brought pays the losses that it was called for, and leaves for their partitions. */
export function payFromGains(state: FundState, context: DecisionContext): void {
  const call = state.gainsCall;
  if (call?.open !== 0) return;
  for (const { loss, caseId, accountId, amount, paid } of paidLosses(call)) {
    if (!paid.gt(0)) continue;
    emit(context, 'LossRecovered', {
      loss,
      caseId,
      accountId,
      step: GAINS_STEP,
      reserve: null,
      before: text(amount),
      amount: text(paid),
      remaining: text(amount.minus(paid)),
      balance: text(fundBalance(state)),
      postings: postingsOf(['in-transit', 'USD', paid.neg()], ['in-transit', 'USD', paid]),
    });
  }
}

/** Tells open interest that is limited, of one instrument or of all. */
export function tellOpenInterest(
  { rules, openInterests }: FundState,
  context: DecisionContext,
  instrument?: InstrumentId,
): void {
  const instruments = instrument === undefined ? undefined : [instrument];
  for (const measured of measuredInterests(openInterests, limitsInForce(rules), instruments)) {
    emit(context, 'OpenInterestMeasured', measured);
  }
}
