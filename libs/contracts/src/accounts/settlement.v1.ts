import { asset, count, decimal, instant, instrument } from '../common/fields.js';
import { nonNegativeDecimal, positiveDecimal } from '../common/fields.js';
import { accountAfter, booked, positionFigures } from '../common/figures.js';
import { payload } from '../event-schema.js';

const settlementAsset = asset.describe('Settlement asset of the contract.');
const cycle = {
  instrument,
  dueAt: instant.describe('08 UTC, milliseconds since 1970-01-01 UTC.'),
  price: positiveDecimal.describe('Settlement price of the cycle, quoted like the contract.'),
  asset: settlementAsset,
};
const expiry = {
  instrument,
  deliveryPrice: positiveDecimal.describe('Average of the index over the last half hour, USD.'),
  asset: settlementAsset,
};
const houseLeg = {
  houseAmount: decimal.describe('Credited to the house, exact; negative = paid.'),
  rounding: decimal.describe('The residue of rounding to minor units, booked to house/rounding.'),
  clients: count.describe('How many positions were settled.'),
};

export const variationSettledV1 = payload(
  {
    ...accountAfter,
    ...booked,
    ...cycle,
    amount: decimal.describe('Credited to the client, rounded down; negative = paid.'),
    position: positionFigures,
  },
  {
    stream: 'account-<accountId>',
    description: 'The profit of a position since the last settlement cycle was paid; its cost is now at the price.',
  },
);

export const variationClosedV1 = payload(
  { ...booked, ...cycle, ...houseLeg },
  {
    stream: 'house',
    description: 'House leg of a settlement cycle of this partition, after the last VariationSettled of it.',
  },
);

export const contractDeliveredV1 = payload(
  {
    ...accountAfter,
    ...booked,
    ...expiry,
    quantity: decimal.describe('Contracts that were delivered; negative = short.'),
    amount: decimal.describe('Credited to the client before the fee, rounded down; negative = paid.'),
    fee: nonNegativeDecimal.describe('Delivery fee, rounded up.'),
    position: positionFigures,
  },
  {
    stream: 'account-<accountId>',
    description: 'A contract expired: the position was closed at its delivered value.',
  },
);

export const expiryClosedV1 = payload(
  {
    ...booked,
    ...expiry,
    houseQuantity: decimal.describe('Contracts the house held against its clients.'),
    ...houseLeg,
  },
  {
    stream: 'house',
    description:
      'House leg of an expiry of this partition, after the last ContractDelivered; nobody holds it any more.',
  },
);
