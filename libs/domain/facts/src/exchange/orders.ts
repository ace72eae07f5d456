import { event } from '../schema/event.js';
import { accountId, identifier, instrument, nonNegativeDecimal, positiveDecimal, tradeSide } from '../schema/forms.js';
import { nullable, oneOf } from '../schema/schema.js';

const stream = 'orders-<accountId>';

const terms = {
  quantity: positiveDecimal('Contracts of the whole order, what is filled already included.'),
  price: positiveDecimal('Limit; of a market order the worst price at which it may fill.'),
};

/** An order is known by its id within its account; ids are never used again. */
const order = { orderId: identifier(), accountId: accountId() };

export const ORDER_EVENTS = {
  OrderAccepted: event({
    description: 'The exchange took an order into its book.',
    stream,
    payload: {
      ...order,
      instrument: instrument(),
      side: tradeSide(),
      ...terms,
      reservationId: nullable(
        identifier('What margin had reserved for it, which ends with this; null: nothing was reserved.'),
      ),
    },
  }),
  OrderChanged: event({
    description: 'An open order has another quantity or price.',
    stream,
    payload: { ...order, ...terms },
  }),
  OrderClosed: event({
    description: 'An order fills no more. What it had filled stands in exchange.fills and names the order.',
    stream,
    payload: {
      ...order,
      reason: oneOf(['filled', 'cancelled', 'expired']),
      filledQuantity: nonNegativeDecimal('Contracts; the sum of the fills that name the order.'),
    },
  }),
};
