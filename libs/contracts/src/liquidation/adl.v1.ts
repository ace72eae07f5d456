import { z } from 'zod';
import { accountId, caseId, decimal, identifier, instrument, nonNegativeDecimal } from '../common/fields.js';
import { ordinal, partitionNumber, positiveDecimal, side } from '../common/fields.js';
import { place } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'adl-<instrument>-<side>';
const bankruptcyPrice = decimal.describe('USD at which the equity of the account, grant included, is exactly used up.');
const round = { roundId: identifier, instrument, side: side.describe('Side of the bankrupt positions.') };
const request = place.describe('The AdlRequested in liquidation.');

export const adlRequestedV1 = payload(
  {
    caseId,
    accountId,
    instrument,
    side: side.describe('Side of the bankrupt position.'),
    quantity: positiveDecimal.describe('Base units, unsigned.'),
    bankruptcyPrice,
    schedule: ordinal,
    lot: positiveDecimal.describe('Smallest quantity step, contracts; absent for a linear perpetual.').optional(),
  },
  {
    stream: 'liquidation-<caseId>',
    description: 'The fund could not pay the deficit in full: the rest of the position goes to auto-deleveraging.',
  },
);

export const adlRoundOpenedV1 = payload(
  {
    ...round,
    schedule: ordinal.describe('Position of the ScheduleInForce that the candidates are measured by.'),
    requests: z.array(z.strictObject({ request, caseId, accountId, quantity: positiveDecimal, bankruptcyPrice })),
  },
  { stream, description: 'A round of auto-deleveraging began; one per instrument and side at a time.' },
);

export const adlExecutedV1 = payload(
  {
    ...round,
    leverageCap: nonNegativeDecimal.describe('Whoever has more leverage (notional / equity) is brought down to it.'),
    closes: z.array(
      z.strictObject({
        partition: partitionNumber,
        accountId,
        request,
        quantity: positiveDecimal.describe('Base units, unsigned.'),
        price: decimal.describe('Bankruptcy price, USD.'),
      }),
    ),
  },
  { stream, description: 'All margin partitions have reported: who closes how much against whom, by water-filling.' },
);

export const adlRoundClosedV1 = payload(
  {
    ...round,
    bankrupt: z.array(
      z.strictObject({
        request,
        caseId,
        accountId,
        closedQuantity: nonNegativeDecimal.describe('Base units booked by the candidates.'),
        price: decimal.describe('Bankruptcy price, USD.'),
        remainder: nonNegativeDecimal.describe('Base units left for the next round.'),
      }),
    ),
  },
  { stream, description: 'All candidates have booked; the bankrupt sides are closed by the booked sums.' },
);
