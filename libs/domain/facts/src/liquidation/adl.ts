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
} from '../schema/forms.js';
import { list, record } from '../schema/schema.js';

const stream = 'adl-<instrument>-<side>';

const bankruptcyPrice = decimal('USD at which the equity of the account, grant included, is exactly used up.');

const round = { roundId: identifier(), instrument: instrument(), side: side('Side of the bankrupt positions.') };

const request = place('The AdlRequested in liquidation.');

/** liquidation p asks; everything else is decided in the global partition. */
export const ADL_REQUEST_EVENTS = {
  AdlRequested: event({
    description: 'The fund could not pay the deficit in full: the rest of the position goes to auto-deleveraging.',
    stream: 'liquidation-<caseId>',
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      instrument: instrument(),
      side: side('Side of the bankrupt position.'),
      quantity: positiveDecimal('Contracts, unsigned.'),
      bankruptcyPrice,
      schedule: ordinal(),
      lot: positiveDecimal('Smallest quantity step, contracts.'),
    },
  }),
};

/** liquidation, global: auto-deleveraging. */
export const ADL_EVENTS = {
  AdlRoundOpened: event({
    description: 'A round of auto-deleveraging began; one per instrument and side at a time.',
    stream,
    payload: {
      ...round,
      schedule: ordinal('Position of the ScheduleInForce that the candidates are measured by.'),
      requests: list(
        record({ request, caseId: caseId(), accountId: accountId(), quantity: positiveDecimal(), bankruptcyPrice }),
      ),
    },
  }),
  AdlExecuted: event({
    description: 'All margin partitions have reported: who closes how much against whom, by water-filling.',
    stream,
    payload: {
      ...round,
      leverageCap: nonNegativeDecimal('Whoever has more leverage (notional / equity) is brought down to it.'),
      closes: list(
        record({
          partition: partitionNumber(),
          accountId: accountId(),
          request,
          quantity: positiveDecimal('Contracts, unsigned.'),
          price: decimal('Bankruptcy price, USD.'),
        }),
      ),
    },
  }),
  AdlRoundClosed: event({
    description: 'All candidates have booked; the bankrupt sides are closed by the booked sums.',
    stream,
    payload: {
      ...round,
      bankrupt: list(
        record({
          request,
          caseId: caseId(),
          accountId: accountId(),
          closedQuantity: nonNegativeDecimal('Contracts booked by the candidates.'),
          price: decimal('Bankruptcy price, USD.'),
          remainder: nonNegativeDecimal('Contracts left for the next round.'),
        }),
      ),
    },
  }),
};
