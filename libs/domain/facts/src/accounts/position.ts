import { accountAfter, booked, place, positionFigures } from '../common.js';
import { SUSPENSE_OUTCOMES } from './commands.js';
import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  count,
  decimal,
  identifier,
  instant,
  instrument,
  label,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  prose,
  quotation,
  reason,
  tradeSide,
  versionedName,
} from '../schema/forms.js';
import { nullable, oneOf, optional, record } from '../schema/schema.js';

const settlementAsset = asset('Settlement asset of the contract.');

export const POSITION_EVENTS = {
  PositionChanged: event({
    description: 'A fill was booked against the house position of the partition (novation).',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      reason: oneOf(['trade', 'close-out']),
      tradeId: identifier(),
      fill: optional(ordinal('Number of the fill within the side of the trade, when it has several.')),
      closeOutOrder: nullable(place('The close-out order in liquidation; null for any other trade.')),
      orderId: optional(identifier('The order of exchange.orders that the fill executes.')),
      side: tradeSide(),
      quantity: positiveDecimal('Contracts of this fill; of a linear perpetual base units.'),
      price: nonNegativeDecimal(
        'Price at which the position changed: the fill, or the mark of the close-out order, which may be 0 for an option.',
      ),
      fillPrice: positiveDecimal('Price on the exchange: USD, coin for a coin-settled option.'),
      realisedPnl: decimal(
        'Realised profit of the closed part, exact, in the settlement asset. Against premium nothing is realised before the price is paid, so it is zero.',
      ),
      fee: decimal(
        'Settlement asset: trading fee, negative = a rebate, or the provisional penalty of a close-out, which is always in USD.',
      ),
      feeSchedule: versionedName(
        'What the fee follows: the fee schedule in force, or the close-out policy of the order.',
      ),
      feeTier: optional(
        nonNegativeDecimal(
          'USD of volume in the 30 days before from which the tier applies; absent where the schedule has one tier for all.',
        ),
      ),
      position: positionFigures(),
      settlement: record(
        {
          asset: asset('Settlement asset of the contract.'),
          cash: decimal('Paid to the client before the fee, rounded down; negative = paid by the client.'),
        },
        'What the trade moved at once.',
      ),
    },
  }),
  FeeTierChanged: event({
    description:
      'An owner trades by another tier of the fee schedule from here on: what he traded in the 30 days before has passed its volume, or the schedule is another one.',
    stream: 'fees-<ownerId>',
    payload: {
      ownerId: label(),
      feeSchedule: versionedName('The fee schedule in force.'),
      volume: nonNegativeDecimal(
        'USD of notional that his accounts traded in the 30 clearing days before the present one.',
      ),
      from: nonNegativeDecimal('USD of volume from which the tier until now applies; 0: that of everybody.'),
      to: nonNegativeDecimal('USD of volume from which the tier from now on applies; 0: that of everybody.'),
    },
  }),
  FundingSettled: event({
    description: 'Funding of one position was settled, after pricing fixed the rate.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      instrument: instrument(),
      dueAt: instant('00, 08 or 16 UTC, milliseconds since 1970-01-01 UTC.'),
      quantity: decimal('Position that was settled, contracts; negative = short.'),
      asset: settlementAsset,
      amount: decimal('Credited to the client, rounded down; negative = paid.'),
    },
  }),
  FundingClosed: event({
    description: 'House leg of a funding settlement of this partition, after the last FundingSettled of it.',
    stream: 'house',
    payload: {
      ...booked,
      instrument: instrument(),
      dueAt: instant(),
      houseQuantity: decimal('Contracts the house held against its clients; negative = short.'),
      asset: settlementAsset,
      houseAmount: decimal('Credited to the house, exact; negative = paid.'),
      rounding: decimal('The residue of rounding to minor units, booked to house/rounding.'),
      clients: count('How many positions were settled.'),
    },
  }),
  SuspenseBooked: event({
    description: 'A fact that cannot be booked where it says was kept whole in suspense. An operator must act.',
    stream: 'suspense',
    payload: {
      ...booked,
      reason: oneOf([
        'unknown-account',
        'unknown-instrument',
        'quantity-off-lot',
        'fill-repeated',
        'asset-not-kept',
        'deposits-closed',
        'account-closed',
        'malformed',
      ]),
      source: record({ log: label(), position: ordinal() }, 'The fact that was not understood.'),
      accountId: quotation('As the source wrote it; perhaps no valid account id.'),
      detail: prose('Code of what is wrong, for people and alarms.'),
      reference: nullable(
        quotation('Id of what is kept here, so that its second delivery is known; null when nothing is kept.'),
      ),
      position: nullable(
        positionFigures('What a fill that is kept adds to the suspense position; null for all others.'),
      ),
      fill: optional(
        record(
          {
            price: positiveDecimal('Price on the exchange.'),
            liquidity: oneOf(['maker', 'taker']),
            orderId: optional(identifier('The order of exchange.orders that the fill executes.')),
          },
          'Of a fill that is kept: what it is booked by when it leaves suspense.',
        ),
      ),
    },
  }),
  SuspenseReleaseProposed: event({
    description: 'A person said what should become of something in suspense; another one has to approve it.',
    stream: 'suspense',
    payload: {
      releaseId: identifier(),
      suspense: ordinal('Position of its SuspenseBooked in this partition.'),
      outcome: oneOf(SUSPENSE_OUTCOMES),
      reason: reason('Why.'),
    },
  }),
  SuspenseReleased: event({
    description:
      'What was kept leaves suspense: booked by the next event, because its account was opened or two persons decided so; or sent back, or cancelled with its trade, which two persons always decide.',
    stream: 'suspense',
    payload: {
      ...booked,
      accountId: accountId(),
      suspense: ordinal('Position of its SuspenseBooked in this partition.'),
      reference: quotation('Id of what was kept.'),
      position: nullable(positionFigures('What leaves the suspense position; null for money.')),
      decision: optional(
        record(
          {
            outcome: oneOf(['booked', 'sent-back', 'cancelled']),
            id: identifier('Of the release, or of the correction of the trade that it is a side of.'),
          },
          'What two persons decided of it; absent when its account was opened.',
        ),
      ),
    },
  }),
};
