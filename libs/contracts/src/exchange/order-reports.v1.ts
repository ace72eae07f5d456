import { z } from 'zod';
import { accountId, count, nonNegativeDecimal } from '../common/fields.js';
import { place } from '../common/figures.js';
import { payload } from '../event-schema.js';

export const ordersCancelledV1 = payload(
  {
    accountId,
    request: place.describe('Place of the OrdersCancelRequested in liquidation.'),
    cancelledOrders: count,
  },
  { stream: 'order-<liquidation position>', description: 'The exchange cancelled the open orders of an account.' },
);

export const closeOutOrderFinishedV1 = payload(
  {
    accountId,
    order: place.describe('Place of the CloseOutOrderPlaced in liquidation.'),
    status: z.enum(['filled', 'partially-filled', 'unfilled']),
    filledQuantity: nonNegativeDecimal.describe('Base units; the sum of the fills that name the order.'),
  },
  {
    stream: 'order-<liquidation position>',
    description: 'Last word of the exchange on a close-out order; its fills stand before it in exchange.fills.',
  },
);
