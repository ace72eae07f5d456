import type { AccountsEvents } from '@ballast/facts';
import { deliveredValue } from '@ballast/instruments';
import { dec, text, type AccountId, type Instant } from '@ballast/kernel';
import { fact, standingOf, type AccountsFact, type AccountsState, type SuspendedItem } from '../accounts.state.js';
import { isComplete } from '../deferral/deferred-messages.js';
import { takeComplete, takeDeferred } from '../deferral/take-deferred.decider.js';
import { creditedDeposit } from '../deposit/deposit.decider.js';
import { readMovement } from '../deposit/movement.js';
import { bookWaitingFill } from '../fill/fill.decider.js';
import { keptAsset, roundMoney } from '../ledger/assets.js';
import { contractOf } from '../ledger/contracts.js';
import { deliveryPriceOf } from '../ledger/instrument-book.js';
import { postingsOf } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';
import { suspendedOf } from './suspended-items.js';
import { readReference } from './suspense-reference.js';

/**
 * What waits for an account is booked when the account is opened, in the order in which it came: each item in suspense leaves it and is booked
 * as if it came now, and each message whose basis is complete is taken. What cannot be booked now either (the contract has expired, the asset is no
 * longer taken) stays in suspense.
 * @see docs/spec/accounts.md CLR-ACC-018, CLR-ACC-050
 */
export function* bookWaiting(state: AccountsState, accountId: AccountId, at: Instant): Generator<AccountsFact> {
  const suspended = suspendedOf(state, accountId);
  const deferred = [...state.deferred.values()].filter(({ message }) => message.accountId === accountId);
  for (const item of [...suspended, ...deferred].sort((a, b) => a.position - b.position)) {
    if ('kept' in item) yield* releaseItem(state, item, at);
    else if (isComplete(state, item)) yield* takeDeferred(state, item, 'complete', at);
  }
  yield* takeComplete(state, at);
}

function* releaseItem(state: AccountsState, item: SuspendedItem, at: Instant): Generator<AccountsFact> {
  // What is paid for while it waits is owed by suspense: persons say that the account owes it.
  if (contractOfItem(state, item)?.cashStyle === 'premium') return;
  const booking = bookingOf(state, item, at);
  if (booking === undefined) return;
  yield released(item);
  yield booking();
}

const contractOfItem = (state: AccountsState, { kept: { position } }: SuspendedItem) =>
  position === null ? undefined : state.contracts.get(position.instrument);

/** How an item is booked where it says, once it has left suspense; undefined when that is not possible as things stand. */
export function bookingOf(state: AccountsState, item: SuspendedItem, at: Instant): (() => AccountsFact) | undefined {
  const { accountId } = item.kept;
  if (!state.accounts.has(accountId) || standingOf(state, accountId) === 'closed') return undefined;
  return item.kept.position === null ? depositBooking(state, item) : fillBooking(state, item, at);
}

function depositBooking(state: AccountsState, { kept }: SuspendedItem): (() => AccountsFact) | undefined {
  const { accountId, reference, postings } = kept;
  const money = postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  if (money === undefined || keptAsset(state, money.asset)?.depositsOpen !== true) return undefined;
  const { id: depositId } = readReference(reference ?? '');
  const { asset, amount } = money;
  const deposit = readMovement(state, { depositId, accountId, asset, amount }, 'deposit');
  // Finer than the asset is kept now: it can only be sent back.
  return deposit.readable ? () => creditedDeposit(state, deposit.value) : undefined;
}

function fillBooking(state: AccountsState, item: SuspendedItem, at: Instant): (() => AccountsFact) | undefined {
  const { accountId, reference, position, fill } = item.kept;
  const contract = contractOfItem(state, item);
  // Variation has moved the cost of what suspense holds, and nobody says by how much that of one fill in it.
  if (position === null || fill === undefined || contract === undefined || contract.cashStyle === 'variation-margin') {
    return undefined;
  }
  const { id: tradeId, part } = readReference(reference ?? '');
  const { quantity } = positionOf(position);
  return bookWaitingFill(
    state,
    {
      ...{ tradeId, part, accountId, contract, price: dec(fill.price), liquidity: fill.liquidity },
      ...{
        side: quantity.isNegative() ? 'sell' : 'buy',
        quantity: quantity.abs(),
        closeOutOrder: null,
        orderId: fill.orderId,
      },
    },
    at,
  );
}

/**
 * A side that leaves suspense because its trade is cancelled. Of a contract that was delivered since the sides were reported no position is left:
 * what the delivery paid for it goes back, to a minor unit, since suspense was paid for all that it held together.
 * @see docs/spec/accounts.md CLR-ACC-017
 */
export function cancelledSide(state: AccountsState, item: SuspendedItem, correctionId: string): AccountsFact {
  const decision = { outcome: 'cancelled', id: correctionId } as const;
  const { position } = item.kept;
  const deliveryPrice = position && deliveryPriceOf(state, position.instrument);
  if (position === null || deliveryPrice === null) return released(item, decision);
  const { instrument, settlementAsset: asset } = contractOf(state, position.instrument);
  const exact = deliveredValue(instrument, deliveryPrice).times(position.quantity).minus(position.cost);
  const paid = roundMoney(state, exact, asset, 'credit');
  const delivery = postingsOf(
    ['suspense', asset, paid],
    ['house/pnl', asset, exact.neg()],
    ['house/rounding', asset, exact.minus(paid)],
  );
  return released({ ...item, kept: { ...item.kept, postings: delivery } }, decision);
}

/** The exact opposite of what suspense took. @param decision of two persons, when it is theirs */
export const released = (
  { position: suspense, kept }: SuspendedItem,
  decision?: AccountsEvents['SuspenseReleased']['decision'],
): AccountsFact =>
  fact('SuspenseReleased', {
    accountId: kept.accountId,
    suspense,
    reference: kept.reference ?? '',
    position: kept.position,
    ...(decision === undefined ? {} : { decision }),
    postings: kept.postings.map(({ amount, ...line }) => ({ ...line, amount: text(dec(amount).neg()) })),
  });
