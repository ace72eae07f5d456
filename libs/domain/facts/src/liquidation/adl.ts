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
} from '../schema/forms.js';
import { describable, list, oneOf, record } from '../schema/schema.js';
import { settlementTerms } from './settlement-terms.js';

const stream = 'adl-<instrument>-<side>';

const bankruptcyPrice = decimal('USD at which the equity of the account, grant included, is exactly used up.');

const round = { roundId: identifier(), instrument: instrument(), side: side('Side of the bankrupt positions.') };

const request = place('The AdlRequested in liquidation.');
const asked = {
  request,
  caseId: caseId(),
  accountId: accountId(),
  accountVersion: ordinal('Version of the account that the request was made on.'),
  quantity: positiveDecimal('Contracts, unsigned.'),
};

/** liquidation p asks; everything else is decided in the global partition. */
export const ADL_REQUEST_EVENTS = {
  AdlRequested: event({
    description:
      'The fund could not pay the deficit in full: a part of the position that bears it is offered to the other side. Holds for one round, and only as long as the figures it was made on.',
    stream: 'liquidation-<caseId>',
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      instrument: instrument(),
      side: side('Side of the bankrupt position.'),
      quantity: positiveDecimal('Contracts, unsigned: no more than the deficit needs.'),
      bankruptcyPrice,
      mark: nonNegativeDecimal('Mark of the schedule, as the contract is quoted.'),
      deficit: nonNegativeDecimal('USD that closing the quantity at the bankruptcy price pays.'),
      schedule: ordinal('Position of the ScheduleInForce in margin global that price and quantity are from.'),
      accountVersion: ordinal('Version of the account that they hold for.'),
      attempt: ordinal('1 for the first, raised while nobody was found.'),
      nextSchedule: ordinal('Number of the schedule from which on it is asked again if nobody is found.'),
      lot: positiveDecimal('Smallest quantity step, contracts.'),
      settlement: settlementTerms,
    },
  }),
};

/** What is said of deleveraging before, while and after it is there. */
const phase = describable(oneOf(['off', 'soon', 'on']));

/** liquidation, global: auto-deleveraging. */
export const ADL_EVENTS = {
  DeleveragingAnnounced: event({
    description:
      'Deleveraging of an instrument on one side is near (soon), there (on), or over (off). Soon: if the accounts in liquidation lost once more what they are required to hold, reserve and fund could not pay what they would owe.',
    stream,
    payload: {
      instrument: instrument(),
      side: side('Side of the bankrupt positions; their counterparties are on the other.'),
      underlying: underlying(),
      from: phase(),
      to: phase(),
      fund: nonNegativeDecimal('USD in the fund of all.'),
      reserve: nonNegativeDecimal('USD in the reserve of the underlying.'),
      owed: nonNegativeDecimal('USD of deficits that nobody has paid, of the accounts that would be offered here.'),
      exposed: nonNegativeDecimal('USD that they would be after one more maintenance requirement of loss.'),
      triggerDistance: nonNegativeDecimal('USD of further deficits that reserve and fund can pay.'),
      stopDistance: nonNegativeDecimal('USD that has to come in, or to be owed less, before they can pay again.'),
    },
  }),
  AdlRoundOpened: event({
    description: 'A round of auto-deleveraging began; one in the whole house at a time.',
    stream,
    payload: {
      ...round,
      schedule: ordinal('Position of the newest ScheduleInForce that a request of the round is from.'),
      requests: list(record({ ...asked, bankruptcyPrice })),
      opposite: list(
        record(asked),
        'Bankrupt positions of the other side that found nobody on the same schedule: they take what nobody else does, at the mark.',
      ),
    },
  }),
  AdlExecuted: event({
    description:
      'All margin partitions have reported: who closes how much against whom, by water-filling. Nobody is closed beyond his own bankruptcy price.',
    stream,
    payload: {
      ...round,
      requirementCap: nonNegativeDecimal(
        'Whose position bears more of his requirement per equity is brought down to it; hedges come last.',
      ),
      closes: list(
        record({
          partition: partitionNumber(),
          accountId: accountId(),
          request,
          quantity: positiveDecimal('Contracts, unsigned.'),
          price: decimal('Bankruptcy price of the request, the own one of the counterparty, or the mark.'),
        }),
      ),
    },
  }),
  AdlRoundClosed: event({
    description:
      'All candidates have booked; the bankrupt sides are closed by the booked sums, and every request is over.',
    stream,
    payload: {
      ...round,
      bankrupt: list(
        record({
          request,
          caseId: caseId(),
          accountId: accountId(),
          closedQuantity: positiveDecimal('Contracts booked by the candidates at that price.'),
          price: decimal('As the contract is quoted.'),
        }),
      ),
      ended: list(
        record({
          request,
          caseId: caseId(),
          accountId: accountId(),
          outcome: oneOf(
            ['closed', 'no-counterparty', 'figures-changed'],
            'figures-changed: price, account or position are no longer those of the request, so nothing was closed for it.',
          ),
          closedQuantity: nonNegativeDecimal('Contracts, at all prices.'),
          remainder: nonNegativeDecimal('Contracts that nobody took.'),
        }),
      ),
    },
  }),
};
