import type { AccountId, AccountsEvents, InstrumentId, OrderEvents, TradeSide } from '@ballast/facts';
import { dec, minOf, ZERO, type Decimal, type Instant, type OldestFirst } from '@ballast/kernel';

/** An order, or what is left of one, as far as its risk goes. */
export interface OrderTerms {
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** Contracts that may still be filled, positive. */
  readonly quantity: Decimal;
  /** Limit as the contract is quoted; of a market order the worst price at which it may fill. */
  readonly price: Decimal;
}

/** An order of exchange.orders. Its fills come by accounts, in another log, perhaps before it. */
interface KnownOrder {
  /** Null: a fill names it, or a later message, and it was not told yet. */
  readonly terms: OrderTerms | null;
  /** To what it was changed before it was told: a book that brings it comes in another log. */
  readonly changed: Pick<OrderTerms, 'quantity' | 'price'> | null;
  /** Contracts that accounts has booked. */
  readonly booked: Decimal;
  /** Contracts that it had filled when it closed; null while it is open. */
  readonly closedAt: Decimal | null;
}

export interface Reservation extends OrderTerms {
  readonly expiresAt: Instant;
}

interface AccountOrders {
  readonly orders: Map<string, KnownOrder>;
  readonly reservations: Map<string, Reservation>;
}

export interface Expiry {
  readonly accountId: AccountId;
  readonly reservationId: string;
  readonly expiresAt: Instant;
}

/** How many reservations a partition knows by id, those that have ended included. */
const REMEMBERED_RESERVATIONS = 65_536;

/**
 * How many orders that nobody told of are known by what was filled of them, or said of them. Logs are read within seconds of each other; an exchange that
 * names orders in its fills and tells of none names new ones for ever. One that is told after it was forgotten asks for more margin, not less.
 */
const REMEMBERED_UNTOLD = 65_536;

/** Orders and reservations of the accounts of a partition. */
export interface OpenOrders {
  /** Position in exchange.orders up to which they are known. */
  upTo: number;
  readonly accounts: Map<AccountId, AccountOrders>;
  /** Orders that nobody told of yet, oldest first, by `orderKey`. */
  readonly untold: Map<string, { readonly accountId: AccountId; readonly orderId: string }>;
  /** Of all reservations that hold something, the earliest first. */
  readonly expiries: Expiry[];
  /** Content of the newest reservations by account and id, by which a repetition is told from the reuse of an id. */
  readonly known: Map<string, string>;
}

export const noOpenOrders = (): OpenOrders => ({
  upTo: 0,
  accounts: new Map(),
  untold: new Map(),
  expiries: [],
  known: new Map(),
});

const NOTHING: AccountOrders = { orders: new Map(), reservations: new Map() };

export const ordersOf = ({ accounts }: OpenOrders, accountId: AccountId): AccountOrders =>
  accounts.get(accountId) ?? NOTHING;

function change(open: OpenOrders, accountId: AccountId, by: (orders: AccountOrders) => void): void {
  const orders = open.accounts.get(accountId) ?? { orders: new Map(), reservations: new Map() };
  by(orders);
  if (orders.orders.size + orders.reservations.size === 0) open.accounts.delete(accountId);
  else open.accounts.set(accountId, orders);
}

const leftOf = ({ terms, booked, closedAt }: KnownOrder): Decimal =>
  terms === null ? ZERO : (closedAt ?? terms.quantity).minus(booked);

/** What an account's orders may still fill, in the order in which the exchange accepted them: closed ones as far as fills are on their way. */
export const openOrdersOf = (
  open: OpenOrders,
  accountId: AccountId,
): readonly (OrderTerms & { readonly orderId: string })[] =>
  [...ordersOf(open, accountId).orders].flatMap(([orderId, order]) => {
    const quantity = leftOf(order);
    return order.terms === null || !quantity.gt(0) ? [] : [{ orderId, ...order.terms, quantity }];
  });

/** Everything that may still fill: orders, then reservations. */
export const riskyOrdersOf = (open: OpenOrders, accountId: AccountId): readonly OrderTerms[] => [
  ...openOrdersOf(open, accountId),
  ...ordersOf(open, accountId).reservations.values(),
];

/** Ids hold no blanks. */
const orderKey = (accountId: AccountId, orderId: string): string => `${accountId} ${orderId}`;

const NOT_TOLD: KnownOrder = { terms: null, changed: null, booked: ZERO, closedAt: null };

function keep(orders: AccountOrders, orderId: string, order: KnownOrder): void {
  const done = order.terms !== null && order.closedAt !== null && order.booked.gte(order.closedAt);
  if (done) orders.orders.delete(orderId);
  else orders.orders.set(orderId, order);
}

/** The exchange took an order; what was reserved for it is held by the order from here on. */
export function noteAccepted(open: OpenOrders, accepted: OrderEvents['OrderAccepted']): void {
  const { accountId, orderId, instrument, side, quantity, price, reservationId } = accepted;
  change(open, accountId, (orders) => {
    const known = orders.orders.get(orderId) ?? NOT_TOLD;
    const terms = { instrument, side, quantity: dec(quantity), price: dec(price) };
    // What the exchange said of the id before was not of this order.
    keep(orders, orderId, known.terms === null ? { ...NOT_TOLD, booked: known.booked, terms } : { ...known, terms });
    open.untold.delete(orderKey(accountId, orderId));
    if (reservationId !== null) endIn(open, orders, accountId, reservationId);
  });
}

/**
 * Keeps what is known of an order that nobody told of: a book may bring it, in another log. The oldest of too many is forgotten.
 * @param known without its terms
 */
function keepUntold(open: OpenOrders, accountId: AccountId, orderId: string, known: KnownOrder): void {
  change(open, accountId, (orders) => keep(orders, orderId, known));
  open.untold.set(orderKey(accountId, orderId), { accountId, orderId });
  if (open.untold.size <= REMEMBERED_UNTOLD) return;
  for (const [key, oldest] of open.untold) {
    open.untold.delete(key);
    change(open, oldest.accountId, ({ orders }) => void orders.delete(oldest.orderId));
    return;
  }
}

/** Other terms; of an order that nobody told of they hold for a book that brings it. */
export function noteChanged(
  open: OpenOrders,
  { accountId, orderId, quantity, price }: OrderEvents['OrderChanged'],
): void {
  const changed = { quantity: dec(quantity), price: dec(price) };
  const known = ordersOf(open, accountId).orders.get(orderId) ?? NOT_TOLD;
  const { terms } = known;
  if (terms === null) keepUntold(open, accountId, orderId, { ...known, changed });
  else change(open, accountId, (orders) => keep(orders, orderId, { ...known, terms: { ...terms, ...changed } }));
}

/** Closed; fills that accounts has not booked yet are risk until it has. An order that nobody told of is closed in a book that brings it. */
export function noteClosed(open: OpenOrders, { accountId, orderId, filledQuantity }: OrderEvents['OrderClosed']): void {
  const filled = dec(filledQuantity);
  const known = ordersOf(open, accountId).orders.get(orderId) ?? NOT_TOLD;
  const { terms } = known;
  if (terms === null) keepUntold(open, accountId, orderId, { ...known, closedAt: filled });
  else
    change(open, accountId, (orders) => keep(orders, orderId, { ...known, closedAt: minOf(filled, terms.quantity) }));
}

/** Orders that came with a book: what they had filled before stands in the positions, and what the exchange has said of them since is newer. */
export function noteImported(
  open: OpenOrders,
  { accountId, orders: brought }: Pick<AccountsEvents['AccountImported'], 'accountId' | 'orders'>,
): void {
  change(open, accountId, (orders) => {
    for (const { orderId, instrument, side, quantity, filledQuantity, price } of brought) {
      const known = orders.orders.get(orderId) ?? NOT_TOLD;
      const written = { quantity: dec(quantity), price: dec(price) };
      const terms = known.terms ?? { instrument, side, ...(known.changed ?? written) };
      const closedAt = known.closedAt && minOf(known.closedAt, terms.quantity);
      // In the order of the book, whatever of it was named before.
      if (known.terms === null) orders.orders.delete(orderId);
      open.untold.delete(orderKey(accountId, orderId));
      keep(orders, orderId, { terms, changed: null, booked: known.booked.plus(filledQuantity), closedAt });
    }
  });
}

/** Accounts booked a fill: what it filled is position now, and no order any more. */
export function noteFilled(open: OpenOrders, accountId: AccountId, orderId: string, quantity: Decimal): void {
  const known = ordersOf(open, accountId).orders.get(orderId) ?? NOT_TOLD;
  const filled = { ...known, booked: known.booked.plus(quantity) };
  if (known.terms === null) keepUntold(open, accountId, orderId, filled);
  else change(open, accountId, (orders) => keep(orders, orderId, filled));
}

/** What was told of orders in contracts that nobody holds any more is forgotten: in one pass, however many expire together. */
export function forgetOrders(open: OpenOrders, hasEnded: (instrument: InstrumentId) => boolean): void {
  for (const accountId of [...open.accounts.keys()]) {
    change(open, accountId, ({ orders }) => {
      for (const [orderId, { terms }] of orders)
        if (terms !== null && hasEnded(terms.instrument)) orders.delete(orderId);
    });
  }
}

export const reservationKey = (accountId: AccountId, reservationId: string): string => `${accountId} ${reservationId}`;

/** @param oldest of those that are known by id */
export function noteReserved(
  open: OpenOrders,
  oldest: OldestFirst<string>,
  accountId: AccountId,
  reservationId: string,
  content: string,
  reservation: Reservation,
): void {
  const { expiresAt } = reservation;
  change(open, accountId, ({ reservations }) => reservations.set(reservationId, reservation));
  const later = open.expiries.findLastIndex((other) => other.expiresAt <= expiresAt) + 1;
  open.expiries.splice(later, 0, { accountId, reservationId, expiresAt });
  open.known.set(reservationKey(accountId, reservationId), content);
  if (open.known.size > REMEMBERED_RESERVATIONS) open.known.delete(oldest.next());
}

export function noteReservationEnded(open: OpenOrders, accountId: AccountId, reservationId: string): void {
  change(open, accountId, (orders) => endIn(open, orders, accountId, reservationId));
}

function endIn(open: OpenOrders, orders: AccountOrders, accountId: AccountId, reservationId: string): void {
  if (!orders.reservations.delete(reservationId)) return;
  const place = open.expiries.findIndex(
    (other) => other.accountId === accountId && other.reservationId === reservationId,
  );
  if (place >= 0) open.expiries.splice(place, 1);
}
