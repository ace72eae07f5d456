import type { FundEvents, InstrumentId, LiquidationEvents, Place, Underlying } from '@ballast/facts';
import { dec, invariant, roundUsd, text } from '@ballast/kernel';
import {
  collateralAfter,
  fact,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
  type CollateralChanges,
} from '../accounts.state.js';
import { waivedClaim } from '../claim/claim.decider.js';
import { orderAt } from './close-out.evolve.js';
import { coinDebtsPaid } from './coin-debt.js';
import { owedDollars } from './owed-dollars.js';
import { contractOf } from '../ledger/contracts.js';
import { clientLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';
import { WATERFALL_DOCUMENTS } from '../waterfall/loss-waterfall.js';

/** A plus that a slice leaves in the ledger account `liquidation` goes to the fund. Reads the state of the moment. */
function* sendRemainder(
  state: AccountsState,
  { caseId, instrument, ledgerBalance }: CloseOutOrder,
  order: Place,
): Generator<AccountsFact> {
  if (!ledgerBalance.gt(0)) return;
  yield fact('PenaltyRemainderSent', {
    caseId,
    order,
    underlying: underlyingOf(state, instrument),
    amount: text(ledgerBalance),
    postings: postingsOf(['liquidation', 'USD', ledgerBalance.neg()], ['in-transit', 'USD', ledgerBalance]),
  });
}

const underlyingOf = (state: AccountsState, instrument: InstrumentId): Underlying =>
  contractOf(state, instrument).instrument.underlying;

function orderOf(state: AccountsState, { partition, position }: Place): CloseOutOrder {
  invariant(partition === state.partition, `a close-out order of partition ${partition}`);
  return orderAt(state, position);
}

/** Books the signed true-up of a slice between client and `liquidation`, and passes a plus on to the fund. */
export function* decideCostSettlement(
  state: AccountsState,
  { caseId, accountId, order: place, trueUp }: LiquidationEvents['LiquidationCostAssessed'],
): Generator<AccountsFact> {
  const order = orderOf(state, place);
  const returned = roundUsd(dec(trueUp), 'credit');
  yield fact('LiquidationCostSettled', {
    accountId,
    caseId,
    order: place,
    trueUp: text(returned),
    collateral: collateralAfter(state, accountId, { USD: returned }),
    postings: postingsOf([clientLedger(accountId), 'USD', returned], ['liquidation', 'USD', returned.neg()]),
  });
  yield* sendRemainder(state, order, place);
}

/**
 * Books the answer of the fund: a deficit grant to the client, whose debts in coin it pays off, a slippage grant to `liquidation`. What is then still
 * missing for slippage is an uncovered loss at once, so a slice always ends at exactly zero. A deficit that stays is
 * liquidation's to decide (deleveraging, or the end of the case).
 */
export function* decideGrant(state: AccountsState, grant: FundEvents['FundDrawGranted']): Generator<AccountsFact> {
  const { request, caseId, accountId, purpose } = grant;
  const granted = dec(grant.granted);
  const received = (toClient: CollateralChanges, ...lines: readonly JournalLine[]): AccountsFact =>
    fact('FundGrantReceived', {
      caseId,
      request,
      purpose,
      accountId,
      amount: text(granted),
      collateral: collateralAfter(state, accountId, toClient),
      postings: postingsOf(['in-transit', 'USD', granted.neg()], ...lines),
    });
  if (purpose === 'BankruptcyDeficit') {
    if (!granted.gt(0)) return;
    const coins = coinDebtsPaid(state, accountId, granted.minus(owedDollars(state, accountId, granted)));
    const dollars = granted.minus(coins.dollars);
    yield received({ USD: dollars, ...coins.credited }, [clientLedger(accountId), 'USD', dollars], ...coins.lines);
    return;
  }
  const place = state.draws.get(request.position)?.order;
  invariant(place, `grant for slippage without a slice: request ${request.position}`);
  const order = orderOf(state, place);
  if (granted.gt(0)) yield received({}, ['liquidation', 'USD', granted]);
  yield* sendRemainder(state, order, place);
  const loss = order.ledgerBalance.neg();
  if (!loss.gt(0)) return;
  yield fact('UncoveredLossBooked', {
    caseId,
    accountId,
    reason: 'slippage-beyond-fund',
    underlying: underlyingOf(state, order.instrument),
    bearer: WATERFALL_DOCUMENTS.inForce(state.rules).residualParty,
    amount: text(loss),
    collateral: collateralAfter(state, accountId),
    postings: postingsOf(['uncovered-loss', 'USD', loss.neg()], ['liquidation', 'USD', loss]),
  });
}

/**
 * Moves the deficit of a case that ended without a position to `uncovered-loss`, at most what the client owes: first in
 * USD, then in coin, which `house/conversion` takes over at the index.
 */
function uncoveredAtEnd(
  state: AccountsState,
  { caseId, accountId, uncoveredLoss }: LiquidationEvents['LiquidationClosed'],
): AccountsFact | null {
  const deficit = dec(uncoveredLoss);
  const inDollars = owedDollars(state, accountId, deficit);
  const coins = coinDebtsPaid(state, accountId, deficit.minus(inDollars));
  const loss = inDollars.plus(coins.dollars);
  if (!loss.gt(0)) return null;
  return fact('UncoveredLossBooked', {
    caseId,
    accountId,
    reason: 'deficit-without-position',
    underlying: null,
    bearer: WATERFALL_DOCUMENTS.inForce(state.rules).residualParty,
    amount: text(loss),
    collateral: collateralAfter(state, accountId, { USD: inDollars, ...coins.credited }),
    postings: postingsOf(
      ['uncovered-loss', 'USD', loss.neg()],
      [clientLedger(accountId), 'USD', inDollars],
      ...coins.lines,
    ),
  });
}

/** The end of a case: its deficit without a position goes to the residual party, and what nothing is left to pay back is waived. */
export function* decideClosedCase(
  state: AccountsState,
  closed: LiquidationEvents['LiquidationClosed'],
): Generator<AccountsFact> {
  const uncovered = uncoveredAtEnd(state, closed);
  if (uncovered !== null) yield uncovered;
  const waived = waivedClaim(state, closed);
  if (waived !== null) yield waived;
}

/** Money that the fund sends for a loss on the residual party. */
export function decideRecovery({ loss, caseId, accountId, amount }: FundEvents['LossRecovered']): AccountsFact {
  const paid = dec(amount);
  return fact('UncoveredLossRecovered', {
    caseId,
    accountId,
    loss,
    amount,
    postings: postingsOf(['in-transit', 'USD', paid.neg()], ['uncovered-loss', 'USD', paid]),
  });
}
