import type { AccountsEvents, InstrumentId, Posting, TradeSide } from '@ballast/facts';
import { dec, OldestFirst, sum, ZERO, type Decimal } from '@ballast/kernel';
import {
  hold,
  perAccount,
  REMEMBERED_TRADES,
  type Account,
  type AccountsState,
  type InstrumentBook,
  type RememberedFill,
} from '../accounts.state.js';
import { contractOf } from './contracts.js';
import { postedTo } from './ledger.js';
import { FLAT, signedQuantity, tradedValue, type Position } from './position.js';

/** What the partition knows about a contract, from the first booking in it on. */
export function bookOf(state: AccountsState, instrument: InstrumentId): InstrumentBook {
  let book = state.instruments.get(instrument);
  if (book === undefined) {
    book = {
      asset: contractOf(state, instrument).settlementAsset,
      houseQuantity: ZERO,
      housePnl: ZERO,
      tradedValue: ZERO,
      suspense: FLAT,
      fundedUpTo: 0,
      fundingOpen: ZERO,
      fundingClosed: ZERO,
      settledUpTo: 0,
      settlementOpen: ZERO,
      settlementClosed: ZERO,
      deliveryPrice: null,
    };
    state.instruments.set(instrument, book);
  }
  return book;
}

/** Price at which a contract was delivered here; null until then. */
export const deliveryPriceOf = ({ instruments }: AccountsState, instrument: InstrumentId): Decimal | null =>
  instruments.get(instrument)?.deliveryPrice ?? null;

export function attributePnl(book: InstrumentBook, postings: readonly Posting[]): void {
  book.housePnl = book.housePnl.plus(postedTo(postings, 'house/pnl', book.asset));
}

interface BookedTrade {
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  /** Price between the two sides of the trade: of a close-out the fill, not the mark. */
  readonly tradePrice: Decimal;
  readonly after: Position;
  readonly postings: readonly Posting[];
}

/** The client's position is taken from the event, the house position from the trade: each checks the other. */
export function bookTrade(state: AccountsState, account: Account, trade: BookedTrade): void {
  const { instrument, after } = trade;
  hold(account, instrument, after);
  const signed = signedQuantity(trade.side, trade.quantity);
  const book = bookOf(state, instrument);
  book.houseQuantity = book.houseQuantity.minus(signed);
  attributePnl(book, trade.postings);
  const value = tradedValue(contractOf(state, instrument).instrument, signed, trade.tradePrice);
  book.tradedValue = book.tradedValue.plus(value);
}

/** What one fill is known by. An exchange counts trades per instrument, and may fill one side in several parts. */
export interface FillIdentity {
  readonly accountId: string;
  readonly instrument: InstrumentId;
  readonly tradeId: string;
  readonly side: TradeSide;
  /** 1, 2, 3, ... within the side of the trade; 1 if it has one part. */
  readonly fill: number;
}

export const fillKey = ({ accountId, instrument, tradeId, side, fill }: FillIdentity): string =>
  perAccount(accountId, `${instrument} ${tradeId} ${side} ${fill}`);

export function rememberFill(state: AccountsState, fill: RememberedFill): void {
  const { trades, correcting } = state;
  const { accountId, instrument, tradeId, side, part = 1 } = fill;
  trades.set(fillKey({ accountId, instrument, tradeId, side, fill: part }), fill);
  state.oldestTrades ??= new OldestFirst(trades);
  // The fill that came now is not being taken back, so this ends.
  while (trades.size > REMEMBERED_TRADES) {
    const oldest = state.oldestTrades.next();
    const held = trades.get(oldest) as RememberedFill;
    trades.delete(oldest);
    if (correcting.has(oldest)) trades.set(oldest, held);
  }
}

/** Sum of a settlement that is complete: clients, suspense, house and rounding. */
export function closeSettlement(
  book: InstrumentBook,
  { houseAmount, rounding, postings }: AccountsEvents['VariationClosed' | 'ExpiryClosed'],
): void {
  attributePnl(book, postings);
  book.settlementClosed = sum([
    book.settlementOpen,
    dec(houseAmount),
    dec(rounding),
    postedTo(postings, 'suspense', book.asset),
  ]);
  book.settlementOpen = ZERO;
}
