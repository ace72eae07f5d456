import { choice, readBody, record, textOf, whole } from '@ballast/documents';
import type { CommandHandler, CommandResult, DecisionContext } from '@ballast/event-sourcing';
import { LONGEST_HOLD_MS, type MarginCommands, type MarginEvents } from '@ballast/facts';
import { ACCOUNT_ID, canonicalText, dec, IDENTIFIER, INSTRUMENT_ID, POSITIVE_DECIMAL, text } from '@ballast/kernel';
import { brokenLimitText } from '../limits/order-limits.js';
import { emitMargin } from '../margin.events.js';
import type { MarginState } from '../margin.state.js';
import { preTradeCheck, type PreTradeRefusal } from '../pre-trade/pre-trade-check.js';
import { ordersOf, reservationKey } from './open-orders.js';
import { signedOf } from './order-cost.js';

/** Why margin reserves nothing, beside the answers of a check. */
type ReservationRefusal = PreTradeRefusal | 'reservation-malformed' | 'reservation-id-reused' | 'reservation-unknown';

const DETAILS: Readonly<Record<ReservationRefusal, string>> = {
  'account-unknown': 'No such account is open.',
  'quantity-zero': 'An order has a quantity above zero.',
  'instrument-unknown': 'Ballast does not clear this instrument.',
  'instrument-halted': 'Nothing trades in this instrument at present.',
  'instrument-delisted': 'The instrument ends, or has ended: only what makes a position smaller is taken.',
  'no-prices': 'Something that the account may still fill has no price now.',
  'prices-halted': 'Prices are halted: no new risk is taken.',
  'account-reduce-only': 'The account may only reduce its risk.',
  'position-limit': 'The position would be beyond its limit.',
  'concentration-limit': 'The notional in the underlying would be beyond its limit.',
  'open-interest-limit': 'The open interest of the instrument would be beyond its limit.',
  'account-frozen': 'The account is frozen: it reduces risk only.',
  'account-closed': 'The account is closed.',
  'below-initial-requirement': 'Equity would not cover the initial requirement of what may fill.',
  'owner-below-initial-requirement': 'Another account of the same owner would fall below its initial requirement.',
  'house-reduce-only': 'The house takes no new risk at present.',
  'house-withdrawals-stopped': 'The house pays no withdrawals at present.',
  'house-halted': 'The house is halted: it takes deposits only.',
  'reservation-malformed': 'The command is no reservation.',
  'reservation-id-reused': 'The same reservation id came with other terms.',
  'reservation-unknown': 'No such reservation was made.',
};

const refuse = (code: ReservationRefusal, detail: string = DETAILS[code]): CommandResult => ({
  outcome: 'rejected',
  code,
  detail,
});

const RESERVATION = record({
  reservationId: textOf(IDENTIFIER),
  accountId: textOf(ACCOUNT_ID),
  instrument: textOf(INSTRUMENT_ID),
  side: choice(['buy', 'sell']),
  quantity: textOf(POSITIVE_DECIMAL),
  price: textOf(POSITIVE_DECIMAL),
  holdMs: whole(1, LONGEST_HOLD_MS),
});
const RELEASE = record({ reservationId: textOf(IDENTIFIER), accountId: textOf(ACCOUNT_ID) });

type Content = Pick<MarginEvents['MarginReserved'], 'instrument' | 'side' | 'quantity' | 'price'>;

/** By which a repetition is told from the reuse of an id. */
export const contentOf = ({ instrument, side, quantity, price }: Content): string =>
  canonicalText({ instrument, side, quantity: text(dec(quantity)), price: text(dec(price)) });

/**
 * Holds margin for an order that the exchange is about to take, if a check allows it: until the order is accepted, the reservation is
 * released, or its time is over. The same reservation again gets the same answer and holds nothing more.
 * @see docs/spec/orders.md CLR-ORD-005
 */
function reserve(state: MarginState, payload: unknown, context: DecisionContext): CommandResult {
  const command = readBody(payload, RESERVATION);
  if ('defects' in command) return refuse('reservation-malformed', command.defects.join('; '));
  const { reservationId, accountId, instrument, side, holdMs, ...terms } = command.figures;
  const order = { instrument, side, quantity: dec(terms.quantity), price: dec(terms.price) };
  const known = knownContent(state, accountId, reservationId);
  if (known !== undefined) {
    if (known !== contentOf({ instrument, side, ...terms })) return refuse('reservation-id-reused');
    return {
      outcome: 'accepted',
      data: { reservationId, accountId, status: statusOf(state, accountId, reservationId) },
    };
  }
  const signed = text(signedOf(order));
  const { code, headroom, limit } = preTradeCheck(state, {
    accountId,
    instrument,
    quantity: signed,
    price: terms.price,
  });
  if (code !== null) return limit === null ? refuse(code) : refuse(code, brokenLimitText(limit));
  const expiresAt = context.time.clearing + holdMs;
  emitMargin(context, 'MarginReserved', {
    reservationId,
    accountId,
    instrument,
    side,
    quantity: text(order.quantity),
    price: text(order.price),
    expiresAt,
    headroom,
  });
  return { outcome: 'accepted', data: { reservationId, accountId, status: 'held' } };
}

/** Content of a reservation by its id: of one that holds something however many were made since, else as long as it is remembered. */
function knownContent({ openOrders }: MarginState, accountId: string, reservationId: string): string | undefined {
  const held = ordersOf(openOrders, accountId).reservations.get(reservationId);
  return held === undefined
    ? openOrders.known.get(reservationKey(accountId, reservationId))
    : contentOf({ ...held, quantity: text(held.quantity), price: text(held.price) });
}

const statusOf = (state: MarginState, accountId: string, reservationId: string): 'held' | 'ended' =>
  ordersOf(state.openOrders, accountId).reservations.has(reservationId) ? 'held' : 'ended';

/** Gives back what a reservation holds. Once it has ended, by an order or by time, there is nothing to give back: accepted all the same. */
function release(state: MarginState, payload: unknown, context: DecisionContext): CommandResult {
  const command = readBody(payload, RELEASE);
  if ('defects' in command) return refuse('reservation-malformed', command.defects.join('; '));
  const { reservationId, accountId } = command.figures;
  const held = statusOf(state, accountId, reservationId) === 'held';
  const known = state.openOrders.known.has(reservationKey(accountId, reservationId));
  if (!held && !known) return refuse('reservation-unknown');
  if (held) emitMargin(context, 'ReservationEnded', { reservationId, accountId, reason: 'released' });
  return { outcome: 'accepted', data: { reservationId, accountId, status: 'ended' } };
}

export const RESERVATION_COMMANDS: Readonly<Record<keyof MarginCommands, CommandHandler<MarginState>>> = {
  ReserveMargin: (state, { payload }, context) => reserve(state, payload, context),
  ReleaseReservation: (state, { payload }, context) => release(state, payload, context),
};
