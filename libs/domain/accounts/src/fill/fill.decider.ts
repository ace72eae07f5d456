import { listingState } from '@ballast/instruments';
import type { AccountsEvents, FillEvents, Place } from '@ballast/facts';
import type { LogEntry, Past } from '@ballast/event-sourcing';
import { text, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import { bookedFillContent, bookedFillKey, suspendedFillContent } from '../accounts.past.js';
import type { AccountsRejectionCode } from '../accounts.rejections.js';
import {
  collateralAfter,
  fact,
  forbidden,
  positionIn,
  type Account,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
} from '../accounts.state.js';
import { deferFill } from '../deferral/deferral.decider.js';
import { deferredFill, type ToldMessage } from '../deferral/deferred-messages.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { keptAsset, roundMoney } from '../ledger/assets.js';
import { settlementOf } from '../ledger/contracts.js';
import { deliveryPriceOf, type FillIdentity } from '../ledger/instrument-book.js';
import { postingsOf } from '../ledger/ledger.js';
import { applyTrade, figuresOf, positionOf, signedQuantity, tradedValue } from '../ledger/position.js';
import {
  fieldsOf,
  LARGEST_VALUE,
  ORDER_BOOK_DIGITS,
  readable,
  readContract,
  readId,
  readPositive,
  unreadable,
  type Reading,
} from '../reading/input-reading.js';
import { suspenseBooked } from '../suspense/suspense.decider.js';
import { suspenseReference } from '../suspense/suspense-reference.js';
import { suspendedFill } from '../suspense/suspended-items.js';
import { closeOutBooking, tradeBooking, type Fill, type ToldFill } from './fill-booking.js';

const isWholeFrom = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least;

/** The close-out order that a fill names; one that cannot be is damage, since a case may wait for it. */
function readPlace(value: unknown): Reading<Place | null> {
  if (value === undefined || value === null) return readable(null);
  const fields = fieldsOf(value);
  const partition = fields?.['partition'];
  const position = fields?.['position'];
  return isWholeFrom(partition, 0) && isWholeFrom(position, 1)
    ? readable({ partition, position })
    : unreadable('close-out-order-invalid');
}

function readFill(message: unknown): Reading<ToldFill> {
  const fields: { readonly [F in keyof FillEvents['TradeFilled']]?: unknown } | null = fieldsOf(message);
  if (fields === null) return unreadable('message-unreadable');
  const tradeId = readId(fields.tradeId, 'trade-id-invalid');
  if (!tradeId.readable) return tradeId;
  const accountId = readId(fields.accountId, 'account-id-invalid');
  if (!accountId.readable) return accountId;
  const { side, liquidity } = fields;
  if (side !== 'buy' && side !== 'sell') return unreadable('side-unknown');
  if (liquidity !== 'maker' && liquidity !== 'taker') return unreadable('liquidity-unknown');
  const quantity = readPositive(fields.quantity, ORDER_BOOK_DIGITS);
  if (!quantity.readable) return quantity;
  const price = readPositive(fields.price, ORDER_BOOK_DIGITS);
  if (!price.readable) return price;
  const closeOutOrder = readPlace(fields.closeOutOrder);
  if (fields.fill !== undefined && !isWholeFrom(fields.fill, 1)) return unreadable('fill-number-invalid');
  if (!closeOutOrder.readable) return closeOutOrder;
  const orderId = fields.orderId === undefined ? readable(undefined) : readId(fields.orderId, 'order-id-invalid');
  if (!orderId.readable) return orderId;
  return readable({
    tradeId: tradeId.value,
    part: fields.fill,
    accountId: accountId.value,
    instrument: fields.instrument,
    side,
    quantity: quantity.value,
    price: price.value,
    liquidity,
    closeOutOrder: closeOutOrder.value,
    orderId: orderId.value,
  });
}

/**
 * The close-out order this fill executes. The maker's side of the same trade names it too, and is a trade like any
 * other; so is a fill that names an order which is not the account's, because the exchange did execute it.
 */
function executedOrder(state: AccountsState, fill: Fill): CloseOutOrder | null {
  if (fill.closeOutOrder?.partition !== state.partition) return null;
  const order = state.orders.get(fill.closeOutOrder.position);
  const executes =
    order?.accountId === fill.accountId && order.instrument === fill.contract.instrument.id && order.side === fill.side;
  return executes ? order : null;
}

/**
 * What keeps a fill out of all books: a contract that is not listed at that time, or pays in an asset that is not kept. A
 * fill of a close-out order is booked also after the expiry, since liquidation waits for it; what is delivered already
 * is then delivered at once, and of an account that is closed by then not even suspense could hold it.
 */
function unclearable(
  state: AccountsState,
  { accountId, contract, closeOutOrder }: Fill,
  account: Account | undefined,
  at: Instant,
): AccountsRejectionCode | null {
  if (keptAsset(state, contract.settlementAsset) === undefined) return 'asset-not-kept';
  const delivered = deliveryPriceOf(state, contract.instrument.id) !== null;
  const late = closeOutOrder !== null && account !== undefined;
  if (late && !(delivered && forbidden(state, accountId, 'fill') !== null)) return null;
  if (delivered) return 'instrument-expired';
  const listing = listingState(contract, at);
  if (listing === 'listed') return null;
  return listing === 'expired' ? 'instrument-expired' : 'instrument-not-listed';
}

/**
 * What keeps a fill out of its account: nobody of that name, an account that is closed, or a part of a lot, which no close-out could ever sell. A fill of a
 * close-out order is booked all the same, since liquidation waits for it. A price off the tick happened and is booked:
 * nothing is computed with the tick.
 * @see docs/spec/accounts.md CLR-ACC-015
 */
function unbookable(
  state: AccountsState,
  { accountId, contract, quantity, closeOutOrder }: Fill,
  account: Account | undefined,
) {
  if (account === undefined) return 'account-unknown';
  const closed = forbidden(state, accountId, 'fill');
  if (closed !== null) return closed;
  return closeOutOrder === null && !quantity.mod(contract.lot).isZero() ? 'quantity-off-lot' : null;
}

/**
 * Books one side of a trade: novation on the spot against the house position of this partition. A fill is a fact and
 * is never refused; what cannot be booked where it belongs goes to suspense. The same fill twice is booked once, and the second
 * delivery is on record: whether it was one, only the exchange can say.
 *
 * cash = realised profit, against premium minus the value of the trade; all but penalty and `liquidation` in the settlement asset:
 * Trade:     client  += cash, rounded down, - fee      house/fees += fee
 * Close-out: client  += cash at the order's mark, rounded down, - provisional penalty
 *            liquidation += signed quantity * (mark - fill), rounded down, + provisional penalty
 * Both:      house/pnl -= cash + signed quantity * (mark - fill), exact (a trade has mark = fill)
 *            house/rounding += what the rounding left over
 * mark and fill stand for the value of a contract at them.
 */
export function* decideFill(state: AccountsState, input: LogEntry, past: Past): Generator<AccountsFact> {
  const reading = readFill(input.payload);
  const identity = reading.readable ? identityOf(reading.value) : undefined;
  if (reading.readable && identity !== undefined) {
    const again = repetition(state, reading.value, identity);
    if (again !== null) {
      yield suspenseBooked(input, again);
      return;
    }
    // An id that is known is decided by that, whatever its basis says.
    const deferral =
      knownContent(state, identity, past) === undefined ? deferFill(state, input, reading.value, past) : null;
    if (deferral !== null) {
      yield deferral;
      return;
    }
  }
  yield* bookToldFill(state, input, input.time.clearing, past);
}

/** What a fill is known by; undefined when it names no contract. */
const identityOf = ({ part: fill = 1, instrument, accountId, tradeId, side }: ToldFill): FillIdentity | undefined =>
  typeof instrument === 'string' ? { accountId, instrument, tradeId, side, fill } : undefined;

/** What a fill is that comes again while it waits; null: none of its id does. */
function repetition(state: AccountsState, told: ToldFill, identity: FillIdentity): AccountsRejectionCode | null {
  const waiting = deferredFill(state, identity);
  if (waiting === undefined) return null;
  return told.quantity.eq(waiting.quantity) && told.price.eq(waiting.price) ? 'fill-repeated' : 'trade-id-reused';
}

/** What was said of a fill before, by its content; undefined of a new one. */
function knownContent(state: AccountsState, identity: FillIdentity, past: Past): string | undefined {
  const booked = past(bookedFillKey(identity));
  if (booked !== undefined) return booked;
  const waiting = suspendedFill(state, identity)?.kept.position;
  if (waiting === undefined || waiting === null) return undefined;
  const { quantity, cost } = positionOf(waiting);
  return suspendedFillContent(quantity, cost);
}

/** Books one side of a trade that waits for nothing. @see docs/spec/accounts.md CLR-ACC-010 */
export function* bookToldFill(
  state: AccountsState,
  message: ToldMessage,
  at: Instant,
  past: Past,
): Generator<AccountsFact> {
  const told = readFill(message.payload);
  const contract = told.readable ? readContract(told.value.instrument, state.contracts) : told;
  if (!told.readable || !contract.readable) {
    yield suspenseBooked(message, contract.readable ? 'message-unreadable' : contract.code);
    return;
  }
  const { instrument: _, ...fill } = told.value;
  yield bookedFill(state, message, { ...fill, contract: contract.value }, at, past);
  yield* deliverLate(state, fill.accountId, contract.value.instrument.id);
}

function bookedFill(state: AccountsState, input: ToldMessage, fill: Fill, at: Instant, past: Past): AccountsFact {
  const { part = 1, tradeId, accountId, contract, side, quantity, price } = fill;
  const instrument = contract.instrument.id;
  const signed = signedQuantity(side, quantity);
  const fillValue = tradedValue(contract.instrument, signed, price);
  if (fillValue.abs().gt(LARGEST_VALUE[contract.instrument.settlement])) {
    return suspenseBooked(input, 'amount-too-large');
  }
  const known = knownContent(state, { accountId, instrument, tradeId, side, fill: part }, past);
  if (known !== undefined) {
    const same = [bookedFillContent(signed, price), suspendedFillContent(signed, fillValue)];
    return suspenseBooked(input, same.includes(known) ? 'fill-repeated' : 'trade-id-reused');
  }
  const account = state.accounts.get(accountId);
  const wrong = unclearable(state, fill, account, at);
  if (wrong !== null) return suspenseBooked(input, wrong);
  const code = unbookable(state, fill, account);
  if (account === undefined || code !== null) {
    return suspenseBooked(input, code ?? 'account-unknown', {
      reference: suspenseReference(fill),
      position: figuresOf(instrument, { quantity: signed, cost: fillValue }),
      fill: waitingFill(fill),
    });
  }
  return positionChanged(state, account, fill, signed, fillValue);
}

/** What a fill is booked by when its account opens, beside what suspense keeps of every fill. */
const waitingFill = ({ price, liquidity, orderId }: Fill): AccountsEvents['SuspenseBooked']['fill'] => ({
  price: text(price),
  liquidity,
  ...(orderId === undefined ? {} : { orderId }),
});

/**
 * How a fill is booked that waited for its account, which is open. What is delivered by now is delivered to it by the next event: no lot, no time
 * stands in the way.
 * @returns undefined when it could not be booked now either
 */
export function bookWaitingFill(state: AccountsState, fill: Fill, at: Instant): (() => AccountsFact) | undefined {
  const account = state.accounts.get(fill.accountId);
  const isDelivered = deliveryPriceOf(state, fill.contract.instrument.id) !== null;
  const wrong = isDelivered ? null : (unclearable(state, fill, account, at) ?? unbookable(state, fill, account));
  if (wrong !== null) return undefined;
  const signed = signedQuantity(fill.side, fill.quantity);
  const value = tradedValue(fill.contract.instrument, signed, fill.price);
  return account && (() => positionChanged(state, account, fill, signed, value));
}

function positionChanged(
  state: AccountsState,
  account: Account,
  fill: Fill,
  signed: Decimal,
  fillValue: Decimal,
): AccountsFact {
  const { tradeId, part, accountId, contract, side, quantity, orderId } = fill;
  const instrument = contract.instrument.id;
  const order = executedOrder(state, fill);
  const price = order?.mark ?? fill.price;
  const { position, realised, cash, value } = applyTrade(contract, positionIn(account, instrument), signed, price);
  const credit = roundMoney(state, cash, contract.settlementAsset, 'credit');
  // In the client's closing direction: selling below the mark, or buying above it, is a loss of `liquidation`.
  const againstMark = order === null ? ZERO : value.minus(fillValue);
  const moved = { credit, cash, value, againstMark };
  const { fee, feeSchedule, feeTier, toClient, lines } =
    order === null ? tradeBooking(state, fill, moved) : closeOutBooking(state, fill, moved, order);
  return fact('PositionChanged', {
    accountId,
    reason: order === null ? 'trade' : 'close-out',
    tradeId,
    ...(part === undefined ? {} : { fill: part }),
    closeOutOrder: order === null ? null : fill.closeOutOrder,
    ...(orderId === undefined ? {} : { orderId }),
    side,
    quantity: text(quantity),
    price: text(price),
    fillPrice: text(fill.price),
    realisedPnl: text(realised),
    fee: text(fee),
    feeSchedule,
    ...(feeTier === undefined ? {} : { feeTier }),
    position: figuresOf(instrument, position),
    settlement: settlementOf(contract, credit),
    collateral: collateralAfter(state, accountId, toClient),
    postings: postingsOf(...lines),
  });
}
