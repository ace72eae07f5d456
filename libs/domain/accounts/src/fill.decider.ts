import type { FillEvents, InstrumentId, Place, TradeSide } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { roundMoney, text, ZERO, type Decimal } from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import {
  accountStream,
  collateralAfter,
  fact,
  positionIn,
  tradeContent,
  tradeKey,
  type AccountsFact,
  type AccountsState,
  type CloseOutOrder,
} from './accounts.state.js';
import { FEES, provisionalPenalty, tradingFee } from './fee-schedule.js';
import {
  fieldsOf,
  LARGEST_AMOUNT,
  ORDER_BOOK_DIGITS,
  readable,
  readId,
  readInstrument,
  readPositive,
  unreadable,
  type Reading,
} from './input-reading.js';
import { clientLedger, postingsOf } from './ledger.js';
import { applyTrade, figuresOf, signedQuantity, tradedValue } from './position.js';
import { suspenseBooked } from './suspense.decider.js';

/** One side of a trade as it can be booked. */
interface Fill {
  readonly tradeId: string;
  readonly accountId: string;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly closeOutOrder: Place | null;
}

function readPlace(value: unknown): Place | null {
  const fields = fieldsOf(value);
  if (fields === null) return null;
  const { partition, position } = fields;
  return typeof partition === 'number' && typeof position === 'number' ? { partition, position } : null;
}

function readFill(message: unknown): Reading<Fill> {
  const fields = fieldsOf(message) as { readonly [F in keyof FillEvents['TradeFilled']]?: unknown } | null;
  if (fields === null) return unreadable('message-unreadable');
  const tradeId = readId(fields.tradeId, 'trade-id-invalid');
  if (!tradeId.readable) return tradeId;
  const accountId = readId(fields.accountId, 'account-id-invalid');
  if (!accountId.readable) return accountId;
  const instrument = readInstrument(fields.instrument);
  if (!instrument.readable) return instrument;
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
    instrument: instrument.value,
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
    order?.accountId === fill.accountId && order.instrument === fill.instrument && order.side === fill.side;
  return executes ? order : null;
}

const malformedReason = (code: AccountsRejectionCode): 'unknown-instrument' | 'malformed' =>
  code === 'instrument-unknown' ? 'unknown-instrument' : 'malformed';

/**
 * Books one side of a trade: novation on the spot against the house position of this partition. A fill is a fact and
 * is never refused; what cannot be booked where it belongs goes to suspense. The same side of the same trade twice is
 * booked once.
 *
 * Trade:     client  += realised, rounded down to the cent, - fee      house/fees += fee
 * Close-out: client  += realised at the order's mark, rounded down, - provisional penalty
 *            liquidation += signed quantity * (mark - fill), rounded down, + provisional penalty
 * Both:      house/pnl -= realised + signed quantity * (mark - fill), exact (a trade has mark = fill)
 *            house/rounding += what the rounding left over
 */
export function decideFill(state: AccountsState, input: LogEntry): AccountsFact | null {
  const reading = readFill(input.payload);
  if (!reading.readable) return suspenseBooked(input, malformedReason(reading.code), reading.code);
  const fill = reading.value;
  const { tradeId, accountId, instrument, side, quantity } = fill;
  const signed = signedQuantity(side, quantity);
  const fillValue = tradedValue(signed, fill.price);
  if (fillValue.abs().gt(LARGEST_AMOUNT)) return suspenseBooked(input, 'malformed', 'amount-too-large');
  const known = state.trades.get(tradeKey(accountId, tradeId, side));
  if (known !== undefined) {
    return known === tradeContent(instrument, signed, fillValue)
      ? null
      : suspenseBooked(input, 'malformed', 'trade-id-reused');
  }
  const account = state.accounts.get(accountId);
  if (account === undefined) {
    return suspenseBooked(input, 'unknown-account', 'account-unknown', {
      reference: suspenseReference(tradeId, side),
      position: figuresOf(instrument, { quantity: signed, cost: fillValue }),
    });
  }
  const order = executedOrder(state, fill);
  const price = order?.mark ?? fill.price;
  const { position, realised, value } = applyTrade(positionIn(account, instrument), signed, price);
  const credit = roundMoney(realised, 'USD', 'credit');
  // In the client's closing direction: selling below the mark, or buying above it, is a loss of `liquidation`.
  const againstMark = order === null ? ZERO : value.minus(fillValue);
  const toLiquidation = roundMoney(againstMark, 'USD', 'credit');
  const fee =
    order === null
      ? tradingFee(FEES, fill.liquidity, value.abs())
      : provisionalPenalty(value.abs(), order.provisionalRate);
  const toClient = credit.minus(fee);
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
    feeSchedule: FEES.id,
    position: figuresOf(instrument, position),
    collateral: collateralAfter(state, accountId, 'USD', toClient),
    postings: postingsOf(
      [clientLedger(accountId), 'USD', toClient],
      ['house/pnl', 'USD', realised.plus(againstMark).neg()],
      ['house/rounding', 'USD', realised.minus(credit).plus(againstMark).minus(toLiquidation)],
      order === null ? ['house/fees', 'USD', fee] : ['liquidation', 'USD', toLiquidation.plus(fee)],
    ),
  });
}
