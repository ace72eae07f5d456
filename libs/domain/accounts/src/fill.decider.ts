import { InstrumentError, requireListed, requireSteps } from '@ballast/instruments';
import type { FillEvents, Place, TradeSide, Underlying } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { roundMoney, text, ZERO, type Instant } from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import {
  accountStream,
  collateralAfter,
  fact,
  positionIn,
  tradeContent,
  tradeKey,
  type Account,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
} from './accounts.state.js';
import { settlementOf } from './cleared-contracts.js';
import { closeOutBooking, tradeBooking, type Fill } from './fill-booking.js';
import {
  fieldsOf,
  LARGEST_AMOUNT,
  LARGEST_COIN_AMOUNT,
  ORDER_BOOK_DIGITS,
  readable,
  readContract,
  readId,
  readPositive,
  unreadable,
  type Reading,
} from './input-reading.js';
import { postingsOf } from './ledger.js';
import { applyTrade, figuresOf, signedQuantity, tradedValue } from './position.js';
import { deliverLate } from './settlement.decider.js';
import { suspenseBooked } from './suspense.decider.js';

function readPlace(value: unknown): Place | null {
  const fields = fieldsOf(value);
  if (fields === null) return null;
  const { partition, position } = fields;
  return typeof partition === 'number' && typeof position === 'number' ? { partition, position } : null;
}

function readFill({ contracts }: AccountsState, message: unknown): Reading<Fill> {
  const fields = fieldsOf(message) as { readonly [F in keyof FillEvents['TradeFilled']]?: unknown } | null;
  if (fields === null) return unreadable('message-unreadable');
  const tradeId = readId(fields.tradeId, 'trade-id-invalid');
  if (!tradeId.readable) return tradeId;
  const accountId = readId(fields.accountId, 'account-id-invalid');
  if (!accountId.readable) return accountId;
  const contract = readContract(fields.instrument, contracts);
  if (!contract.readable) return contract;
  const { side, liquidity } = fields;
  if (side !== 'buy' && side !== 'sell') return unreadable('side-unknown');
  if (liquidity !== 'maker' && liquidity !== 'taker') return unreadable('liquidity-unknown');
  const quantity = readPositive(fields.quantity, ORDER_BOOK_DIGITS);
  if (!quantity.readable) return quantity;
  const price = readPositive(fields.price, ORDER_BOOK_DIGITS);
  if (!price.readable) return price;
  return readable({
    tradeId: tradeId.value,
    accountId: accountId.value,
    contract: contract.value,
    side,
    quantity: quantity.value,
    price: price.value,
    liquidity,
    closeOutOrder: readPlace(fields.closeOutOrder),
  });
}

export const suspenseReference = (tradeId: string, side: TradeSide): string => `trade ${tradeId} ${side}`;

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

const malformedReason = (code: AccountsRejectionCode): 'unknown-instrument' | 'malformed' =>
  code === 'instrument-unknown' ? 'unknown-instrument' : 'malformed';

/**
 * What keeps a fill out of the books: a time at which its contract is not listed, or a price or quantity that is no whole
 * step. A fill of a close-out order is booked also after the expiry, since liquidation waits for it; what is delivered
 * already is then delivered at once.
 */
function unclearable(
  { instruments }: AccountsState,
  { contract, price, quantity, closeOutOrder }: Fill,
  account: Account | undefined,
  at: Instant,
): AccountsRejectionCode | null {
  const late = closeOutOrder !== null && account !== undefined;
  const delivered = (instruments.get(contract.instrument.id)?.deliveryPrice ?? null) !== null;
  if (delivered && !late) return 'instrument-expired';
  try {
    if (!late) requireListed(contract, at);
    requireSteps(contract, price, quantity);
    return null;
  } catch (error) {
    if (error instanceof InstrumentError) return error.code as AccountsRejectionCode;
    throw error;
  }
}

/**
 * Books one side of a trade: novation on the spot against the house position of this partition. A fill is a fact and
 * is never refused; what cannot be booked where it belongs goes to suspense. The same side of the same trade twice is
 * booked once.
 *
 * cash = realised profit, against premium minus the value of the trade; all but penalty and `liquidation` in the settlement asset:
 * Trade:     client  += cash, rounded down, - fee      house/fees += fee
 * Close-out: client  += cash at the order's mark, rounded down, - provisional penalty
 *            liquidation += signed quantity * (mark - fill), rounded down, + provisional penalty
 * Both:      house/pnl -= cash + signed quantity * (mark - fill), exact (a trade has mark = fill)
 *            house/rounding += what the rounding left over
 * mark and fill stand for the value of a contract at them.
 */
export function* decideFill(state: AccountsState, input: LogEntry): Generator<AccountsFact> {
  const reading = readFill(state, input.payload);
  if (!reading.readable) {
    yield suspenseBooked(input, malformedReason(reading.code), reading.code);
    return;
  }
  const booked = bookedFill(state, input, reading.value);
  if (booked === null) return;
  yield booked;
  yield* deliverLate(state, reading.value.accountId, reading.value.contract.instrument.id);
}

function bookedFill(state: AccountsState, input: LogEntry, fill: Fill): AccountsFact | null {
  const { tradeId, accountId, contract, side, quantity } = fill;
  const instrument = contract.instrument.id;
  const signed = signedQuantity(side, quantity);
  const fillValue = tradedValue(contract.instrument, signed, fill.price);
  const largest = contract.settlementAsset === 'USD' ? LARGEST_AMOUNT : LARGEST_COIN_AMOUNT;
  if (fillValue.abs().gt(largest)) return suspenseBooked(input, 'malformed', 'amount-too-large');
  const known = state.trades.get(tradeKey(accountId, tradeId, side));
  if (known !== undefined) {
    return known === tradeContent(instrument, signed, fillValue)
      ? null
      : suspenseBooked(input, 'malformed', 'trade-id-reused');
  }
  const account = state.accounts.get(accountId);
  const wrong = unclearable(state, fill, account, input.time.clearing);
  if (wrong !== null) return suspenseBooked(input, 'malformed', wrong);
  if (account === undefined) {
    return suspenseBooked(input, 'unknown-account', 'account-unknown', {
      reference: suspenseReference(tradeId, side),
      position: figuresOf(instrument, { quantity: signed, cost: fillValue }),
    });
  }
  const order = executedOrder(state, fill);
  const price = order?.mark ?? fill.price;
  const { position, realised, cash, value } = applyTrade(contract, positionIn(account, instrument), signed, price);
  const credit = roundMoney(cash, contract.settlementAsset, 'credit');
  // In the client's closing direction: selling below the mark, or buying above it, is a loss of `liquidation`.
  const againstMark = order === null ? ZERO : value.minus(fillValue);
  const moved = { credit, cash, value, againstMark };
  const { fee, feeSchedule, toClient, lines } =
    order === null
      ? tradeBooking(fill, moved, state.indexes.get(contract.instrument.underlying as Underlying))
      : closeOutBooking(fill, moved, order);
  return fact('PositionChanged', accountStream(accountId), {
    accountId,
    reason: order === null ? 'trade' : 'close-out',
    tradeId,
    closeOutOrder: order === null ? null : fill.closeOutOrder,
    side,
    quantity: text(quantity),
    price: text(price),
    fillPrice: text(fill.price),
    realisedPnl: text(realised),
    fee: text(fee),
    feeSchedule,
    position: figuresOf(instrument, position),
    ...settlementOf(contract, credit),
    collateral: collateralAfter(state, accountId, toClient),
    postings: postingsOf(...lines),
  });
}
