import { z } from 'zod';
import { accountId, decimal, instrument, nonNegativeDecimal, prose, side, underlying } from '../common/fields.js';
import { payload } from '../event-schema.js';
import { accountMarginState, assessmentDetail } from './assessment.js';

const stream = 'margin-<accountId>';

export const accountStateChangedV1 = payload(
  { accountId, from: accountMarginState, to: accountMarginState, reason: prose, assessment: assessmentDetail },
  { stream, description: 'The margin state of an account changed, with the assessment that changed it.' },
);

export const liquidationTriggeredV1 = payload(
  {
    accountId,
    assessment: assessmentDetail,
    triggers: z
      .array(
        z.strictObject({
          underlying,
          side,
          logReturn: decimal.describe('R_t: log return over the last hour.'),
          threshold: nonNegativeDecimal,
          k: nonNegativeDecimal,
          scalar: nonNegativeDecimal.describe('X_side at this schedule.'),
        }),
      )
      .describe('Price triggers that were on or decaying for a side the account holds.'),
    lowestCallRates: z
      .array(z.strictObject({ instrument, rate: nonNegativeDecimal }))
      .describe('Per position the lowest call rate, at the present size, of the whole notice period.'),
  },
  {
    stream,
    description:
      'Equity fell below the liquidation requirement: the account is LIQUIDATING, and liquidation closes it out from here.',
  },
);

export const liquidatingAccountAssessedV1 = payload(
  { accountId, assessment: assessmentDetail },
  { stream, description: 'Health of an account that is LIQUIDATING, after every run that assessed it.' },
);
