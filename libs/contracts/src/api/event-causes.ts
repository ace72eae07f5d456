import { z } from 'zod';
import { accountId, count, ordinal, sha256Hex } from '../fields.js';
import { instant } from './times.js';
import { logEvent } from './decisions.js';
import { boundedBy } from '../bounds.js';

const causeNode = z
  .strictObject({
    place: z
      .string()
      .meta({ description: 'Where it stands, or the command, timer or start it was.', example: 'margin/0#107' }),
    kind: z.enum(['event', 'command', 'timer', 'start']),
    log: z.string().nullable().meta({ description: 'null unless it is an event.' }),
    partition: z.int().min(-1).nullable(),
    position: ordinal.nullable(),
    at: instant.nullable(),
    hop: count.nullable(),
    type: z.string(),
    summary: z.string(),
    accountId: accountId.nullable().meta({ description: 'The account it is about, if it is about one.' }),
    cause: z.string().nullable().meta({ description: 'Place of what it followed from; null for an outside input.' }),
    readBy: z.string().nullable().meta({
      description: 'Set on a quote: the price set that read it, though another input made it due.',
    }),
    direction: z.enum(['up', 'asked', 'down']),
  })
  .meta({ id: 'CauseNode' });

export const eventView = z
  .strictObject({
    place: z.string(),
    event: logEvent,
    recordedAt: instant.nullable().meta({ description: 'Wall clock of the store; not hashed.' }),
    summary: z.string(),
    accountId: accountId.nullable(),
    explains: z.boolean().meta({ description: 'True when there is an explanation of the account at this event.' }),
    causes: boundedBy('event', causeNode).meta({
      description:
        'From the outside input to the event, then what followed from it, each behind what it followed from.',
    }),
    more: z.boolean().meta({ description: 'True when more followed than is listed.' }),
  })
  .meta({ id: 'EventView', description: 'One event with its hash, what it followed from and what followed from it.' });

export const recomputation = z
  .strictObject({
    place: z.string(),
    hash: sha256Hex.meta({ description: 'As it is stored.' }),
    events: count.meta({ description: 'Events of the partition that were decided again, this one the last.' }),
    decisions: count.meta({ description: 'Assessments of accounts among them, the quiet ones included.' }),
    identical: z.boolean().meta({ description: 'True when every byte of every one of them came out the same.' }),
    difference: z.string().nullable().meta({ description: 'The first difference in words.' }),
  })
  .meta({ id: 'Recomputation', description: 'A partition decided again from its inputs up to an event.' });

export type Recomputation = Readonly<z.infer<typeof recomputation>>;
export type CauseNode = Readonly<z.infer<typeof causeNode>>;
export type EventView = Readonly<z.infer<typeof eventView>>;
