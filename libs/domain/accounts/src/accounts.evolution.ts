import { contractValue, deliveredValue } from '@ballast/instruments';
import type { AccountsEvents, InstrumentId, Posting, TradeSide } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { assertNever, dec, invariant, sum, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import {
  perAccount,
  REMEMBERED_TRADES,
  tradeContent,
  tradeKey,
  type Account,
  type AccountsState,
  type CloseOutOrder,
  type InstrumentBook,
} from './accounts.state.js';
import { contractOf } from './cleared-contracts.js';
import { post, postedTo } from './ledger.js';
import { FLAT, positionOf, signedQuantity, tradedValue, type Position } from './position.js';
import { contentOf } from './transfers.decider.js';

/** An own event with the payload that belongs to its type. */
export type AccountsEvent = {
  [Type in keyof AccountsEvents]: LogEntry<Type, AccountsEvents[Type]>;
}[keyof AccountsEvents];

function bookOf(state: AccountsState, instrument: InstrumentId): InstrumentBook {
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

/** Notes the stream's version; `figures` when collateral or positions changed other than by an own withdrawal. */
function touch(state: AccountsState, accountId: AccountId, version: number, figures: boolean): Account {
  const account = state.accounts.get(accountId);
  invariant(account, `an event of an account that is not open: ${accountId}`);
  invariant(version === account.version + 1, `account ${accountId} goes from version ${account.version} to ${version}`);
  account.version = version;
  if (figures) account.figuresVersion = version;
  return account;
}

function hold(account: Account, instrument: InstrumentId, position: Position): void {
  if (position.quantity.isZero()) account.positions.delete(instrument);
  else account.positions.set(instrument, position);
}

const attributePnl = (book: InstrumentBook, postings: readonly Posting[]): void => {
  book.housePnl = book.housePnl.plus(postedTo(postings, 'house/pnl', book.asset));
};

interface BookedTrade {
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  /** Price between the two sides of the trade: of a close-out the fill, not the mark. */
  readonly tradePrice: Decimal;
  readonly after: Position;
  readonly postings: readonly Posting[];
}

/**
 * The client's position is taken from the event, the house position from the trade: each checks the other.
 * @returns content of the trade
 */
function bookTrade(state: AccountsState, account: Account, trade: BookedTrade): string {
  const { instrument, after } = trade;
  hold(account, instrument, after);
  const signed = signedQuantity(trade.side, trade.quantity);
  const book = bookOf(state, instrument);
  book.houseQuantity = book.houseQuantity.minus(signed);
  attributePnl(book, trade.postings);
  const value = tradedValue(contractOf(state, instrument).instrument, signed, trade.tradePrice);
  book.tradedValue = book.tradedValue.plus(value);
  return tradeContent(instrument, signed, value);
}

function remember(trades: Map<string, string>, key: string, content: string): void {
  trades.set(key, content);
  if (trades.size <= REMEMBERED_TRADES) return;
  for (const oldest of trades.keys()) {
    trades.delete(oldest);
    return;
  }
}

function orderAt(state: AccountsState, position: number | undefined): CloseOutOrder {
  const order = position === undefined ? undefined : state.orders.get(position);
  invariant(order, `no open close-out order at ${position}`);
  return order;
}

const addTo = (order: CloseOutOrder, postings: readonly Posting[]): void => {
  order.ledgerBalance = order.ledgerBalance.plus(postedTo(postings, 'liquidation', 'USD'));
};

/** A case has one unpaid slice at a time: the order whose ledger balance is below zero. */
function unpaidSlice(state: AccountsState, caseId: string): CloseOutOrder {
  for (const order of state.orders.values()) {
    if (order.caseId === caseId && order.ledgerBalance.isNegative()) return order;
  }
  return orderAt(state, undefined);
}

/** Takes what suspense keeps, and its id, so that the second delivery is known. */
function evolveSuspense(
  state: AccountsState,
  { accountId, reference, position, postings }: AccountsEvents['SuspenseBooked'],
): void {
  post(state.ledger, postings);
  if (reference === null) return;
  const id = reference.slice(reference.indexOf(' ') + 1);
  if (position === null) {
    const kept = postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
    invariant(kept, `suspense keeps nothing for ${reference}`);
    state.deposits.set(perAccount(accountId, id), contentOf(kept.asset, dec(kept.amount)));
    return;
  }
  const tradeId = id.slice(0, id.lastIndexOf(' '));
  const { quantity, cost } = positionOf(position);
  const side: TradeSide = quantity.isNegative() ? 'sell' : 'buy';
  remember(state.trades, tradeKey(accountId, tradeId, side), tradeContent(position.instrument, quantity, cost));
  const book = bookOf(state, position.instrument);
  book.suspense = { quantity: book.suspense.quantity.plus(quantity), cost: book.suspense.cost.plus(cost) };
  book.houseQuantity = book.houseQuantity.minus(quantity);
  book.tradedValue = book.tradedValue.plus(cost);
}

/** Sum of a settlement that is complete: clients, suspense, house and rounding. */
function closeSettlement(
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

/** A delivery is a trade with the house at the delivered value: the house position goes with the last holder. */
function closeAtDelivery(
  state: AccountsState,
  book: InstrumentBook,
  instrument: InstrumentId,
  delivered: Decimal,
  deliveryPrice: Decimal,
): void {
  const value = deliveredValue(contractOf(state, instrument).instrument, deliveryPrice).times(delivered);
  book.houseQuantity = book.houseQuantity.plus(delivered);
  book.tradedValue = book.tradedValue.minus(value);
}

/**
 * Takes an own event into the state. Every entry must balance per asset, every account's version must follow the last.
 * @throws InvariantViolation also for an unknown type or a newer version: a deciding fold skips nothing
 */
export function evolveAccounts(state: AccountsState, entry: LogEntry): void {
  invariant(entry.schemaVersion === 1, `${entry.type} has version ${entry.schemaVersion}, newest known is 1`);
  const event = entry as AccountsEvent;
  const { version } = event;
  switch (event.type) {
    case 'AccountOpened': {
      const { accountId } = event.payload;
      invariant(!state.accounts.has(accountId), `account opened twice: ${accountId}`);
      state.accounts.set(accountId, { version, figuresVersion: version, model: null, positions: new Map() });
      return;
    }
    case 'MarginModelChosen': {
      const { accountId, model } = event.payload;
      // What margin cleared before, it judged by another model.
      touch(state, accountId, version, true).model = model;
      return;
    }
    case 'CollateralCredited': {
      const { accountId, depositId, asset, amount, postings } = event.payload;
      touch(state, accountId, version, true);
      post(state.ledger, postings);
      state.deposits.set(perAccount(accountId, depositId), contentOf(asset, dec(amount)));
      return;
    }
    case 'WithdrawalHeld': {
      const { accountId, withdrawalId, asset, amount, attempt, postings } = event.payload;
      touch(state, accountId, version, false);
      post(state.ledger, postings);
      state.withdrawals.set(perAccount(accountId, withdrawalId), {
        accountId,
        withdrawalId,
        asset,
        amount: dec(amount),
        status: 'held',
        attempt,
      });
      return;
    }
    case 'WithdrawalResubmitted':
    case 'WithdrawalSettled':
    case 'WithdrawalReleased': {
      const { accountId, withdrawalId } = event.payload;
      touch(state, accountId, version, false);
      const withdrawal = state.withdrawals.get(perAccount(accountId, withdrawalId));
      invariant(withdrawal?.status === 'held', `withdrawal ${withdrawalId} is not held`);
      if (event.type === 'WithdrawalResubmitted') {
        withdrawal.attempt = event.payload.attempt;
      } else {
        withdrawal.status = event.type === 'WithdrawalSettled' ? 'settled' : 'released';
        post(state.ledger, event.payload.postings);
      }
      return;
    }
    case 'WithdrawalRejected': {
      const { accountId, withdrawalId, code } = event.payload;
      touch(state, accountId, version, false);
      state.rejectedWithdrawals.set(perAccount(accountId, withdrawalId), code);
      return;
    }
    case 'PositionChanged': {
      const { accountId, tradeId, closeOutOrder, side, quantity, fillPrice, position, postings } = event.payload;
      post(state.ledger, postings);
      const content = bookTrade(state, touch(state, accountId, version, true), {
        instrument: position.instrument,
        side,
        quantity: dec(quantity),
        tradePrice: dec(fillPrice),
        after: positionOf(position),
        postings,
      });
      remember(state.trades, tradeKey(accountId, tradeId, side), content);
      if (closeOutOrder !== null) addTo(orderAt(state, closeOutOrder.position), postings);
      return;
    }
    case 'FundingSettled': {
      const { accountId, instrument, amount, postings } = event.payload;
      touch(state, accountId, version, true);
      post(state.ledger, postings);
      const book = bookOf(state, instrument);
      book.fundingOpen = book.fundingOpen.plus(dec(amount));
      return;
    }
    case 'FundingClosed': {
      const { instrument, dueAt, houseAmount, rounding, postings } = event.payload;
      post(state.ledger, postings);
      const book = bookOf(state, instrument);
      book.fundingClosed = book.fundingOpen
        .plus(dec(houseAmount))
        .plus(dec(rounding))
        .plus(postedTo(postings, 'suspense', 'USD'));
      book.fundingOpen = ZERO;
      book.fundedUpTo = dueAt;
      return;
    }
    case 'VariationSettled': {
      const { accountId, instrument, amount, position, postings } = event.payload;
      post(state.ledger, postings);
      hold(touch(state, accountId, version, true), instrument, positionOf(position));
      const book = bookOf(state, instrument);
      attributePnl(book, postings);
      book.settlementOpen = book.settlementOpen.plus(dec(amount));
      return;
    }
    case 'VariationClosed': {
      const { instrument, dueAt, price, postings } = event.payload;
      post(state.ledger, postings);
      const book = bookOf(state, instrument);
      const { quantity } = book.suspense;
      const unit = contractValue(contractOf(state, instrument).instrument, dec(price));
      book.suspense = { quantity, cost: unit.times(quantity) };
      book.settledUpTo = dueAt;
      closeSettlement(book, event.payload);
      return;
    }
    case 'ContractDelivered': {
      const { accountId, instrument, quantity, deliveryPrice, amount, position, postings } = event.payload;
      post(state.ledger, postings);
      hold(touch(state, accountId, version, true), instrument, positionOf(position));
      const book = bookOf(state, instrument);
      attributePnl(book, postings);
      closeAtDelivery(state, book, instrument, dec(quantity), dec(deliveryPrice));
      // A late delivery is no part of the settlement that is closed.
      if (book.deliveryPrice === null) book.settlementOpen = book.settlementOpen.plus(dec(amount));
      return;
    }
    case 'ExpiryClosed': {
      const { instrument, deliveryPrice, postings } = event.payload;
      post(state.ledger, postings);
      const book = bookOf(state, instrument);
      closeAtDelivery(state, book, instrument, book.suspense.quantity, dec(deliveryPrice));
      book.suspense = FLAT;
      book.deliveryPrice = dec(deliveryPrice);
      closeSettlement(book, event.payload);
      return;
    }
    case 'LiquidationCostSettled': {
      const { accountId, order, postings } = event.payload;
      touch(state, accountId, version, true);
      post(state.ledger, postings);
      addTo(orderAt(state, order.position), postings);
      return;
    }
    case 'PenaltyRemainderSent': {
      const { order, postings } = event.payload;
      post(state.ledger, postings);
      addTo(orderAt(state, order.position), postings);
      return;
    }
    case 'FundGrantReceived': {
      const { accountId, purpose, request, postings } = event.payload;
      const toClient = purpose === 'BankruptcyDeficit';
      touch(state, accountId, version, toClient);
      post(state.ledger, postings);
      if (!toClient) addTo(orderAt(state, state.draws.get(request.position)?.order?.position), postings);
      return;
    }
    case 'UncoveredLossBooked': {
      const { accountId, caseId, reason, postings } = event.payload;
      const ofSlice = reason === 'slippage-beyond-fund';
      touch(state, accountId, version, !ofSlice);
      post(state.ledger, postings);
      if (ofSlice) addTo(unpaidSlice(state, caseId), postings);
      return;
    }
    case 'AdlBooked': {
      const { accountId, instrument, side, quantity, price, position, postings } = event.payload;
      post(state.ledger, postings);
      bookTrade(state, touch(state, accountId, version, true), {
        instrument,
        side,
        quantity: dec(quantity),
        tradePrice: dec(price),
        after: positionOf(position),
        postings,
      });
      return;
    }
    case 'FundContributionForwarded': {
      const { contributionId, amount, postings } = event.payload;
      post(state.ledger, postings);
      state.contributions.set(contributionId, amount);
      return;
    }
    case 'SuspenseBooked':
      evolveSuspense(state, event.payload);
      return;
    default:
      return assertNever(event);
  }
}
