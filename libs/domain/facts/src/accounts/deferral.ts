import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  identifier,
  instant,
  instrument,
  label,
  ordinal,
  positiveDecimal,
  quotation,
  tradeSide,
  versionedName,
} from '../schema/forms.js';
import { flag, nullable, oneOf, optional, record } from '../schema/schema.js';

/** Messages of the exchange that have come before what their basis names. */
export const DEFERRAL_EVENTS = {
  MessageDeferred: event({
    description: 'A fill or deposit came before what its basis names, and waits for that: it is booked nowhere yet.',
    stream: 'suspense',
    payload: {
      source: record({ log: label(), position: ordinal() }, 'The message.'),
      accountId: accountId(),
      reference: quotation('Id of what waits, as suspense would have it.'),
      waitsFor: record(
        {
          account: flag('That the account is opened.'),
          contract: flag('That the contract is admitted.'),
          depositId: nullable(identifier('That this deposit is credited; null: for none.')),
        },
        'What was missing when it came.',
      ),
      until: instant('Clearing time at which it waits no longer.'),
      policy: versionedName('The message-deferral document that says how long.'),
      fill: nullable(
        record(
          {
            tradeId: identifier(),
            fill: optional(ordinal('Number of the fill within the side of the trade, when it has several.')),
            instrument: instrument(),
            side: tradeSide(),
            quantity: positiveDecimal('Contracts.'),
            price: positiveDecimal('Price on the exchange.'),
            liquidity: oneOf(['maker', 'taker']),
            orderId: optional(identifier('The order of exchange.orders that the fill executes.')),
          },
          'What the message says of a fill; null for a deposit.',
        ),
      ),
      deposit: nullable(
        record(
          { depositId: identifier(), asset: asset(), amount: positiveDecimal('In units of the asset.') },
          'What the message says of a deposit; null for a fill.',
        ),
      ),
    },
  }),
  DeferredMessageTaken: event({
    description:
      'A message that waited does so no longer: what it waited for is there, or its time is over. The next event says what became of it, as if it came now.',
    stream: 'suspense',
    payload: {
      accountId: accountId(),
      deferred: ordinal('Position of its MessageDeferred in this partition.'),
      reference: quotation('Id of what waited.'),
      because: oneOf(['complete', 'time-over']),
    },
  }),
};
