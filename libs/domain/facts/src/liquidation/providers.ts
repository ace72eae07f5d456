import { place } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  caseId,
  decimal,
  identifier,
  instrument,
  nonNegativeDecimal,
  ordinal,
  partitionNumber,
  positiveDecimal,
  side,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { list, oneOf, optional, record } from '../schema/schema.js';
import { settlementTerms } from './settlement-terms.js';

const stream = 'providers-<instrument>';

const limit = decimal('Worst price of the debtor, as the contract is quoted: his bankruptcy price, in whole ticks.');

const ofCase = { caseId: caseId(), accountId: accountId('The debtor.') };

const auction = optional(
  identifier('The auction whose bids are called; absent: it is for those who have an agreement.'),
);

/** A position that others are to take over, with every figure that price and quantity follow from. */
export const offeredPosition = (quantity: string) => ({
  ...ofCase,
  instrument: instrument(),
  underlying: underlying(),
  side: side('Side of the position that is given up.'),
  quantity: positiveDecimal(quantity),
  limit,
  mark: nonNegativeDecimal('Mark of the schedule, as the contract is quoted.'),
  unitNotional: positiveDecimal('USD per contract that discounts and capacities are measured in.'),
  mostDiscount: nonNegativeDecimal(
    'Fraction of the notional: what equity bears of the position by its share in the requirement.',
  ),
  schedule: ordinal('Position of the ScheduleInForce in margin global that the figures are from.'),
  accountVersion: ordinal('Version of the account that they hold for.'),
  lot: positiveDecimal('Smallest quantity step, contracts.'),
  settlement: settlementTerms,
});

const round = {
  roundId: identifier(),
  auction,
  request: place('The ProvidersAsked in liquidation.'),
  ...ofCase,
  instrument: instrument(),
  side: side('Side of the position that is given up.'),
};

/** liquidation p asks; everything else is decided in the global partition. */
export const PROVIDER_REQUEST_EVENTS = {
  ProvidersAsked: event({
    description:
      'The book did not take an order within its limit: what the account has to be rid of is offered to liquidity providers, or to those whose bids in an auction are called. Holds for one round, and only as long as the figures it was made on.',
    stream: 'liquidation-<caseId>',
    payload: { ...offeredPosition('Contracts, unsigned: what brings the account to its target.'), auction },
  }),
};

/** liquidation, global: liquidity providers take over what the book does not. */
export const PROVIDER_EVENTS = {
  ProviderRoundOpened: event({
    description:
      'Providers whose agreement lets them take over what is offered are named, with what is left of their capacity; margin judges each of them. One round in the whole house at a time.',
    stream,
    payload: {
      ...round,
      quantity: positiveDecimal('Contracts that are offered, unsigned.'),
      unitNotional: positiveDecimal('USD per contract.'),
      limit,
      mark: nonNegativeDecimal('Mark of the schedule, as the contract is quoted.'),
      schedule: ordinal('Position of the ScheduleInForce that price and quantity are from.'),
      accountVersion: ordinal('Version of the debtor that they hold for.'),
      lot: positiveDecimal('Smallest quantity step, contracts.'),
      agreements: versionedName('The liquidity providers, or the auctions, in force.'),
      windowMs: ordinal('Time that a capacity is for, ms.'),
      providers: list(
        record({
          accountId: accountId(),
          discount: nonNegativeDecimal('Fraction of the notional that he is left by the price.'),
          price: decimal('At which he takes over, as the contract is quoted.'),
          capacity: positiveDecimal('USD of notional that he takes over of the underlying in any window.'),
          used: nonNegativeDecimal('USD of it taken over within the window before.'),
          quantity: positiveDecimal('Contracts that he can take over by that, at most what is offered.'),
        }),
        'In the order in which they are asked: the lowest discount first, equals by account.',
      ),
    },
  }),
  ProviderRoundExecuted: event({
    description:
      'All margin partitions have judged: who takes over how much, the lowest discount first, equals in proportion to what they can take, no more than leaves the debtor no worse.',
    stream,
    payload: {
      ...round,
      takes: list(
        record({
          partition: partitionNumber(),
          accountId: accountId(),
          accountVersion: ordinal('Version of the provider that margin has judged: another one takes nothing.'),
          quantity: positiveDecimal('Contracts, unsigned.'),
          price: decimal('As the contract is quoted.'),
        }),
      ),
    },
  }),
  ProviderRoundClosed: event({
    description: 'All providers have booked; the debtor is closed by the booked sums, and the request is over.',
    stream,
    payload: {
      ...round,
      outcome: oneOf(
        ['taken-over', 'no-provider', 'figures-changed'],
        'no-provider: nobody may, can or must take over anything at a price within the limit that leaves the debtor no worse; figures-changed: price, account or position are no longer those of the request, so nothing was taken over.',
      ),
      takenOver: list(
        record({
          quantity: positiveDecimal('Contracts booked by providers at that price.'),
          price: decimal('As the contract is quoted.'),
        }),
      ),
      closedQuantity: nonNegativeDecimal('Contracts, at all prices.'),
      remainder: nonNegativeDecimal('Contracts that nobody took.'),
    },
  }),
};
