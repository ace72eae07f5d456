import { z } from 'zod';
import { SUSPENSE_OUTCOMES } from '@ballast/facts';
import { accountId, asset, code, decimal, identifier, instrument, ordinal, reason } from '../fields.js';
import { pageOf } from './page.js';
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

const reference = z
  .string()
  .meta({ description: '`deposit <id>`, or `trade <id> <side>` with the number of the fill.' });

export const suspensePage = pageOf(
  'SuspensePage',
  'What a partition keeps in suspense and waits for a person, oldest first.',
  z.strictObject({
    position,
    reason: code.meta({ description: 'What kept it from being booked.' }),
    accountId: z.string().meta({ description: 'Whom it is for.' }),
    reference,
    money: z.strictObject({ asset, amount: decimal }).nullable().meta({ description: 'Null for a fill.' }),
    fill: z
      .strictObject({ instrument, quantity: decimal, cost: decimal })
      .nullable()
      .meta({ description: 'What it adds to a position; null for money.' }),
  }),
);

export const suspenseReleasesPage = pageOf(
  'SuspenseReleasesPage',
  'Releases of a partition that wait for a second person, in the order of their ids.',
  z.strictObject({ releaseId: identifier, position, outcome, reason: z.string(), proposer: z.string() }),
);

export const deferredPage = pageOf(
  'DeferredPage',
  'Messages of the exchange that came before what their basis names, oldest first; nobody has to do anything.',
  z.strictObject({
    position: ordinal.meta({ description: 'Of its MessageDeferred in the partition of accounts.' }),
    accountId,
    reference,
    waitsFor: z
      .strictObject({ account: z.boolean(), contract: z.boolean(), depositId: identifier.nullable() })
      .meta({ description: 'What was missing when it came.' }),
    until: instant.meta({ description: 'Clearing time at which it waits no longer.' }),
  }),
);
