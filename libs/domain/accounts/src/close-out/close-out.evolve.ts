import type { LiquidationEvents, Posting } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { dec, invariant, SETTLEMENT_ASSET, ZERO } from '@ballast/kernel';
import { touch, type AccountsState, type CloseOutOrder, type Evolution } from '../accounts.state.js';
import { addToClaim } from '../claim/claim.evolve.js';
import { post, postedTo } from '../ledger/ledger.js';

/** Notes an order of liquidation, whose fills are booked by it. */
export function noteOrder(
  state: AccountsState,
  { position, payload }: LogEntry<'CloseOutOrderPlaced', LiquidationEvents['CloseOutOrderPlaced']>,
): void {
  const { caseId, accountId, instrument, side, mark, policy, provisionalRate, settlement } = payload;
  state.orders.set(position, {
    caseId,
    accountId,
    instrument,
    side,
    policy,
    mark: dec(mark),
    provisionalRate: dec(provisionalRate),
    notional: dec(settlement.notional),
    assetPrice: dec(settlement.assetPrice),
    ledgerBalance: ZERO,
  });
}

/** A closed case has no more fills; what is paid for is forgotten. */
export function noteClosedCase(
  state: AccountsState,
  { payload: { caseId } }: LogEntry<'LiquidationClosed', LiquidationEvents['LiquidationClosed']>,
): void {
  for (const [position, order] of state.orders) {
    if (order.caseId === caseId && order.ledgerBalance.isZero()) state.orders.delete(position);
  }
}

export function orderAt(state: AccountsState, position: number | undefined): CloseOutOrder {
  const order = position === undefined ? undefined : state.orders.get(position);
  invariant(order, `no open close-out order at ${position}`);
  return order;
}

export function addToOrder(order: CloseOutOrder, postings: readonly Posting[]): void {
  order.ledgerBalance = order.ledgerBalance.plus(postedTo(postings, 'liquidation', SETTLEMENT_ASSET));
}

/** A case has one unpaid slice at a time: the order whose ledger balance is below zero. */
function unpaidSlice(state: AccountsState, caseId: string): CloseOutOrder {
  for (const order of state.orders.values()) {
    if (order.caseId === caseId && order.ledgerBalance.isNegative()) return order;
  }
  return orderAt(state, undefined);
}

export const closeOutEvolution: Evolution<
  | 'LiquidationCostSettled'
  | 'PenaltyRemainderSent'
  | 'FundGrantReceived'
  | 'CollateralTakenOver'
  | 'UncoveredLossBooked'
  | 'UncoveredLossRecovered'
> = {
  LiquidationCostSettled(state, { version, payload: { accountId, order, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
    addToOrder(orderAt(state, order.position), postings);
  },
  PenaltyRemainderSent(state, { payload: { order, postings } }) {
    post(state.ledger, postings);
    addToOrder(orderAt(state, order.position), postings);
  },
  FundGrantReceived(state, { version, payload: { accountId, purpose, request, amount, postings } }) {
    const toClient = purpose === 'BankruptcyDeficit';
    touch(state, accountId, version, toClient);
    post(state.ledger, postings);
    if (toClient) addToClaim(state, accountId, dec(amount));
    else addToOrder(orderAt(state, state.draws.get(request.position)?.order?.position), postings);
  },
  CollateralTakenOver(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
  UncoveredLossBooked(state, { version, payload: { accountId, caseId, reason, amount, postings } }) {
    const ofSlice = reason === 'slippage-beyond-fund';
    touch(state, accountId, version, !ofSlice);
    post(state.ledger, postings);
    if (ofSlice) addToOrder(unpaidSlice(state, caseId), postings);
    else addToClaim(state, accountId, dec(amount));
  },
  UncoveredLossRecovered: (state, { payload: { postings } }) => post(state.ledger, postings),
};
