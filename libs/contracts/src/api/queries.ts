import { z } from 'zod';
import { OWNER_ID } from '@ballast/kernel';
import { EVENT_FAMILIES, SERVICE_LOGS } from '@ballast/facts';
import {
  accountId,
  accountMarginState,
  code,
  identifier,
  partitionOfEvent,
  reason,
  sha256Hex,
  underlying,
  versionedName,
} from '../fields.js';
import { zodText } from '../schema-to-zod.js';
import { boundedBy } from '../bounds.js';
import { pageByKey, pageByPosition, pageLimit, pageOf } from './page.js';
import { askedInstant } from './times.js';

// What stands in paths and queries. Everything comes as text there.

export const accountIdForm = accountId;
export const identifierForm = identifier;
export const underlyingForm = underlying;

/** Name of a log, such as `margin` or `exchange.fills`. */
export const logNameForm = z.string().max(60).meta({ description: 'Name of a log.', example: 'margin' });

export const logPartitionForm = partitionOfEvent;

export const positionForm = z
  .int()
  .min(1)
  .max(999_999_999_999_999)
  .meta({ description: 'Position in the partition.', example: 105 });

export const ACCOUNT_ORDERS = ['accountId', 'cover', 'equity', 'call'] as const;

export const accountListQuery = z
  .strictObject({
    after: z
      .string()
      .max(140)
      .optional()
      .meta({ description: '`next` of the page before, in the same order; in the order of ids an account id.' }),
    limit: pageLimit(1_000, 100),
    owner: zodText(OWNER_ID).optional().meta({ description: 'Only accounts of this owner.', example: 'carol' }),
    search: identifier
      .max(80)
      .optional()
      .meta({ description: 'Only accounts whose id contains this, in small or capital letters.' }),
    state: accountMarginState.optional().meta({ description: 'Only accounts in this state.' }),
    coverBelow: z
      .string()
      .regex(/^(0|[1-9]\d{0,8})(\.\d{1,12})?$/, { error: 'write a number in plain notation, such as "1.25"' })
      .optional()
      .meta({
        description: 'Only accounts whose equity is less than so many times the call requirement.',
        example: '1.25',
      }),
    order: z.enum(ACCOUNT_ORDERS).default('accountId').meta({
      description:
        '`cover` is equity over call requirement; without a requirement an account comes last. By figures, descending, in a state or below a cover the list has the accounts that margin has assessed.',
    }),
    direction: z.enum(['ascending', 'descending']).default('ascending'),
  })
  .meta({ id: 'AccountListQuery' });

export type AccountListQuery = z.output<typeof accountListQuery>;

export const decisionQuery = z.strictObject(pageByPosition(500, 50)).meta({ id: 'DecisionQuery' });

/** A past moment that is asked about. */
export const pastMoment = askedInstant
  .optional()
  .meta({ description: 'Clearing time, ISO 8601 UTC; absent for now.', example: '2020-03-12T10:45:00Z' });

/** Of lists that are rebuilt as they stood at a time. */
export const pastListQuery = z.strictObject({ at: pastMoment, ...pageByKey(500, 100) }).meta({ id: 'PastListQuery' });
export const pastPositionQuery = z
  .strictObject({ at: pastMoment, ...pageByPosition(500, 100) })
  .meta({ id: 'PastPositionQuery' });

/** Of what is rebuilt as it stood at a time. */
export const pastQuery = z.strictObject({ at: pastMoment }).meta({ id: 'PastQuery' });

export const explanationQuery = z
  .strictObject({
    at: pastMoment,
    event: z.string().max(40).optional().meta({
      description: 'An event about the account instead of a time, as timelines name it.',
      example: 'margin/0#105',
    }),
  })
  .meta({ id: 'ExplanationQuery' });

/** Services whose rules can be changed while they run: those whose global log takes the commands for it. */
export const RULED_SERVICES = SERVICE_LOGS.filter((service) =>
  EVENT_FAMILIES.some(({ log, partition, events }) => {
    return log === `${service}.commands` && partition === 'global' && 'ProposeDocument' in events;
  }),
);

export const ruledServiceForm = z.enum(RULED_SERVICES).meta({ description: 'Service that the rules are of.' });

const documentFigures = {
  kind: code.meta({ description: 'What it rules, such as `margin-parameters`.' }),
  id: versionedName,
  hash: sha256Hex.meta({ description: 'SHA-256 of the canonical text of the body.' }),
  body: z.unknown().meta({ description: 'All of its figures, as its kind has them.' }),
};

const documentChange = z.strictObject({
  field: z.string().meta({ description: 'Path in the body.', example: 'underlyings.BTC.z' }),
  before: z.unknown().optional().meta({ description: 'What is in force; absent where there is no such field.' }),
  after: z.unknown().optional().meta({ description: 'What is proposed; absent where the field goes.' }),
});

export const documentsPage = pageOf(
  'DocumentsPage',
  'Rules of a service that are in force, in the order of their kinds and ids.',
  z.strictObject(documentFigures),
);

export const documentProposalsPage = pageOf(
  'DocumentProposalsPage',
  'Rules of a service that nobody has approved, in the order of the ids of their proposals.',
  z.strictObject({
    proposalId: identifier,
    proposer: z.string(),
    reason,
    ...documentFigures,
    replaces: versionedName.nullable().meta({
      description: 'Document in force that it would take the place of; null: none, it would stand beside them.',
    }),
    changes: boundedBy('documents', documentChange).meta({
      description: 'Every field that it would change, in their order.',
    }),
  }),
);
