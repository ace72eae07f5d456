import { z } from 'zod';
import { accountId, asset, count, decimal, instrument, ordinal, partitionNumber, sha256Hex } from '../fields.js';
import { instant } from './times.js';
import { boundedBy } from '../bounds.js';

/** A calendar day, UTC. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'write a day such as 2020-03-12' })
  .meta({ description: 'Day of clearing time, UTC.', example: '2020-03-12' });

export const statementQuery = z
  .strictObject({
    date: day,
    format: z.enum(['json', 'csv']).default('json').meta({ description: '`json` or `csv` (RFC 4180).' }),
  })
  .meta({ id: 'StatementQuery' });

const creditCause = z.string().max(40).meta({ description: 'Why the money changed.', example: 'funding' });

const logEnd = z.strictObject({
  position: count.meta({ description: 'Position in accounts, partition of the account; 0 before its first event.' }),
  chain: sha256Hex.meta({ description: 'Head of the hash chain there: whoever has the log gets the same.' }),
});

const statedAsset = z.strictObject({
  asset,
  opening: decimal,
  sums: boundedBy('span', z.strictObject({ cause: creditCause, amount: decimal, movements: count })).meta({
    description: 'One per cause; opening + all of them = closing, to the unit.',
  }),
  closing: decimal,
});

const movement = z.strictObject({
  position: ordinal.meta({ description: 'Of its event in accounts.' }),
  at: instant,
  cause: creditCause,
  asset,
  amount: decimal.meta({ description: 'Negative = the account paid.' }),
  text: z.string().meta({ description: 'The event in a sentence.' }),
});

const statedPosition = z.strictObject({ instrument, quantity: decimal, cost: decimal });

export const dayStatement = z
  .strictObject({
    accountId,
    date: day,
    partition: partitionNumber,
    isComplete: z.boolean().meta({
      description: 'Whether the partition has decided on something later: then nothing of the day can change.',
    }),
    from: logEnd.meta({ description: 'Where the log of accounts ended when the day began.' }),
    to: logEnd.meta({ description: 'Where it ended when the day did.' }),
    assets: boundedBy('span', statedAsset).meta({ description: 'In the order of names; held money is included.' }),
    movements: boundedBy('span', movement).meta({ description: 'In the order in which they were booked.' }),
    openingPositions: boundedBy('span', statedPosition),
    closingPositions: boundedBy('span', statedPosition),
  })
  .meta({
    id: 'DayStatement',
    description:
      'What an account had when a day began, every movement by its cause, and what it had when the day ended.',
  });

export type DayStatement = z.infer<typeof dayStatement>;
