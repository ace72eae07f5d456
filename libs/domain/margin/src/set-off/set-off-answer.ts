import type { LiquidationEvents, MarginEvents, Place } from '@ballast/facts';
import { maxOf, minOf, roundUsd, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import type { Assessor } from '../assess/assessor.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { requirementOfOrders } from '../orders/account-orders.js';

/**
 * What an account can give away in dollars and still cover its own initial requirement, whichever of its orders and reservations fill.
 * @returns USD, whole cents, >= 0; zero while it is liquidated or prices are halted
 */
function spareOf(state: MarginState, assessor: Assessor, account: AccountRecord): Decimal {
  if (state.book.isLiquidating(account) || assessor.market.schedule.halted) return ZERO;
  const { equity, initial } = assessor.valuedAccount(account).figures;
  const headroom = requirementOfOrders(state, assessor, account)?.headroom ?? ZERO;
  return roundUsd(maxOf(minOf(equity.minus(initial), headroom), ZERO), 'credit');
}

/**
 * Says of each account that answers for the debtor what it can spare of its own.
 * @see docs/spec/margin.md CLR-MRG-071
 */
export function answerSetOff(
  state: MarginState,
  { caseId, accountId, amount, accounts }: LiquidationEvents['SetOffRequested'],
  request: Place,
): MarginEvents['SetOffCleared'] {
  const assessor = assessorOf(state);
  const said = (each: AccountId) => {
    const account = state.book.at(each);
    const available = assessor === null ? ZERO : spareOf(state, assessor, account);
    return { accountId: each, accountVersion: account.version, available: text(available) };
  };
  const schedule = assessor?.market.schedule.position ?? 0;
  return { caseId, accountId, request, requested: amount, schedule, accounts: accounts.map(said) };
}
