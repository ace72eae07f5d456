import { z } from 'zod';
import { identifier, instant, perpetual, nonNegativeDecimal, positiveDecimal, underlying } from '../common/fields.js';
import { payload } from '../event-schema.js';

export const marketOpenedV1 = payload(
  {
    name: z.string().min(1).max(120),
    priceSetEverySeconds: z.int().min(1),
  },
  {
    stream: 'market',
    description: 'First message of an exchange: how often it wants a price set.',
  },
);

export const priceHistorySuppliedV1 = payload(
  {
    underlying,
    intervalMs: z.int().min(1).describe('Distance of two closes, milliseconds.'),
    closes: z.array(z.strictObject({ at: instant, price: positiveDecimal })).describe('Oldest first, evenly spaced.'),
  },
  {
    stream: 'market',
    description: 'Closing prices before the start, sent once per underlying; they seed volatility and the last hour.',
  },
);

export const clockTickedV1 = payload(
  { at: instant },
  {
    stream: 'clock',
    description: 'Clearing time moves on; sent after the quotes of its moment, once a second when live.',
  },
);

export const venueQuotesReceivedV1 = payload(
  {
    underlying,
    quotes: z
      .array(
        z.strictObject({
          venue: identifier,
          bid: nonNegativeDecimal.describe('USD.'),
          ask: nonNegativeDecimal.describe('USD.'),
          at: instant.describe('When the venue quoted, milliseconds since 1970-01-01 UTC.'),
        }),
      )
      .describe('A venue without news is absent.'),
  },
  {
    stream: 'quotes-<underlying>',
    description:
      'Best bid and ask of an underlying, or of a coin that is collateral only, on outside venues, sent when at least one of them quoted anew.',
  },
);

export const perpetualBookObservedV1 = payload(
  {
    instrument: perpetual,
    bestBid: nonNegativeDecimal,
    bestAsk: nonNegativeDecimal,
    impactBid: nonNegativeDecimal.describe('Average price of selling the impact notional.'),
    impactAsk: nonNegativeDecimal.describe('Average price of buying the impact notional.'),
    lastPrice: nonNegativeDecimal,
    at: instant,
  },
  {
    stream: 'quotes-<underlying>',
    description:
      "The exchange's own book of a linear perpetual, sent with the quotes of its underlying; prices in USD.",
  },
);
