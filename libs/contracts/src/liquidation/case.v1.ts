import { z } from 'zod';
import { accountId, caseId, count, nonNegativeDecimal } from '../common/fields.js';
import { marginFigures, place } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'liquidation-<caseId>';

export const liquidationOpenedV1 = payload(
  {
    caseId,
    accountId,
    trigger: place.describe('The LiquidationTriggered in margin.'),
    figures: marginFigures,
  },
  {
    stream,
    description: 'A case was opened for an account that margin declared LIQUIDATING; one per account at a time.',
  },
);

export const ordersCancelRequestedV1 = payload(
  { caseId, accountId },
  { stream, description: 'The exchange is asked to cancel all open orders of the account, before the first slice.' },
);

export const liquidationClosedV1 = payload(
  {
    caseId,
    accountId,
    outcome: z.enum(['restored', 'closed-out', 'deleveraged']),
    slices: count.describe('Close-out orders that were placed.'),
    uncoveredLoss: nonNegativeDecimal.describe('Deficit left without a position, USD.'),
  },
  { stream, description: 'The case is over: health restored, everything closed, or the rest deleveraged.' },
);
