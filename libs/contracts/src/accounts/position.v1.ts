import { z } from 'zod';
import { asset, count, decimal, identifier, instant, instrument } from '../common/fields.js';
import { nonNegativeDecimal, ordinal, positiveDecimal, tradeSide } from '../common/fields.js';
import { accountAfter, booked, place, positionFigures } from '../common/figures.js';
import { payload } from '../event-schema.js';

export const positionChangedV1 = payload(
  {
    ...accountAfter,
    ...booked,
    reason: z.enum(['trade', 'close-out']),
    tradeId: identifier,
    closeOutOrder: place.nullable().describe('The close-out order in liquidation; null for any other trade.'),
    side: tradeSide,
    quantity: positiveDecimal.describe('Contracts of this fill; of a linear perpetual base units.'),
    price: nonNegativeDecimal.describe(
      'Price at which the position changed: the fill, or the mark of the close-out order, which may be 0 for an option.',
    ),
    fillPrice: positiveDecimal.describe('Price on the exchange: USD, coin for a coin-settled option.'),
    realisedPnl: decimal.describe(
      'Realised profit of the closed part, exact, in the settlement asset. Against premium nothing is realised before the price is paid, so it is zero.',
    ),
    fee: decimal.describe(
      'Settlement asset: trading fee, or the provisional penalty of a close-out, which is always in USD.',
    ),
    feeSchedule: z.string().max(80),
    position: positionFigures,
    settlement: z
      .strictObject({
        asset,
        cash: decimal.describe('Paid to the client before the fee, rounded down; negative = paid by the client.'),
      })
      .optional()
      .describe('Absent for the linear perpetuals, which settle in USD.'),
  },
  {
    stream: 'account-<accountId>',
    description: 'A fill was booked against the house position of the partition (novation).',
  },
);

export const fundingSettledV1 = payload(
  {
    ...accountAfter,
    ...booked,
    instrument,
    dueAt: instant.describe('00, 08 or 16 UTC, milliseconds since 1970-01-01 UTC.'),
    quantity: decimal.describe('Position that was settled, base units; negative = short.'),
    amount: decimal.describe('USD credited to the client; negative = paid.'),
  },
  {
    stream: 'account-<accountId>',
    description: 'Funding of one position was settled, after pricing fixed the rate.',
  },
);

export const fundingClosedV1 = payload(
  {
    ...booked,
    instrument,
    dueAt: instant,
    houseQuantity: decimal,
    houseAmount: decimal.describe('USD credited to the house; negative = paid.'),
    rounding: decimal.describe('USD: the residue of rounding to cents, booked to house/rounding.'),
    clients: count.describe('How many positions were settled.'),
  },
  {
    stream: 'house',
    description: 'House leg of a funding settlement of this partition, after the last FundingSettled of it.',
  },
);

export const suspenseBookedV1 = payload(
  {
    ...booked,
    reason: z.enum(['unknown-account', 'unknown-instrument', 'malformed']),
    source: z
      .strictObject({ log: z.string().max(60), position: ordinal })
      .describe('The fact that was not understood.'),
    accountId: z.string().max(200).describe('As the source wrote it; perhaps no valid account id.'),
    detail: z.string().max(2_000).describe('Code of what is wrong, for people and alarms.'),
    reference: z
      .string()
      .max(300)
      .nullable()
      .describe('Id of what is kept here, so that its second delivery is known; null when nothing is kept.'),
    position: positionFigures
      .nullable()
      .describe('What the fill of an unknown account adds to the suspense position; null for all others.'),
  },
  {
    stream: 'suspense',
    description: 'A fact that cannot be booked where it says was kept whole in suspense. An operator must act.',
  },
);
