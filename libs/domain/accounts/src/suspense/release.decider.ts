import type { AccountsEvents } from '@ballast/facts';
import { deliveredValue } from '@ballast/instruments';
import { dec, text, type AccountId, type Asset, type Decimal, type Instant } from '@ballast/kernel';
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
  // What is paid for while it waits is owed by suspense: persons say that the account owes it, or what a delivery has made of it.
  if (contractOfItem(state, item)?.cashStyle === 'premium' || deliveryOf(state, item) !== null) return;
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
  if (position === null || fill === undefined || contract === undefined) return undefined;
  // Variation has moved the cost of what suspense holds, and nobody says by how much that of one fill in it; once all of it is delivered, it has
  // paid for each what lies between its price and the delivered value.
  if (contract.cashStyle === 'variation-margin' && deliveryOf(state, item) === null) return undefined;
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

/** What the delivery of its contract paid for a fill in suspense, settlement asset: exact, and in whole minor units. */
interface PaidAtDelivery {
  readonly asset: Asset;
  readonly exact: Decimal;
  readonly paid: Decimal;
}

/** Null of money, and of a contract that is not delivered. Suspense was paid for all that it held together: to a minor unit. */
function deliveryOf(state: AccountsState, { kept: { position } }: SuspendedItem): PaidAtDelivery | null {
  const deliveryPrice = position && deliveryPriceOf(state, position.instrument);
  if (position === null || deliveryPrice === null) return null;
  const { instrument, settlementAsset: asset } = contractOf(state, position.instrument);
  const exact = deliveredValue(instrument, deliveryPrice).times(position.quantity).minus(position.cost);
  return { asset, exact, paid: roundMoney(state, exact, asset, 'credit') };
}

const withPostings = (item: SuspendedItem, postings: AccountsEvents['SuspenseBooked']['postings']): SuspendedItem => ({
  ...item,
  kept: { ...item.kept, postings },
});

/**
 * An item as it leaves suspense to be booked, or with its trade that is cancelled. Of a contract that was delivered since it came no position is
 * left: what the delivery paid for it goes back.
 * @see docs/spec/accounts.md CLR-ACC-017, CLR-ACC-019
 */
export function undelivered(state: AccountsState, item: SuspendedItem): SuspendedItem {
  const delivery = deliveryOf(state, item);
  if (delivery === null) return item;
  const { asset, exact, paid } = delivery;
  return withPostings(
    item,
    postingsOf(
      ['suspense', asset, paid],
      ['house/pnl', asset, exact.neg()],
      ['house/rounding', asset, exact.minus(paid)],
    ),
  );
}

/** An item as it is sent back: a deposit, or what a delivery has paid suspense for a fill; null when there is no money to send. */
export function asMoney(state: AccountsState, item: SuspendedItem): SuspendedItem | null {
  if (item.kept.position === null) return item;
  const delivery = deliveryOf(state, item);
  if (delivery === null || !delivery.paid.gt(0)) return null;
  const { asset, paid } = delivery;
  return withPostings(item, postingsOf(['custody', asset, paid.neg()], ['suspense', asset, paid]));
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
