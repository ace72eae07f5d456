import type { MarginEvents } from '@ballast/facts';
import {
  dec,
  invariant,
  minOf,
  ownerOf,
  SETTLEMENT_ASSET,
  text,
  ZERO,
  type AccountId,
  type Decimal,
} from '@ballast/kernel';
import { collateralAfter, fact, freeDollars, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { coinDebtsPaid } from '../close-out/coin-debt.js';
import { owedDollars } from '../close-out/owed-dollars.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { WATERFALL_DOCUMENTS } from '../waterfall/loss-waterfall.js';

type Cleared = MarginEvents['SetOffCleared'];

/** What an account that answers for another can pay of a deficit now, USD, whole cents. */
interface Spared {
  readonly amount: Decimal;
  /** Margin judged other figures than it has by now. */
  readonly changed: boolean;
}

function sparedBy(
  state: AccountsState,
  debtor: AccountId,
  { accountId, accountVersion, available }: Cleared['accounts'][number],
  missing: Decimal,
): Spared {
  const account = state.accounts.get(accountId);
  const asked = WATERFALL_DOCUMENTS.inForce(state.rules).asksOtherAccounts;
  const mayBeAsked = accountId !== debtor && ownerOf(accountId) === ownerOf(debtor);
  if (!asked || !mayBeAsked || account?.answers !== true) return { amount: ZERO, changed: false };
  const amount = minOf(minOf(dec(available), freeDollars(state, accountId)), missing);
  const changed = amount.gt(0) && account.figuresVersion > accountVersion;
  return { amount: changed ? ZERO : amount, changed };
}

/**
 * Books what accounts of the same owner pay of a deficit, one after the other in the order of the request, each at most what margin says it
 * can spare and what of it is free dollars, until the deficit is paid. The debtor's debts in dollars are paid first, then those in
 * coin, as with money of the fund. Always answers, also with nothing: the case waits for it.
 * @see docs/spec/accounts.md CLR-ACC-071
 */
export function* decideSetOff(state: AccountsState, cleared: Cleared): Generator<AccountsFact> {
  const { caseId, accountId: debtor, request, requested } = cleared;
  invariant(request.partition === state.partition, `a set-off of partition ${request.partition}`);
  let missing = dec(requested);
  const from: { accountId: AccountId; available: string; amount: string; changed: boolean }[] = [];
  for (const each of cleared.accounts) {
    const { accountId, available } = each;
    const { amount, changed } = sparedBy(state, debtor, each, missing);
    from.push({ accountId, available, amount: text(amount), changed });
    if (!amount.gt(0)) continue;
    missing = missing.minus(amount);
    yield fact('OtherAccountCharged', {
      accountId,
      caseId,
      request,
      debtor,
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { [SETTLEMENT_ASSET]: amount.neg() }),
      postings: postingsOf(
        [clientLedger(accountId), SETTLEMENT_ASSET, amount.neg()],
        ['set-off', SETTLEMENT_ASSET, amount],
      ),
    });
  }
  const received = dec(requested).minus(missing);
  const coins = coinDebtsPaid(state, debtor, received.minus(owedDollars(state, debtor, received)));
  const dollars = received.minus(coins.dollars);
  yield fact('SetOffReceived', {
    accountId: debtor,
    caseId,
    request,
    requested,
    received: text(received),
    remaining: text(missing),
    from,
    collateral: collateralAfter(state, debtor, { [SETTLEMENT_ASSET]: dollars, ...coins.credited }),
    postings: postingsOf(
      ['set-off', SETTLEMENT_ASSET, received.neg()],
      [clientLedger(debtor), SETTLEMENT_ASSET, dollars],
      ...coins.lines,
    ),
  });
}
