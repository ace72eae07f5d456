import { z } from 'zod';
import { instant, instrument, nonNegativeDecimal, underlying } from '../common/fields.js';
import { contractSpecification } from '../common/specification.js';
import { payload } from '../event-schema.js';

export const instrumentListedV1 = payload(
  { specification: contractSpecification },
  {
    stream: 'market',
    description:
      'A contract is listed; pricing answers with InstrumentAdmitted (trading may begin) or InstrumentRefused.',
  },
);

export const contractBookObservedV1 = payload(
  {
    instrument,
    bestBid: nonNegativeDecimal.describe('USD per unit of the underlying.'),
    bestAsk: nonNegativeDecimal.describe('USD per unit of the underlying.'),
    at: instant,
  },
  {
    stream: 'quotes-<underlying>',
    description: "The exchange's own book of a dated future or an inverse perpetual.",
  },
);

const optionSide = nonNegativeDecimal
  .nullable()
  .describe('USD per unit of the underlying, coin for a coin-settled option; null when nobody quotes this side.');

export const optionChainQuotedV1 = payload(
  {
    underlying,
    expiry: instant,
    quotes: z
      .array(
        z.strictObject({
          instrument,
          bid: optionSide,
          ask: optionSide,
          openInterest: nonNegativeDecimal.nullable().describe('Contracts, one side; null when unknown.'),
        }),
      )
      .describe('An option that is absent keeps its last quote until that is stale.'),
    at: instant,
  },
  {
    stream: 'quotes-<underlying>',
    description: 'Books of the options of one expiry, sent when at least one of them changed.',
  },
);
