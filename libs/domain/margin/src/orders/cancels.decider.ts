import type { Cause, DecisionContext } from '@ballast/event-sourcing';
import type { InstrumentId, MarginEvents } from '@ballast/facts';
import { compareText } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { LIQUIDATING, RESTRICTED } from '../call/margin-state.js';
import { emitMargin } from '../margin.events.js';
import { sideOfUnderlying } from '../limits/limit-uses.js';
import { limitBrokenBy } from '../limits/order-limits.js';
import type { MarginState } from '../margin.state.js';
import { openOrdersOf, ordersOf, type OrderTerms } from './open-orders.js';
import { makesSmaller } from './risk-reducing.js';

/** What may not stay in a state: ids of orders and of reservations. */
interface Unwanted {
  readonly orders: string[];
  readonly reservations: string[];
}

const onlyMakesSmaller = ({ book }: MarginState, account: AccountRecord): boolean =>
  book.stateOf(account) >= RESTRICTED || account.standing !== 'open';

/** From RESTRICTED on, and while frozen, only what makes a position smaller stays, the order that the exchange accepted first before the others; while LIQUIDATING, and once closed, nothing does. */
function unwantedIn(state: MarginState, account: AccountRecord): Unwanted {
  const { accountId, holdings } = account;
  if (!onlyMakesSmaller(state, account)) return { orders: [], reservations: [] };
  const standing = state.book.stateOf(account);
  const staying: OrderTerms[] = [];
  const isUnwanted = (order: OrderTerms): boolean => {
    if (standing === LIQUIDATING || account.standing === 'closed' || !makesSmaller(holdings, staying, order))
      return true;
    staying.push(order);
    return false;
  };
  return unwantedAmong(state, accountId, isUnwanted);
}

/** @param isUnwanted asked of orders in the order in which the exchange accepted them, then of reservations */
const unwantedAmong = (
  { openOrders }: MarginState,
  accountId: string,
  isUnwanted: (order: OrderTerms) => boolean,
): Unwanted => ({
  orders: openOrdersOf(openOrders, accountId)
    .filter(isUnwanted)
    .map(({ orderId }) => orderId),
  reservations: [...ordersOf(openOrders, accountId).reservations]
    .filter(([, reservation]) => isUnwanted(reservation))
    .map(([reservationId]) => reservationId),
});

type CancelReason = MarginEvents['OrderCancelsRequested']['reason'];

function reasonOf({ book }: MarginState, account: AccountRecord): CancelReason {
  if (book.isLiquidating(account)) return 'account-liquidating';
  const { standing } = account;
  return standing === 'open' ? 'account-restricted' : `account-${standing}`;
}

/**
 * An account came into a state in which not every order may stay: the exchange is asked to cancel what may not, and what was reserved for it
 * is given back. At the entry into LIQUIDATING liquidation asks for all orders itself.
 * @see docs/spec/orders.md CLR-ORD-006
 */
export function cancelAtEntry(
  state: MarginState,
  account: AccountRecord,
  context: DecisionContext,
  cause: Cause,
): void {
  const { orders, reservations } = unwantedIn(state, account);
  const { accountId } = account;
  if (orders.length > 0 && !state.book.isLiquidating(account)) {
    emitMargin(context, 'OrderCancelsRequested', { accountId, orders, reason: reasonOf(state, account) }, cause);
  }
  for (const reservationId of reservations) {
    emitMargin(context, 'ReservationEnded', { reservationId, accountId, reason: 'account-reduce-only' }, cause);
  }
}

/**
 * A position changed by no order of its owner: what made it smaller may now turn it round, so orders are judged again as at the entry into
 * the state, beyond a limit, or into the last days of a perpetual.
 * @see docs/spec/orders.md CLR-ORD-006
 */
export function cancelAfterHouseTrade(
  state: MarginState,
  account: AccountRecord,
  context: DecisionContext,
  cause: Cause,
): void {
  if (onlyMakesSmaller(state, account)) return cancelAtEntry(state, account, context, cause);
  cancelBeyondLimits(state, account, context, cause);
  const { accountId } = account;
  cancelOf(
    accountId,
    unwantedAmong(state, accountId, addsInDelisted(state, accountId)),
    'instrument-delisted',
    context,
    cause,
  );
}

/**
 * Orders came with a book: what may not stay, in the order in which the exchange accepted them, is asked to be cancelled. Of an account that
 * was not assessed yet with all that it brings, the entry into its state asks for the rest.
 * @see docs/spec/orders.md CLR-ORD-009
 */
export function cancelImported(state: MarginState, account: AccountRecord, context: DecisionContext): void {
  const { accountId } = account;
  const isAgainstDelisting = addsInDelisted(state, accountId);
  const againstState = new Set(unwantedIn(state, account).orders);
  const staying: OrderTerms[] = [];
  const unwanted = new Map<CancelReason, string[]>();
  const reasonOfOrder = (order: OrderTerms & { readonly orderId: string }): CancelReason | null => {
    if (state.haltedInstruments.has(order.instrument)) return 'instrument-halted';
    if (isAgainstDelisting(order)) return 'instrument-delisted';
    if (againstState.has(order.orderId)) return reasonOf(state, account);
    return limitBrokenBy(state, account, order, staying) === null ? null : 'position-limit';
  };
  for (const order of openOrdersOf(state.openOrders, accountId)) {
    const reason = reasonOfOrder(order);
    if (reason === null) staying.push(order);
    else unwanted.set(reason, [...(unwanted.get(reason) ?? []), order.orderId]);
  }
  for (const [reason, orders] of unwanted) emitMargin(context, 'OrderCancelsRequested', { accountId, orders, reason });
}

/**
 * Nothing trades in an instrument any more: the exchange is asked to cancel every order in it, whatever its account may do, and what was
 * reserved for orders in it is given back.
 * @see docs/spec/instrument-halts.md CLR-HLT-002
 */
export function cancelInHalted(state: MarginState, instrument: InstrumentId, context: DecisionContext): void {
  cancelOfAll(state, 'instrument-halted', () => (order) => order.instrument === instrument, context);
}

/**
 * A perpetual is to end, or has ended: the exchange is asked to cancel every order in it that does not make a position smaller, once it has
 * ended all of them, and what was reserved for such orders is given back.
 * @see docs/spec/delisting.md CLR-DEL-003
 */
export function cancelInDelisted(state: MarginState, instrument: InstrumentId, context: DecisionContext): void {
  cancelOfAll(
    state,
    'instrument-delisted',
    (accountId) => {
      const isUnwanted = addsInDelisted(state, accountId);
      return (order) => order.instrument === instrument && isUnwanted(order);
    },
    context,
  );
}

/** Tells of orders, asked in the order of acceptance, those that may not stay in perpetuals that end. */
function addsInDelisted({ book, delistings }: MarginState, accountId: string): (order: OrderTerms) => boolean {
  const holdings = book.find(accountId)?.holdings;
  const staying: OrderTerms[] = [];
  return (order) => {
    const ends = delistings.get(order.instrument);
    if (ends === undefined) return false;
    if (ends === 'ended' || holdings === undefined || !makesSmaller(holdings, staying, order)) return true;
    staying.push(order);
    return false;
  };
}

/** @param isUnwantedIn of an account; asked of orders in the order in which the exchange accepted them, then of reservations */
function cancelOfAll(
  state: MarginState,
  reason: 'instrument-halted' | 'instrument-delisted',
  isUnwantedIn: (accountId: string) => (order: OrderTerms) => boolean,
  context: DecisionContext,
): void {
  for (const accountId of [...state.openOrders.accounts.keys()].sort(compareText)) {
    cancelOf(accountId, unwantedAmong(state, accountId, isUnwantedIn(accountId)), reason, context);
  }
}

function cancelOf(
  accountId: string,
  { orders, reservations }: Unwanted,
  reason: 'instrument-halted' | 'instrument-delisted' | 'position-limit',
  context: DecisionContext,
  cause?: Cause,
): void {
  if (orders.length > 0) emitMargin(context, 'OrderCancelsRequested', { accountId, orders, reason }, cause);
  for (const reservationId of reservations) {
    emitMargin(context, 'ReservationEnded', { reservationId, accountId, reason }, cause);
  }
}

/** Of what may fill in an account, what would add to something of which it, or its owner, has more than a limit allows. */
function beyondLimits(state: MarginState, account: AccountRecord): Unwanted {
  const { accountId, ownerId, holdings } = account;
  const exceeded = [...(state.exceedances.get(ownerId)?.values() ?? [])].filter(
    (each) => each.accountId === null || each.accountId === accountId,
  );
  if (exceeded.length === 0) return { orders: [], reservations: [] };
  const addsTo = (order: OrderTerms): boolean => {
    const side = order.side === 'buy' ? 'long' : 'short';
    const contract = state.contracts.get(order.instrument)?.instrument;
    return exceeded.some(({ instrument, underlying, side: beyond }) =>
      instrument === null
        ? contract?.underlying === underlying && sideOfUnderlying(contract, side) === beyond
        : instrument === order.instrument && side === beyond,
    );
  };
  const staying: OrderTerms[] = [];
  return unwantedAmong(state, accountId, (order) => {
    if (addsTo(order) && !makesSmaller(holdings, staying, order)) return true;
    staying.push(order);
    return false;
  });
}

/**
 * An owner came beyond a limit: the exchange is asked to cancel what would add to it, and what was reserved for that is given back.
 * @see docs/spec/limits.md CLR-LIM-003
 */
export function cancelBeyondLimits(
  state: MarginState,
  account: AccountRecord,
  context: DecisionContext,
  cause?: Cause,
): void {
  cancelOf(account.accountId, beyondLimits(state, account), 'position-limit', context, cause);
}

/** Whether an order may not stay because of a limit: it is exceeded, or would be once the order has filled. */
function isBeyondLimits(state: MarginState, account: AccountRecord, order: OrderTerms & { orderId: string }): boolean {
  if (beyondLimits(state, account).orders.includes(order.orderId)) return true;
  const { accountId } = account;
  const others = [
    ...openOrdersOf(state.openOrders, accountId).filter(({ orderId }) => orderId !== order.orderId),
    ...ordersOf(state.openOrders, accountId).reservations.values(),
  ];
  return limitBrokenBy(state, account, order, others) !== null;
}

const isLateInDelisted = (state: MarginState, accountId: string, orderId: string): boolean =>
  unwantedAmong(state, accountId, addsInDelisted(state, accountId)).orders.includes(orderId);

/** An order came or grew while its account may not have it, or nothing trades in its instrument: it had left the exchange before it heard. @see docs/spec/orders.md CLR-ORD-006 */
export function cancelLate(state: MarginState, accountId: string, orderId: string, context: DecisionContext): void {
  const known = openOrdersOf(state.openOrders, accountId).find((order) => order.orderId === orderId);
  const reason = known && reasonAgainst(state, accountId, known);
  if (reason) emitMargin(context, 'OrderCancelsRequested', { accountId, orders: [orderId], reason });
}

/** Why an order may not stay, the first reason; null: it may. */
function reasonAgainst(
  state: MarginState,
  accountId: string,
  order: OrderTerms & { readonly orderId: string },
): CancelReason | null {
  const { orderId, instrument } = order;
  if (state.haltedInstruments.has(instrument)) return 'instrument-halted';
  if (isLateInDelisted(state, accountId, orderId)) return 'instrument-delisted';
  const account = state.book.find(accountId);
  if (account === undefined) return null;
  if (unwantedIn(state, account).orders.includes(orderId)) return reasonOf(state, account);
  return isBeyondLimits(state, account, order) ? 'position-limit' : null;
}
