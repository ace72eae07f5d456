import { causeOf, type LogEntry } from '@ballast/event-sourcing';
import { GAINS_STEP, type AccountsEvents, type FundEvents } from '@ballast/facts';
import { dec, invariant, minOf, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { post } from '../ledger/ledger.js';
import { begunCall, isOfCall } from './gains-call.js';
import { nameOf, placeOf, type Contribution, type FundCause, type FundState } from './fund.state.js';

function attribute({ causes }: FundState, cause: FundCause, change: Decimal): void {
  causes.set(cause, (causes.get(cause) ?? ZERO).plus(change));
}

function contribute({ contributions }: FundState, accountId: AccountId, contribution: Contribution): void {
  contributions.set(accountId, [...(contributions.get(accountId) ?? []), contribution]);
}

/** A loss that nobody else has paid stands on the residual party, until money comes in. */
export function noteUncovered(
  state: FundState,
  input: LogEntry<'UncoveredLossBooked', AccountsEvents['UncoveredLossBooked']>,
): void {
  const { caseId, accountId, reason, underlying, amount } = input.payload;
  const loss = placeOf(input);
  state.residual.set(nameOf(loss), { loss, caseId, accountId, underlying, amount: dec(amount) });
  // It comes back through the fund, which pays what is open on the residual party first, or has paid it before.
  if (reason === 'deficit-without-position') {
    contribute(state, accountId, { caseId, step: 'global-fund', reserve: null, amount: dec(amount) });
  }
  state.due = causeOf(input);
}

/**
 * A claim ends unpaid: what was paid first goes, as much as was claimed when it ended. Another case of the account may have been paid for by
 * what is read here before, in a log of its own; that is claimed on.
 */
export function noteWaived({ contributions }: FundState, { accountId, amount }: AccountsEvents['ClaimWaived']): void {
  let left = dec(amount);
  const claimed = (contributions.get(accountId) ?? []).flatMap((paid): readonly Contribution[] => {
    const waived = minOf(left, paid.amount);
    left = left.minus(waived);
    return waived.eq(paid.amount) ? [] : [{ ...paid, amount: paid.amount.minus(waived) }];
  });
  if (claimed.length === 0) contributions.delete(accountId);
  else contributions.set(accountId, claimed);
}

/** What a partition offers of its gains. */
export function noteOffer(
  state: FundState,
  partition: number,
  { instrument, dueAt, gains }: AccountsEvents['VariationGainsOffered'],
): void {
  const call = state.gainsCall;
  if (call === null || !isOfCall(call, { instrument, dueAt })) return;
  state.gainsCall = { ...call, offers: new Map([...call.offers, [partition, gains]]) };
}

/** A cut is booked, and what it brings is on its way. */
export function noteCut(
  state: FundState,
  input: LogEntry<'VariationGainReduced', AccountsEvents['VariationGainReduced']>,
): void {
  const call = state.gainsCall;
  if (call === null || call.open === null || !isOfCall(call, input.payload)) return;
  const after = { ...call, open: call.open - 1, collected: call.collected.plus(input.payload.amount) };
  // Money that came in meanwhile may pay what the cuts did not.
  state.due = causeOf(input);
  state.gainsCall = after.open === 0 && after.collected.isZero() ? null : after;
}

/** How the state of losses and of who pays them follows from own events of the given types. */
type Evolution<Types extends keyof FundEvents> = {
  readonly [T in Types]: (state: FundState, event: LogEntry<T, FundEvents[T]>) => void;
};

export const fundEvolution: Evolution<
  | 'FundCredited'
  | 'LossStepTaken'
  | 'FundDrawGranted'
  | 'RepaymentBooked'
  | 'VariationGainsCalled'
  | 'VariationHaircutFixed'
  | 'LossRecovered'
> = {
  FundCredited(state, { payload: { postings, reason, amount } }) {
    post(state.ledger, postings);
    attribute(state, reason, dec(amount));
  },
  LossStepTaken(state, { payload: { request, caseId, accountId, postings, purpose, step, reserve, amount } }) {
    post(state.ledger, postings);
    if (purpose === 'BankruptcyDeficit') {
      contribute(state, accountId, { caseId, step, reserve, amount: dec(amount) });
    }
    if (step !== 'house-tranche') attribute(state, purpose, dec(amount).neg());
    const name = nameOf(request);
    const open = state.requests.get(name);
    invariant(open, `a step for ${name}, which asked for nothing`);
    state.requests.set(name, { ...open, paid: open.paid.plus(amount) });
  },
  FundDrawGranted({ requests }, { payload: { request, granted } }) {
    const name = nameOf(request);
    const paid = requests.get(name)?.paid;
    invariant(
      paid?.eq(granted),
      `${granted} granted to ${name}, but its steps are ${paid === undefined ? 'none' : text(paid)}`,
    );
    requests.delete(name);
  },
  RepaymentBooked(state, { payload: { accountId, postings, step, amount, remaining } }) {
    post(state.ledger, postings);
    if (step !== 'house-tranche') attribute(state, 'repayment', dec(amount));
    const paid = state.contributions.get(accountId) ?? [];
    const last = paid.at(-1);
    invariant(last?.step === step, `${accountId} pays back to ${step}, which did not pay last`);
    const owed = dec(remaining).isZero() ? [] : [{ ...last, amount: dec(remaining) }];
    const after = [...paid.slice(0, -1), ...owed];
    if (after.length === 0) state.contributions.delete(accountId);
    else state.contributions.set(accountId, after);
  },
  VariationGainsCalled: (state, { payload }) => void (state.gainsCall = begunCall(payload)),
  VariationHaircutFixed(state, { payload: { cuts } }) {
    invariant(state.gainsCall, 'a haircut of gains that nobody called for');
    state.gainsCall = cuts.length === 0 ? null : { ...state.gainsCall, open: cuts.length };
  },
  LossRecovered(state, { payload: { loss, postings, amount, step } }) {
    post(state.ledger, postings);
    if (step === GAINS_STEP) {
      invariant(state.gainsCall, 'a loss that is paid by gains that nobody called for');
      const collected = state.gainsCall.collected.minus(amount);
      state.gainsCall = collected.isZero() ? null : { ...state.gainsCall, collected };
    } else attribute(state, 'recovered-loss', dec(amount).neg());
    const name = nameOf(loss);
    const open = state.residual.get(name);
    invariant(open, `a recovery of ${name}, which is no open loss`);
    const left = open.amount.minus(amount);
    if (left.gt(0)) state.residual.set(name, { ...open, amount: left });
    else state.residual.delete(name);
  },
};
