import { z } from 'zod';
import { LONGEST_HOLD_MS } from '@ballast/facts';
import {
  accountId,
  accountMarginState,
  count,
  decimal,
  identifier,
  instrument,
  nonNegativeDecimal,
  ordinal,
  tradeSide,
  underlying,
} from '../fields.js';
import { instant } from './times.js';
import { price, quantity } from './amounts.js';
import { boundedBy } from '../bounds.js';

const limit = price.meta({ description: 'Limit; of a market order the worst price at which it may fill.' });

export const reservationRequest = z
  .strictObject({
    reservationId: identifier.meta({ description: 'Stands for one order, however often it is sent.' }),
    instrument,
    side: tradeSide,
    quantity,
    price: limit,
    holdMs: z
      .int()
      .min(1)
      .max(LONGEST_HOLD_MS)
      .meta({ description: 'For how long it is held, milliseconds of clearing time; at most a day.' }),
  })
  .meta({
    id: 'ReservationRequest',
    description:
      'Holds margin for an order of the account in the path until the exchange says OrderAccepted with this id, it is released, or the time is over.',
    example: {
      reservationId: 'r-71',
      instrument: 'BTC-PERP',
      side: 'buy',
      quantity: '0.5',
      price: '6021.5',
      holdMs: 5000,
    },
  });

export const reservationReleaseRequest = z
  .strictObject({})
  .meta({ id: 'ReservationReleaseRequest', description: 'Releases the reservation in the path.', example: {} });

const line = { instrument, side: tradeSide, quantity: nonNegativeDecimal, price: nonNegativeDecimal };

const requirement = z
  .strictObject({
    surplus: decimal.meta({
      description: 'Equity less the initial requirement of what is held, at the sizes that the orders could bring.',
    }),
    costs: nonNegativeDecimal.meta({ description: 'Lost against the mark, and fees, of everything that may fill.' }),
    underlyings: boundedBy(
      'account',
      z.strictObject({
        underlying,
        requirement: nonNegativeDecimal,
        fills: boundedBy('account', z.strictObject({ instrument, quantity: decimal })),
      }),
    ).meta({ description: 'By how much the worst fills lower the surplus, and which they are (negative = sold).' }),
    headroom: decimal.meta({ description: 'surplus - costs - requirements.' }),
  })
  .meta({ id: 'OrderRequirement', description: 'What orders and reservations require together, USD.' });

const openOrders = {
  orders: boundedBy('account', z.strictObject({ orderId: identifier, ...line })),
  reservations: boundedBy('account', z.strictObject({ reservationId: identifier, ...line, expiresAt: instant })),
  requirement: requirement
    .nullable()
    .meta({ description: 'null before the first price set, and while something that may fill has no price.' }),
};

export const openOrdersSection = z
  .strictObject(openOrders)
  .meta({ id: 'OpenOrders', description: 'What may still fill, and what that requires.' });

export const accountOrders = z
  .strictObject({ accountId, ...openOrders })
  .meta({ id: 'AccountOrders', description: 'Orders and reservations of an account, and what they require.' });

export const headroomQuery = z
  .strictObject({
    instruments: z.string().max(2_000).optional().meta({
      description: 'Contracts that charges are wanted of, with commas between; at most 50.',
      example: 'BTC-PERP,ETH-PERP',
    }),
    allowance: z
      .string()
      .max(32)
      .regex(/^(0|[1-9]\d{0,11})(\.\d{1,2})?$/, { error: 'write USD as text in plain notation, such as "100000"' })
      .optional()
      .meta({
        description: 'USD of notional that may be added to each underlying between two messages. Default: 100000.',
      }),
  })
  .meta({ id: 'HeadroomQuery' });

export const headroomMessage = z
  .strictObject({
    accountId,
    state: accountMarginState,
    admits: z
      .enum(['all', 'reducing'])
      .meta({ description: '`reducing`: only what makes a position smaller; everything else is to be asked for.' }),
    headroom: decimal.nullable().meta({ description: 'USD; null when nobody knows.' }),
    allowance: nonNegativeDecimal,
    halted: boundedBy('question', instrument).meta({
      description:
        'Of the instruments that charges are wanted of: nothing trades in them, so there is no charge either.',
    }),
    charges: boundedBy(
      'question',
      z.strictObject({
        instrument,
        mark: nonNegativeDecimal,
        buy: nonNegativeDecimal,
        sell: nonNegativeDecimal,
        room: z.strictObject({ buy: nonNegativeDecimal.nullable(), sell: nonNegativeDecimal.nullable() }).meta({
          description:
            'Contracts that position limits leave on each side, beside what is counted; null: nothing limits it.',
        }),
      }),
    ).meta({ description: 'USD per contract at the mark or better, the fee included.' }),
    ordersUpTo: count.meta({
      description: 'Position in exchange.orders that is counted, in the partition of the account.',
    }),
    accountVersion: ordinal,
    schedule: ordinal.nullable(),
  })
  .meta({ id: 'Headroom', description: 'What may be admitted without asking; the data of every `headroom` event.' });
