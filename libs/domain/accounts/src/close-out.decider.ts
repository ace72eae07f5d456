import type { FundEvents, LiquidationEvents, Place } from '@ballast/facts';
import { dec, invariant, maxOf, minOf, roundMoney, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import {
  accountStream,
  collateralAfter,
  fact,
  freeCollateral,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
} from './accounts.state.js';
import { clientLedger, postingsOf, type JournalLine } from './ledger.js';

/** A plus that a slice leaves in the ledger account `liquidation` goes to the fund. Reads the state of the moment. */
function* sendRemainder({ caseId, ledgerBalance }: CloseOutOrder, order: Place): Generator<AccountsFact> {
  if (!ledgerBalance.gt(0)) return;
  yield fact('PenaltyRemainderSent', 'fund-transit', {
    caseId,
    order,
    amount: text(ledgerBalance),
    postings: postingsOf(['liquidation', 'USD', ledgerBalance.neg()], ['in-transit', 'USD', ledgerBalance]),
  });
}

function orderAt(state: AccountsState, { partition, position }: Place): CloseOutOrder {
  const order = partition === state.partition ? state.orders.get(position) : undefined;
  invariant(order, `no open close-out order ${partition}/${position}`);
  return order;
}

/** Books the signed true-up of a slice between client and `liquidation`, and passes a plus on to the fund. */
export function* decideCostSettlement(
  state: AccountsState,
  { caseId, accountId, order: place, trueUp }: LiquidationEvents['LiquidationCostAssessed'],
): Generator<AccountsFact> {
  const order = orderAt(state, place);
  const returned = roundMoney(dec(trueUp), 'USD', 'credit');
  yield fact('LiquidationCostSettled', accountStream(accountId), {
    accountId,
    caseId,
    order: place,
    trueUp: text(returned),
    collateral: collateralAfter(state, accountId, { USD: returned }),
    postings: postingsOf([clientLedger(accountId), 'USD', returned], ['liquidation', 'USD', returned.neg()]),
  });
  yield* sendRemainder(order, place);
}

/**
 * Books the answer of the fund: a deficit grant to the client, a slippage grant to `liquidation`. What is then still
 * missing for slippage is an uncovered loss at once, so a slice always ends at exactly zero. A deficit that stays is
 * liquidation's to decide (deleveraging, or the end of the case).
 */
export function* decideGrant(state: AccountsState, grant: FundEvents['FundDrawGranted']): Generator<AccountsFact> {
  const { request, caseId, accountId, purpose } = grant;
  const granted = dec(grant.granted);
  const received = (ledgerAccount: string, toClient: Decimal): AccountsFact =>
    fact('FundGrantReceived', accountStream(accountId), {
      caseId,
      request,
      purpose,
      accountId,
      amount: text(granted),
      collateral: collateralAfter(state, accountId, { USD: toClient }),
      postings: postingsOf(['in-transit', 'USD', granted.neg()], [ledgerAccount, 'USD', granted]),
    });
  if (purpose === 'BankruptcyDeficit') {
    if (granted.gt(0)) yield received(clientLedger(accountId), granted);
    return;
  }
  const place = state.draws.get(request.position)?.order;
  invariant(place, `grant for slippage without a slice: request ${request.position}`);
  const order = orderAt(state, place);
  if (granted.gt(0)) yield received('liquidation', ZERO);
  yield* sendRemainder(order, place);
  const loss = order.ledgerBalance.neg();
  if (!loss.gt(0)) return;
  yield fact('UncoveredLossBooked', accountStream(accountId), {
    caseId,
    accountId,
    reason: 'slippage-beyond-fund',
    amount: text(loss),
    collateral: collateralAfter(state, accountId),
    postings: postingsOf(['uncovered-loss', 'USD', loss.neg()], ['liquidation', 'USD', loss]),
  });
}

/** Coin that a client owes and is let off, and what it is worth. */
interface ForgivenCoin {
  readonly asset: 'BTC' | 'ETH';
  readonly amount: Decimal;
  readonly dollars: Decimal;
}

/**
 * Debts in coin that a loss beyond the debt in USD is made of, at the index: all of a coin's debt when the loss covers it (USD
 * rounded up), else what the rest of the loss buys (coin rounded down). They come from coin-settled contracts only.
 */
function forgivenCoins(state: AccountsState, accountId: string, loss: Decimal): readonly ForgivenCoin[] {
  let rest = loss;
  return (['BTC', 'ETH'] as const).flatMap((asset) => {
    const owed = freeCollateral(state, accountId, asset).neg();
    const index = state.indexes.get(asset);
    if (!owed.gt(0) || !rest.gt(0) || index === undefined) return [];
    const worth = roundMoney(owed.times(index), 'USD', 'requirement');
    const whole = worth.lte(rest);
    const dollars = whole ? worth : rest;
    const amount = whole ? owed : minOf(roundMoney(rest.div(index), asset, 'credit'), owed);
    rest = rest.minus(dollars);
    return [{ asset, amount, dollars }];
  });
}

/**
 * Moves the deficit of a case that ended without a position to `uncovered-loss`, at most what the client owes: first in
 * USD, then in coin, which `house/conversion` takes over at the index.
 */
export function decideClosedCase(
  state: AccountsState,
  { caseId, accountId, uncoveredLoss }: LiquidationEvents['LiquidationClosed'],
): AccountsFact | null {
  const deficit = dec(uncoveredLoss);
  const inDollars = maxOf(minOf(deficit, freeCollateral(state, accountId, 'USD').neg()), ZERO);
  const coins = forgivenCoins(state, accountId, deficit.minus(inDollars));
  const loss = inDollars.plus(sum(coins.map(({ dollars }) => dollars)));
  if (!loss.gt(0)) return null;
  return fact('UncoveredLossBooked', accountStream(accountId), {
    caseId,
    accountId,
    reason: 'deficit-without-position',
    amount: text(loss),
    collateral: collateralAfter(state, accountId, {
      USD: inDollars,
      ...Object.fromEntries(coins.map(({ asset, amount }) => [asset, amount])),
    }),
    postings: postingsOf(
      ['uncovered-loss', 'USD', loss.neg()],
      [clientLedger(accountId), 'USD', inDollars],
      ...coins.flatMap(({ asset, amount, dollars }): JournalLine[] => [
        ['house/conversion', 'USD', dollars],
        ['house/conversion', asset, amount.neg()],
        [clientLedger(accountId), asset, amount],
      ]),
    ),
  });
}
