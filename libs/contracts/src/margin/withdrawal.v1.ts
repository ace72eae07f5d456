import { z } from 'zod';
import { accountId, identifier, ordinal } from '../common/fields.js';
import { marginFigures } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'withdrawal-<withdrawalId>';
const answer = {
  withdrawalId: identifier,
  attempt: ordinal.describe('The question this answers.'),
  accountId,
  accountVersion: ordinal.describe('Version of the account that the answer holds for.'),
  schedule: z.int().nonnegative().describe('Position of the ScheduleInForce in margin global; 0 before the first.'),
  figures: marginFigures,
};

export const withdrawalClearedV1 = payload(answer, {
  stream,
  description: 'The account can spare the money: equity without it covers the initial requirement.',
});

export const withdrawalRefusedV1 = payload(
  { ...answer, code: z.enum(['below-initial-requirement', 'account-liquidating', 'prices-halted']) },
  { stream, description: 'The account cannot spare the money; accounts gives the hold back.' },
);
