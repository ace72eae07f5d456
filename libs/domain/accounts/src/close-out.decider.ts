import type { FundEvents, LiquidationEvents, Place } from '@ballast/facts';
import { dec, invariant, minOf, roundMoney, text, ZERO, type Decimal } from '@ballast/kernel';
import {
  accountStream,
  collateralAfter,
  fact,
  freeCollateral,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
} from './accounts.state.js';
import { clientLedger, postingsOf } from './ledger.js';

const CENT = dec('0.01');

/**
 * The part of a slice's plus or minus that is no money: what is below a cent goes to `house/rounding`. A minus of a
 * cent or more stays exact until the fund has answered.
 */
function residue(ledgerBalance: Decimal): Decimal {
  if (ledgerBalance.abs().lt(CENT)) return ledgerBalance;
  return ledgerBalance.isNegative() ? ZERO : ledgerBalance.minus(roundMoney(ledgerBalance, 'USD', 'credit'));
}

/**
 * What the fund takes over of a slice: a plus in the ledger account `liquidation`, in whole cents after the residue
 * has gone to rounding. Reads the state after that.
 */
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
  const rest = residue(order.ledgerBalance.minus(returned));
  yield fact('LiquidationCostSettled', accountStream(accountId), {
    accountId,
    caseId,
    order: place,
    trueUp: text(returned),
    collateral: collateralAfter(state, accountId, 'USD', returned),
    postings: postingsOf(
      [clientLedger(accountId), 'USD', returned],
      ['liquidation', 'USD', returned.plus(rest).neg()],
      ['house/rounding', 'USD', rest],
    ),
  });
  yield* sendRemainder(order, place);
}

/**
 * Books the answer of the fund: a deficit grant to the client, a slippage grant to `liquidation`. What the fund did
 * not grant for slippage is an uncovered loss at once, so a slice always ends at zero. A deficit that stays is
 * liquidation's to decide (deleveraging, or the end of the case).
 */
export function* decideGrant(
  state: AccountsState,
  { request, caseId, accountId, purpose, requested, granted: grantedText }: FundEvents['FundDrawGranted'],
): Generator<AccountsFact> {
  const granted = dec(grantedText);
  const received = (toClient: Decimal, rest: Decimal): AccountsFact =>
    fact('FundGrantReceived', accountStream(accountId), {
      caseId,
      request,
      purpose,
      accountId,
      amount: text(granted),
      collateral: collateralAfter(state, accountId, 'USD', toClient),
      postings: postingsOf(
        ['in-transit', 'USD', granted.neg()],
        [clientLedger(accountId), 'USD', toClient],
        ['liquidation', 'USD', granted.minus(toClient).minus(rest)],
        ['house/rounding', 'USD', rest],
      ),
    });
  if (purpose === 'BankruptcyDeficit') {
    if (granted.gt(0)) yield received(granted, ZERO);
    return;
  }
  const place = state.draws.get(request.position)?.order;
  invariant(place, `grant for slippage without a slice: request ${request.position}`);
  const order = orderAt(state, place);
  if (granted.gt(0)) yield received(ZERO, residue(order.ledgerBalance.plus(granted)));
  yield* sendRemainder(order, place);
  if (!order.ledgerBalance.isNegative()) return;
  // The request was rounded to cents: what it left out is rounding as long as it is below a cent.
  const missing = order.ledgerBalance.neg();
  const refused = dec(requested).minus(granted);
  const loss = missing.minus(refused).abs().lt(CENT) ? refused : roundMoney(missing, 'USD', 'charge');
  yield fact('UncoveredLossBooked', accountStream(accountId), {
    caseId,
    accountId,
    reason: 'slippage-beyond-fund',
    amount: text(loss),
    collateral: collateralAfter(state, accountId),
    postings: postingsOf(
      ['uncovered-loss', 'USD', loss.neg()],
      ['liquidation', 'USD', missing],
      ['house/rounding', 'USD', loss.minus(missing)],
    ),
  });
}

/** Moves the deficit of a case that ended without a position to `uncovered-loss`, at most what the client owes in USD. */
export function decideClosedCase(
  state: AccountsState,
  { caseId, accountId, uncoveredLoss }: LiquidationEvents['LiquidationClosed'],
): AccountsFact | null {
  const owed = freeCollateral(state, accountId, 'USD').neg();
  const loss = minOf(dec(uncoveredLoss), owed);
  if (!loss.gt(0)) return null;
  return fact('UncoveredLossBooked', accountStream(accountId), {
    caseId,
    accountId,
    reason: 'deficit-without-position',
    amount: text(loss),
    collateral: collateralAfter(state, accountId, 'USD', loss),
    postings: postingsOf(['uncovered-loss', 'USD', loss.neg()], [clientLedger(accountId), 'USD', loss]),
  });
}
