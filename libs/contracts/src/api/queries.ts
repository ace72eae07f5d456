import { z } from 'zod';
import { accountId, identifier, marginParameters } from '../fields.js';

// What stands in paths and queries. Everything comes as text there.

export const accountIdForm = accountId;
export const identifierForm = identifier;

/** Name of a log, such as `margin` or `exchange.fills`. */
export const logNameForm = z.string().max(60).meta({ description: 'Name of a log.', example: 'margin' });

export const logPartitionForm = z.coerce
  .number()
  .int()
  .min(-1)
  .max(4095)
  .meta({ description: 'Partition of the log; -1 is the global one.', example: 0 });

const pageLimit = (most: number, usual: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .meta({ description: `Most entries of a page, up to ${most}.` });

export const accountListQuery = z
  .strictObject({
    after: accountId.optional().meta({ description: 'Account id behind which the page starts.' }),
    limit: pageLimit(1_000, 100),
  })
  .meta({ id: 'AccountListQuery' });

export const decisionQuery = z
  .strictObject({
    after: z
      .string()
      .regex(/^[1-9]\d{0,15}$/, { error: 'write the `next` of the page before' })
      .optional()
      .meta({ description: '`next` of the page before; absent for the newest.' }),
    limit: pageLimit(500, 50),
  })
  .meta({ id: 'DecisionQuery' });

export const explanationQuery = z
  .strictObject({
    at: z
      .string()
      .max(30)
      .optional()
      .meta({ description: 'Clearing time, ISO 8601 UTC; absent for now.', example: '2020-03-12T10:45:00Z' }),
    event: z.string().max(40).optional().meta({
      description: 'An event about the account instead of a time, as timelines name it.',
      example: 'margin/0#105',
    }),
  })
  .meta({ id: 'ExplanationQuery' });

export const parametersView = z
  .strictObject({
    inForce: marginParameters.nullable(),
    proposals: z.array(
      z.strictObject({
        proposalId: identifier,
        parameters: z.string().meta({ description: 'Id of the proposed parameters.' }),
        proposer: z.string(),
        approved: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'ParametersView', description: 'Margin parameters: what is in force, and what was proposed.' });
