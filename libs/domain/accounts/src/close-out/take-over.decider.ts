import type { LiquidationEvents, Place } from '@ballast/facts';
import {
  ONE,
  SETTLEMENT_ASSET,
  ZERO,
  minOf,
  roundAmount,
  roundUsd,
  sum,
  text,
  type AccountId,
  type Asset,
  type Decimal,
} from '@ballast/kernel';
import { collateralAfter, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { balancesOf, clientLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';
import { WATERFALL_DOCUMENTS } from '../waterfall/loss-waterfall.js';

/** A coin that is taken over, at the index. */
interface TakenCoin {
  readonly asset: Asset;
  readonly amount: Decimal;
  readonly price: Decimal;
  /** USD, exact. */
  readonly worth: Decimal;
}

/** What the client owes in all assets that have an index, USD. */
function debtOf(state: AccountsState, client: string): Decimal {
  const debts = Object.entries(balancesOf(state.ledger, client)).map(([asset, amount]) => {
    const price = asset === SETTLEMENT_ASSET ? ONE : state.indexes.get(asset);
    return amount.isNegative() && price !== undefined ? amount.neg().times(price) : ZERO;
  });
  return sum(debts);
}

/**
 * Fraction of the worth that the house keeps for taking over: the document's, but never more than what is left once the debt is paid, so
 * that nobody else pays for a discount. What a position gains or loses is not known here: with a position it is 0.
 * @returns 16 digits, rounded down
 */
function discountOf(state: AccountsState, accountId: AccountId, coins: readonly TakenCoin[]): Decimal {
  const worth = sum(coins.map((coin) => coin.worth));
  const debt = debtOf(state, clientLedger(accountId));
  const left = worth.minus(debt);
  const isFlat = state.accounts.get(accountId)?.positions.size === 0;
  if (!isFlat || !debt.gt(0) || !left.gt(0)) return ZERO;
  const { takeOverDiscount } = WATERFALL_DOCUMENTS.inForce(state.rules);
  return roundAmount(minOf(takeOverDiscount, left.div(worth)), DISCOUNT_DIGITS, 'credit');
}

const DISCOUNT_DIGITS = 16;

/**
 * The house takes over what a client has in other assets, all of it that no withdrawal holds, at the last index less a discount:
 * `house/conversion` gets the coin and pays the dollars, rounded down to the cent. So a debtor's own collateral pays before the fund does,
 * and no later rise of a coin is his while somebody else has paid for him. Nothing to take is an answer too: the case waits for one.
 * @see docs/spec/accounts.md CLR-ACC-042
 */
export function decideTakeOver(
  state: AccountsState,
  { caseId, accountId }: LiquidationEvents['CollateralTakeOverRequested'],
  request: Place,
): AccountsFact {
  const client = clientLedger(accountId);
  const coins = Object.entries(balancesOf(state.ledger, client)).flatMap(([asset, amount]): TakenCoin[] => {
    const price = state.indexes.get(asset);
    if (asset === SETTLEMENT_ASSET || !amount.gt(0) || price === undefined) return [];
    return [{ asset, amount, price, worth: amount.times(price) }];
  });
  const discount = discountOf(state, accountId, coins);
  const taken = coins.map((coin) => ({
    ...coin,
    dollars: roundUsd(coin.worth.times(ONE.minus(discount)), 'credit'),
  }));
  const dollars = sum(taken.map((each) => each.dollars));
  const changes = Object.fromEntries(taken.map(({ asset, amount }) => [asset, amount.neg()]));
  const lines = taken.flatMap(({ asset, amount, dollars: paid }): JournalLine[] => [
    [client, asset, amount.neg()],
    ['house/conversion', asset, amount],
    ['house/conversion', SETTLEMENT_ASSET, paid.neg()],
  ]);
  return fact('CollateralTakenOver', {
    accountId,
    caseId,
    request,
    discount: text(discount),
    taken: taken.map(({ asset, amount, price, dollars: paid }) => ({
      asset,
      amount: text(amount),
      price: text(price),
      dollars: text(paid),
    })),
    collateral: collateralAfter(state, accountId, { ...changes, [SETTLEMENT_ASSET]: dollars }),
    postings: postingsOf([client, SETTLEMENT_ASSET, dollars], ...lines),
  });
}
