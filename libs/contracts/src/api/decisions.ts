import { z } from 'zod';
import {
  accountId,
  accountMarginState,
  assessmentDetail,
  decimal,
  instrument,
  marginFigures,
  ordinal,
  reason,
  sha256Hex,
} from '../fields.js';
import { boundedBy } from '../bounds.js';
import { pageLimit, pageOf } from './page.js';
import { instant } from './times.js';
import { entryEnvelope } from '../parse-entry.js';

const logPlace = {
  log: z.string().meta({ example: 'margin' }),
  partition: z.int().min(-1),
  position: ordinal,
};

export const decision = z
  .strictObject({
    ...logPlace,
    at: instant,
    type: z.string().meta({ example: 'MarginCallIssued' }),
    summary: z.string().meta({
      description: 'The decision in a sentence.',
      example:
        'Margin call of 133.91 USD, due 2020-03-12T11:45:00Z: equity 7154.15 USD is below the call requirement 7288.06 USD.',
    }),
    state: accountMarginState.nullable().meta({ description: 'State of the account after it, when it is about that.' }),
    figures: marginFigures.nullable(),
  })
  .meta({ id: 'Decision', description: 'One decision about an account, with its place in the log.' });

export const toldDecision = z
  .strictObject({ ...decision.shape, accountId })
  .meta({ id: 'ToldDecision', description: 'A decision as it is told live, with the account that it is about.' });

export const decisionPage = pageOf('DecisionPage', 'Decisions about the account, newest first.', decision);

export const explanation = z
  .strictObject({
    decision,
    because: boundedBy('decision', z.string()).meta({
      description: 'The reasons in order, each a sentence with its figures.',
    }),
    assessment: assessmentDetail
      .nullable()
      .meta({ description: 'Every figure on the way; null when it was no assessment.' }),
    basis: boundedBy('decision', z.strictObject({ ...logPlace, type: z.string(), summary: z.string() })).meta({
      description: 'What it read: the entries that were in force.',
    }),
    chain: boundedBy('decision', z.strictObject({ ...logPlace, type: z.string(), at: instant })).meta({
      description: 'What led here, from the outside input to the decision.',
    }),
    wouldHaveAvoided: boundedBy(
      'decision',
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('deposit'), amount: decimal.meta({ description: 'USD.' }) }),
        z.strictObject({
          kind: z.literal('reduce'),
          instrument,
          quantity: decimal.meta({ description: 'Base units.' }),
        }),
      ]),
    ).meta({ description: 'What would have kept the account above the level at that moment.' }),
    proof: z
      .strictObject({ hash: sha256Hex, chain: sha256Hex, checkpoint: z.string().nullable() })
      .meta({ description: 'Hash and chain head of the decision, and the signed checkpoint that covers it.' }),
  })
  .meta({ id: 'Explanation', description: 'Why a decision was taken, from the log alone.' });

const correctedReading = z
  .strictObject({
    figures: z
      .record(z.string(), decimal)
      .meta({ description: 'By field, such as `payload.mark`: what is read where the event holds no figure.' }),
    proposedBy: z.string(),
    approvedBy: z.string(),
    reason,
  })
  .meta({ id: 'CorrectedReading', description: 'How two persons have said that an event is read.' });

export const logEvent = z
  .strictObject({
    ...entryEnvelope.shape,
    hash: sha256Hex,
    chain: sha256Hex,
    readAs: correctedReading.optional().meta({
      description: 'Of a corrected event, whose payload stands here as it was hashed: the figures that are read in it.',
    }),
  })
  .meta({ id: 'LogEvent', description: 'An entry with its hash and the chain head after it.' });

export const logEntry = z
  .strictObject({
    ...entryEnvelope.shape,
    readAs: correctedReading
      .optional()
      .meta({ description: 'Of a corrected event, whose payload has these figures already: who said so, and why.' }),
  })
  .meta({
    id: 'LogEntry',
    description: 'An entry as a stream sends it: the text that is hashed, unless the event was corrected.',
  });

/** Address of a page of a log; a reader with a hole continues here. */
export const LOG_PAGE_PATH = '/logs/{log}/{partition}';

export const logPageQuery = z
  .strictObject({
    after: z.int().nonnegative().default(0).meta({ description: 'Position behind which the page starts.' }),
    limit: pageLimit(1_000, 100),
  })
  .meta({ id: 'LogPageQuery' });

export const logPage = pageOf(
  'LogPage',
  'Entries of one log partition in the order of their positions, contiguous, from after + 1 on.',
  logEvent,
  {
    log: z.string(),
    partition: z.int().min(-1),
    incarnation: z.string().meta({ description: 'New after a restore or promotion: positions may name other events.' }),
  },
);
