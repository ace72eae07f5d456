import { z } from 'zod';
import { accountId, count, decimal, identifier, ordinal, positiveDecimal, sha256Hex } from '../common/fields.js';
import { versionedName } from '../common/fields.js';
import { payload } from '../event-schema.js';

export const marginRunCompletedV1 = payload(
  {
    kind: z.enum(['full', 'touched']),
    schedule: ordinal.describe('Position of the ScheduleInForce in margin global.'),
    model: versionedName,
    otherModels: z
      .record(versionedName, count)
      .describe('Accounts that other models assessed, by model; absent when none.')
      .optional(),
    kernelProfile: z.string().max(80),
    assessed: count.describe('Accounts assessed.'),
    decidedExactly: count.describe('How many of them were decided in exact decimals.'),
    root: sha256Hex.describe('Root of the Merkle tree over all assessments of the run.'),
    states: z
      .strictObject({ HEALTHY: count, WARN: count, MARGIN_CALL: count, RESTRICTED: count, LIQUIDATING: count })
      .describe('Accounts of the partition by state after the run.'),
  },
  {
    stream: 'runs',
    description:
      'Every account (full) or the changed ones (touched) were assessed. Changes of state stand before it as events of their own; the root commits to all the others.',
  },
);

export const adlCandidatesReportedV1 = payload(
  {
    roundId: identifier,
    candidates: z.array(
      z.strictObject({
        accountId,
        quantity: positiveDecimal.describe('Base units on the side to be reduced, unsigned.'),
        notional: positiveDecimal.describe('USD.'),
        equity: decimal.describe('USD.'),
      }),
    ),
  },
  {
    stream: 'adl-<roundId>',
    description: 'Answer of this partition to an AdlRoundOpened; also sent when it has no candidate.',
  },
);
