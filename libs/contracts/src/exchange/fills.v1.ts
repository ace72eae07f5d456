import { z } from 'zod';
import { accountId, identifier, instrument, positiveDecimal, tradeSide } from '../common/fields.js';
import { place } from '../common/figures.js';
import { payload } from '../event-schema.js';

export const tradeFilledV1 = payload(
  {
    tradeId: identifier.describe('The same on both sides of the trade.'),
    accountId,
    instrument,
    side: tradeSide,
    quantity: positiveDecimal.describe('Contracts; of a linear perpetual base units.'),
    price: positiveDecimal.describe('USD per unit of the underlying; coin for a coin-settled option.'),
    liquidity: z.enum(['maker', 'taker']),
    closeOutOrder: place
      .nullable()
      .describe('Place of the CloseOutOrderPlaced in liquidation that this fill executes; null for any other trade.'),
  },
  {
    stream: 'fills-<accountId>',
    description: "One side of a trade, sent to the partition of that side's owner when the exchange matched it.",
  },
);
