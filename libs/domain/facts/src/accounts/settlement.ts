import { accountAfter, booked, positionFigures, variationGains } from '../common.js';
import { event } from '../schema/event.js';
import {
  asset,
  count,
  decimal,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  versionedName,
} from '../schema/forms.js';
import { list, record } from '../schema/schema.js';

const settlementAsset = asset('Settlement asset of the contract.');

const cycle = {
  instrument: instrument(),
  dueAt: instant('08 UTC, milliseconds since 1970-01-01 UTC.'),
  price: positiveDecimal('Settlement price of the cycle, quoted like the contract.'),
  asset: settlementAsset,
};

const expiry = {
  instrument: instrument(),
  deliveryPrice: positiveDecimal('Average of the index over the last half hour, USD.'),
  asset: settlementAsset,
};

const houseLeg = {
  houseAmount: decimal('Credited to the house, exact; negative = paid.'),
  rounding: decimal('The residue of rounding to minor units, booked to house/rounding.'),
  clients: count('How many positions were settled.'),
};

export const SETTLEMENT_EVENTS = {
  InterestCharged: event({
    description: 'What an account owes was charged interest for the clearing days that have ended.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      terms: versionedName('The document debt-interest that it follows.'),
      days: ordinal('Clearing days (UTC) since the price set before.'),
      charged: list(
        record({
          asset: asset(),
          debt: positiveDecimal('What was owed, in the asset.'),
          amount: positiveDecimal('Interest, rounded down to the minor unit.'),
        }),
      ),
    },
  }),
  VariationSettled: event({
    description: 'The profit of a position since the last settlement cycle was paid; its cost is now at the price.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      ...cycle,
      amount: decimal('Credited to the client, rounded down; negative = paid.'),
      position: positionFigures(),
    },
  }),
  VariationClosed: event({
    description: 'House leg of a settlement cycle of this partition, after the last VariationSettled of it.',
    stream: 'house',
    payload: { ...booked, ...cycle, ...houseLeg },
  }),
  VariationGainsOffered: event({
    description:
      'What the gains of a settlement in this partition can bear of losses that nobody has paid; also said when it is nothing.',
    stream: 'fund-transit',
    payload: { instrument: instrument(), dueAt: cycle.dueAt, gains: variationGains },
  }),
  VariationGainReduced: event({
    description:
      'The gain of a settlement was cut, to pay losses that nobody else has paid; also booked when nothing was taken.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      instrument: instrument(),
      dueAt: cycle.dueAt,
      gain: positiveDecimal('USD that the settlement paid.'),
      cut: positiveDecimal('USD that was to be taken.'),
      amount: nonNegativeDecimal('USD taken: the cut, or nothing when the account had changed since margin judged it.'),
    },
  }),
  ContractDelivered: event({
    description: 'A contract expired: the position was closed at its delivered value.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      ...expiry,
      quantity: decimal('Contracts that were delivered; negative = short.'),
      amount: decimal('Credited to the client before the fee, rounded down; negative = paid.'),
      fee: nonNegativeDecimal('Delivery fee, rounded up.'),
      position: positionFigures(),
    },
  }),
  ExpiryClosed: event({
    description:
      'House leg of an expiry of this partition, after the last ContractDelivered; nobody holds it any more.',
    stream: 'house',
    payload: {
      ...booked,
      ...expiry,
      houseQuantity: decimal('Contracts the house held against its clients.'),
      ...houseLeg,
    },
  }),
};
