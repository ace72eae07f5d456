import { place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, count, nonNegativeDecimal } from '../schema/forms.js';
import { oneOf } from '../schema/schema.js';

export const ORDER_REPORT_EVENTS = {
  OrdersCancelled: event({
    description: 'The exchange cancelled the open orders of an account.',
    stream: 'order-<request.position>',
    payload: {
      accountId: accountId(),
      request: place('Place of the OrdersCancelRequested in liquidation.'),
      cancelledOrders: count(),
    },
  }),
  CloseOutOrderFinished: event({
    description: 'Last word of the exchange on a close-out order; its fills stand before it in exchange.fills.',
    stream: 'order-<order.position>',
    payload: {
      accountId: accountId(),
      order: place('Place of the CloseOutOrderPlaced in liquidation.'),
      status: oneOf(['filled', 'partially-filled', 'unfilled']),
      filledQuantity: nonNegativeDecimal('Base units; the sum of the fills that name the order.'),
    },
  }),
};
