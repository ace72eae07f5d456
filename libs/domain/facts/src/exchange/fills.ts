import { place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, identifier, instrument, ordinal, positiveDecimal, tradeSide } from '../schema/forms.js';
import { flag, nullable, oneOf, optional, record } from '../schema/schema.js';
import { openedAccount } from './transfers.js';

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
      basis: optional(
        record(
          {
            account: openedAccount,
            contract: optional(flag('The contract was listed, by a message that may come later than this one.')),
            depositId: optional(identifier('A deposit to the account had arrived, whose message may come later.')),
          },
          'What the exchange knew when it matched the trade; absent: nothing that another log has to say first.',
        ),
      ),
    },
  }),
};
