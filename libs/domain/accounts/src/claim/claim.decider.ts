import type { AccountsEvents, LiquidationEvents, Place } from '@ballast/facts';
import {
  dec,
  invariant,
  minOf,
  roundUsd,
  SETTLEMENT_ASSET,
  text,
  ZERO,
  type AccountId,
  type Decimal,
} from '@ballast/kernel';
import { collateralAfter, fact, freeDollars, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { roundMoney } from '../ledger/assets.js';
import { balancesOf, clientLedger, heldLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';
import type { Movement } from '../deposit/movement.js';

/** What the waterfall has paid of the deficits of an account and has not got back, USD. @see docs/spec/accounts.md CLR-ACC-073 */
export const claimOn = ({ claims }: AccountsState, accountId: AccountId): Decimal => claims.get(accountId) ?? ZERO;

/**
 * Books what a case pays back before it ends: what was asked for, at most the claim and the free dollars, and nothing when the account has
 * changed since margin judged it. Always answers, since the case waits for it.
 * @see docs/spec/accounts.md CLR-ACC-073
 */
export function decideRepayment(
  state: AccountsState,
  { caseId, accountId, amount: asked, accountVersion }: LiquidationEvents['RepaymentRequested'],
  request: Place,
): AccountsFact {
  const account = state.accounts.get(accountId);
  invariant(account, `a repayment of ${accountId}, which is not open`);
  const changed = account.figuresVersion > accountVersion;
  const amount = changed ? ZERO : minOf(dec(asked), minOf(claimOn(state, accountId), freeDollars(state, accountId)));
  return repaid(
    state,
    accountId,
    { caseId, request, withdrawalId: null, changed },
    { asset: SETTLEMENT_ASSET, quantity: amount, amount },
  );
}

/**
 * Money that was to leave the account, is free, and could be spared pays the claim first: of a coin as much as the claim is worth at the index.
 * @returns nothing when the asset has no index, or the amount is worth less than a cent
 */
export function repaymentOf(state: AccountsState, withdrawalId: string, outgoing: Outgoing): AccountsFact | undefined {
  const { accountId } = outgoing;
  const paid = worthOfClaim(state, outgoing, claimOn(state, accountId));
  return paid.amount.gt(0)
    ? repaid(state, accountId, { caseId: null, request: null, withdrawalId, changed: false }, paid)
    : undefined;
}

type Outgoing = Pick<Movement, 'accountId' | 'asset' | 'amount'>;

interface Paid {
  readonly asset: string;
  readonly quantity: Decimal;
  /** USD. */
  readonly amount: Decimal;
}

function worthOfClaim(state: AccountsState, { asset, amount: most }: Outgoing, claim: Decimal): Paid {
  if (asset === SETTLEMENT_ASSET) {
    const amount = minOf(claim, roundUsd(most, 'credit'));
    return { asset, quantity: amount, amount };
  }
  const index = state.indexes.get(asset);
  if (index === undefined || !index.gt(0)) return { asset, quantity: ZERO, amount: ZERO };
  const quantity = minOf(roundMoney(state, claim.div(index), asset, 'charge'), most);
  return { asset, quantity, amount: minOf(claim, roundUsd(quantity.times(index), 'credit')) };
}

function repaid(
  state: AccountsState,
  accountId: AccountId,
  source: Pick<AccountsEvents['ClaimRepaid'], 'caseId' | 'request' | 'withdrawalId' | 'changed'>,
  { asset, quantity, amount }: Paid,
): AccountsFact {
  const converted: JournalLine[] =
    asset === SETTLEMENT_ASSET
      ? []
      : [
          ['house/conversion', asset, quantity],
          ['house/conversion', SETTLEMENT_ASSET, amount.neg()],
        ];
  return fact('ClaimRepaid', {
    accountId,
    ...source,
    asset,
    quantity: text(quantity),
    amount: text(amount),
    remaining: text(claimOn(state, accountId).minus(amount)),
    collateral: collateralAfter(state, accountId, { [asset]: quantity.neg() }),
    postings: postingsOf([clientLedger(accountId), asset, quantity.neg()], ...converted, [
      'in-transit',
      SETTLEMENT_ASSET,
      amount,
    ]),
  });
}

/** A case that ends with nothing left on the account ends the claim: nothing that was paid for can bring anything back. */
export function waivedClaim(
  state: AccountsState,
  { caseId, accountId, outcome }: LiquidationEvents['LiquidationClosed'],
): AccountsFact | null {
  const claim = claimOn(state, accountId);
  const hasSomething = [clientLedger(accountId), heldLedger(accountId)].some((ledgerAccount) =>
    Object.values(balancesOf(state.ledger, ledgerAccount)).some((amount) => amount.gt(0)),
  );
  if (outcome === 'restored' || hasSomething || !claim.gt(0)) return null;
  return fact('ClaimWaived', { caseId, accountId, amount: text(claim) });
}
