import { z } from 'zod';
import { SUSPENSE_OUTCOMES } from '@ballast/facts';
import {
  accountId,
  asset,
  code,
  decimal,
  identifier,
  instrument,
  ordinal,
  partitionNumber,
  reason,
} from '../fields.js';
import { instant } from './times.js';

const position = ordinal.meta({ description: 'Of its SuspenseBooked in the partition of accounts.' });
const outcome = z.enum(SUSPENSE_OUTCOMES).meta({
  id: 'SuspenseOutcome',
  description: '`book`: where it says. `send-back`: its money, to where it came from.',
  example: 'send-back',
});

export const suspenseReleaseRequest = z
  .strictObject({
    releaseId: identifier,
    position,
    outcome,
    reason: reason.meta({ description: 'Why; the approver and the auditor read it.' }),
  })
  .meta({
    id: 'SuspenseReleaseRequest',
    description: 'Says what becomes of something in suspense. Another person must approve it.',
    example: { releaseId: 'r-2020-03-12-1', position: 4711, outcome: 'send-back', reason: 'No client of ours.' },
  });

export const suspenseReleaseApproval = z
  .strictObject({})
  .meta({ id: 'SuspenseReleaseApproval', description: 'Approves the release in the path.', example: {} });

export const suspenseView = z
  .strictObject({
    partition: partitionNumber,
    items: z
      .array(
        z.strictObject({
          position,
          reason: code.meta({ description: 'What kept it from being booked.' }),
          accountId: z.string().meta({ description: 'Whom it is for.' }),
          reference: z
            .string()
            .meta({ description: '`deposit <id>`, or `trade <id> <side>` with the number of the fill.' }),
          money: z.strictObject({ asset, amount: decimal }).nullable().meta({ description: 'Null for a fill.' }),
          fill: z
            .strictObject({ instrument, quantity: decimal, cost: decimal })
            .nullable()
            .meta({ description: 'What it adds to a position; null for money.' }),
        }),
      )
      .meta({ description: 'What waits for a person, oldest first.' }),
    proposals: z
      .array(z.strictObject({ releaseId: identifier, position, outcome, reason: z.string(), proposer: z.string() }))
      .meta({ description: 'What waits for a second person.' }),
    deferred: z
      .array(
        z.strictObject({
          position: ordinal.meta({ description: 'Of its MessageDeferred in the partition of accounts.' }),
          accountId,
          reference: z
            .string()
            .meta({ description: '`deposit <id>`, or `trade <id> <side>` with the number of the fill.' }),
          waitsFor: z
            .strictObject({ account: z.boolean(), contract: z.boolean(), depositId: identifier.nullable() })
            .meta({ description: 'What was missing when it came.' }),
          until: instant.meta({ description: 'Clearing time at which it waits no longer.' }),
        }),
      )
      .meta({
        description:
          'Messages of the exchange that came before what their basis names, oldest first; nobody has to do anything.',
      }),
  })
  .meta({ id: 'SuspenseView', description: 'What a partition keeps in suspense.' });
