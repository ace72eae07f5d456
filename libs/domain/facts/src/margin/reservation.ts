import { event } from '../schema/event.js';
import { accountId, decimal, identifier, instant, instrument, positiveDecimal, tradeSide } from '../schema/forms.js';
import { list, nullable, oneOf, whole } from '../schema/schema.js';

const stream = 'reservations-<accountId>';

const order = {
  instrument: instrument(),
  side: tradeSide(),
  quantity: positiveDecimal('Contracts.'),
  price: positiveDecimal('Limit; of a market order the worst price at which it may fill.'),
};

/** Longest time for which a reservation can be asked for: one day. */
export const LONGEST_HOLD_MS = 86_400_000;

export const RESERVATION_EVENTS = {
  MarginReserved: event({
    description: 'An order that the exchange is about to take is held against the initial margin of its account.',
    stream,
    payload: {
      reservationId: identifier(),
      accountId: accountId(),
      ...order,
      expiresAt: instant('Clearing time from which it holds nothing any more.'),
      headroom: nullable(
        decimal(
          'USD that the account could still lose to orders, this one counted; null: it reduces risk, and nobody knows.',
        ),
      ),
    },
  }),
  ReservationEnded: event({
    description: 'A reservation ended without an order.',
    stream,
    payload: {
      reservationId: identifier(),
      accountId: accountId(),
      reason: oneOf([
        'released',
        'expired',
        'account-reduce-only',
        'instrument-halted',
        'instrument-delisted',
        'position-limit',
      ]),
    },
  }),
  OrderCancelsRequested: event({
    description: 'The exchange is asked to cancel orders that the account may not have any more.',
    stream,
    payload: {
      accountId: accountId(),
      orders: list(identifier(), 'Ids of exchange.orders.'),
      reason: oneOf(
        [
          'account-restricted',
          'account-liquidating',
          'account-frozen',
          'account-closed',
          'instrument-halted',
          'instrument-delisted',
          'position-limit',
        ],
        'From RESTRICTED on, and frozen, only what reduces risk may stay; while LIQUIDATING, and closed, nothing may; nothing trades in an instrument that a person halted, or that has ended; in one that two persons end only what reduces risk may stay until then; beyond a position limit nothing may stay that adds to it.',
      ),
    },
  }),
};

const commands = 'commands';

export const MARGIN_COMMANDS = {
  ReserveMargin: event({
    description:
      'Hold margin for an order until the exchange has accepted it, it is released, or the time is over. A reservation id is used once, however often it is sent.',
    stream: commands,
    payload: {
      reservationId: identifier(),
      accountId: accountId(),
      ...order,
      holdMs: whole(1, LONGEST_HOLD_MS, { description: 'For how long, milliseconds of clearing time.' }),
    },
  }),
  ReleaseReservation: event({
    description: 'Give back what a reservation holds: the order was not placed.',
    stream: commands,
    payload: { reservationId: identifier(), accountId: accountId() },
  }),
};
