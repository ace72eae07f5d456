import { z } from 'zod';
import type { CommandResult } from '@ballast/event-sourcing';
import { canonicalText } from '@ballast/kernel';
import { identifier } from '../fields.js';
import { answersTopicOf } from '../topics.js';
import type { EncodedMessage } from './message.js';

/** What became of a command, as its owner stored it; `reused`: the id stood for another command before. */
export type AnswerResult = CommandResult | { readonly outcome: 'reused' };

/** The answer to a command on its way back. */
export interface CommandAnswer {
  /** `<service>.commands`, as the command said. */
  readonly log: string;
  readonly partition: number;
  readonly commandId: string;
  readonly result: AnswerResult;
}

export const commandAnswer = z.strictObject({
  log: z.enum(['accounts.commands', 'pricing.commands', 'margin.commands', 'liquidation.commands']),
  partition: z.int().min(-1).max(4095).describe('Partition that the command was sent to; -1 is the global one.'),
  commandId: identifier.describe('Of the command, as its sender chose it.'),
  result: z.discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.literal('accepted'),
      data: z.unknown().describe('What the command brought, such as its accountId.'),
    }),
    z.strictObject({
      outcome: z.literal('rejected'),
      code: z.string().describe('Stable; the codes of the REST interface.'),
      detail: z.string(),
    }),
    z.strictObject({
      outcome: z.literal('reused').describe('The id stood for another command before; take a new one.'),
    }),
  ]),
  schemaVersion: z.literal(1),
});

/** Writes an answer as a message; the key is the id of the command. */
export function encodeAnswer({ log, partition, commandId, result }: CommandAnswer): EncodedMessage {
  const { topic, kafkaPartition } = answersTopicOf(log, partition);
  return {
    topic,
    partition: kafkaPartition,
    key: commandId,
    value: canonicalText({ commandId, log, partition, result, schemaVersion: 1 }),
    headers: { log },
  };
}

/** Reads an answer; undefined for a message that is none. */
export function decodeAnswer(value: string): CommandAnswer | undefined {
  try {
    const { success, data } = commandAnswer.safeParse(JSON.parse(value));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}
