import { z } from 'zod';
import { code, identifier, instant, ordinal, reason } from '../fields.js';
import { fieldError } from './problem.js';
import { boundedBy } from '../bounds.js';

/** Names that stand in correlations: without the marks that part them there. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, {
  error: 'write 1 to 60 letters, digits, points, hyphens or underscores, beginning with a letter or digit',
});

export const producerName = name.meta({
  id: 'ProducerName',
  description:
    'A program of the exchange that sends messages, such as its matching engine; one sequence for all that it sends.',
  example: 'matching-engine',
});

const incarnation = name.meta({
  description: 'Of the sequence: another one numbers other messages. It stays when the program is started again.',
  example: '2026-11-29',
});

/** So many messages in one submission. */
const MOST_MESSAGES = 1_000;

export const exchangeMessage = z
  .strictObject({
    type: z.string().min(1).max(80).meta({ description: 'Such as `TradeFilled`.' }),
    at: instant.meta({
      description:
        'When it happened, milliseconds since 1970-01-01 UTC: the clearing time of the house moves on to it.',
    }),
    payload: z.unknown().meta({ description: 'As the catalogue of events has it for its type.' }),
  })
  .meta({
    id: 'ExchangeMessage',
    description: 'A fact that the exchange tells: a listing, a quote, a fill, a transfer, a report on an order.',
  });

export const exchangeSubmission = z
  .strictObject({
    producer: producerName,
    incarnation,
    first: ordinal.meta({ description: 'Position of the first message; the others follow without a gap.' }),
    messages: z.array(exchangeMessage).min(1).max(MOST_MESSAGES),
  })
  .meta({
    id: 'ExchangeSubmission',
    description:
      'Messages of one producer in the order of its sequence. A message that was kept before is a duplicate, so a submission may always be sent again.',
    example: {
      producer: 'matching-engine',
      incarnation: '2026-11-29',
      first: 1041,
      messages: [
        {
          type: 'TradeFilled',
          at: 1_584_010_800_000,
          payload: {
            tradeId: 'trade-77',
            accountId: 'carol.main',
            instrument: 'BTC-PERP',
            side: 'buy',
            quantity: '0.5',
            price: '7200.5',
            liquidity: 'taker',
            closeOutOrder: null,
          },
        },
      ],
    },
  });
export type ExchangeSubmission = z.infer<typeof exchangeSubmission>;

const answer = z
  .strictObject({
    position: ordinal,
    outcome: z.enum(['kept', 'duplicate', 'refused', 'not-taken']).meta({
      description:
        'kept: it stands in the log. duplicate: it was kept before. refused: it cannot be read; send another at this position. not-taken: a message before it has to be kept first.',
    }),
    code: code.optional().meta({ description: 'Why not: a stable code.' }),
    log: z.string().optional().meta({ description: 'Where it is kept.' }),
    partition: z.int().optional(),
    logPosition: ordinal.optional(),
    errors: boundedBy('request', fieldError).optional().meta({ description: 'One per wrong field.' }),
  })
  .meta({ id: 'ExchangeAnswer', description: 'What became of one message.' });

export const exchangeAnswers = z
  .strictObject({
    producer: producerName,
    incarnation,
    next: ordinal.meta({
      description: 'The position that is taken next: where a hole begins, or behind the last that was kept.',
    }),
    answers: z.array(answer).max(MOST_MESSAGES).meta({ description: 'One per message, in the order sent.' }),
  })
  .meta({
    id: 'ExchangeAnswers',
    description: 'One answer per message. What is kept is stored: nothing of it can be lost.',
  });
export type ExchangeAnswers = z.infer<typeof exchangeAnswers>;

export const producerView = z
  .strictObject({
    producer: producerName,
    incarnation,
    next: ordinal.meta({ description: 'The position that is taken next.' }),
    fork: z
      .strictObject({ incarnation, position: ordinal, because: z.enum(['incarnation', 'content']) })
      .nullable()
      .meta({
        description: 'What contradicts what was kept: nothing more is taken until two persons say how it goes on.',
      }),
    proposal: z
      .strictObject({ incarnation, proposer: identifier, reason })
      .nullable()
      .meta({ description: 'An incarnation that somebody wants it to go on with.' }),
  })
  .meta({ id: 'Producer', description: 'How far the messages of a producer were kept.' });

export const producersView = z
  .strictObject({
    partitions: ordinal.meta({
      description: 'Numbered partitions of every log: whoever reads logs reads 0 to one less.',
    }),
    producers: boundedBy('producers', producerView),
  })
  .meta({ id: 'Producers', description: 'Everybody whose messages are kept, by name.' });
export type Producers = z.infer<typeof producersView>;

export const continuationRequest = z.strictObject({ incarnation, reason }).meta({
  id: 'ContinuationRequest',
  description: 'Lets a producer go on with another incarnation, from position 1. Another person must approve it.',
  example: { incarnation: '2026-11-30', reason: 'The sequence was restored from a backup and begins anew.' },
});
export type ContinuationRequest = z.infer<typeof continuationRequest>;

export const continuationApproval = z.strictObject({ incarnation }).meta({
  id: 'ContinuationApproval',
  description: 'Approves what another person proposed.',
  example: { incarnation: '2026-11-30' },
});
export type ContinuationApproval = z.infer<typeof continuationApproval>;
