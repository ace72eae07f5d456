import { place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, identifier, instrument, ordinal, positiveDecimal, tradeSide } from '../schema/forms.js';
import { nullable, oneOf, optional } from '../schema/schema.js';

export const FILL_EVENTS = {
  TradeFilled: event({
    description: "One side of a trade, sent to the partition of that side's owner when the exchange matched it.",
    stream: 'fills-<accountId>',
    payload: {
      tradeId: identifier('The same on both sides of the trade; ids count per instrument.'),
      fill: optional(
        ordinal(
          '1, 2, 3, ... when the trade fills the same side of the same account in several parts; absent: one part.',
        ),
      ),
      accountId: accountId(),
      instrument: instrument(),
      side: tradeSide(),
      quantity: positiveDecimal('Contracts; of a linear perpetual base units.'),
      price: positiveDecimal('USD per unit of the underlying; coin for a coin-settled option.'),
      liquidity: oneOf(['maker', 'taker']),
      orderId: optional(
        identifier('The order of exchange.orders that this fill executes; absent: of none that is told there.'),
      ),
      closeOutOrder: nullable(
        place('Place of the CloseOutOrderPlaced in liquidation that this fill executes; null for any other trade.'),
      ),
    },
  }),
};
