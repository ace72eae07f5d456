import type { Request } from 'express';
import { actor, idempotencyKey } from '@ballast/contracts';
import type { CommandResult } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import type { Admission, ClearingGateway } from './clearing.gateway.js';
import { Problem, parsed } from './problem.js';

/** The headers of a write. */
export interface WriteHeaders {
  readonly id: string;
  readonly actor: string | null;
}

/** @throws Problem when the Idempotency-Key is missing or malformed */
export function writeHeaders(request: Request): WriteHeaders {
  const key = request.header('idempotency-key');
  if (key === undefined || key === '') {
    throw new Problem(
      'idempotency-key-required',
      'send the header Idempotency-Key: 8 to 100 characters, new for every request',
    );
  }
  const person = request.header('x-actor');
  return {
    id: parsed(idempotencyKey, key, 'Idempotency-Key'),
    actor: person === undefined ? null : parsed(actor, person, 'X-Actor'),
  };
}

export interface AcceptedAnswer {
  readonly commandId: string;
  readonly outcome: 'accepted';
  readonly data: unknown;
}

/** The answer as it was stored; a refusal becomes a problem with its code. */
export function answerOf(commandId: string, result: CommandResult): AcceptedAnswer {
  if (result.outcome === 'rejected') throw new Problem(result.code, result.detail, [], commandId);
  // In the one order of keys that a stored answer has, so that a retry gets the same bytes.
  return { commandId, outcome: 'accepted', data: JSON.parse(canonicalText(result.data)) as unknown };
}

/** What a request asks the owner of a partition to do. */
export interface AskedCommand {
  readonly log: ServiceLog;
  readonly partition: number;
  readonly type: string;
  readonly body: object;
}

/**
 * Takes what a request asks for to its owner, under its key and in the name of its person.
 * @returns the answer as it was stored
 * @throws Problem when a header is wrong, the owner refuses, or its answer can't be had now
 */
export const executed = async (
  clearing: Pick<ClearingGateway, 'execute'>,
  request: Request,
  command: AskedCommand,
  admit?: Admission,
): Promise<AcceptedAnswer> => executedAs(writeHeaders(request), clearing, command, admit);

/** The same where one request leads to several commands, each under a key of its own. */
export async function executedAs(
  { id, actor }: WriteHeaders,
  clearing: Pick<ClearingGateway, 'execute'>,
  { log, partition, type, body }: AskedCommand,
  admit?: Admission,
): Promise<AcceptedAnswer> {
  return answerOf(id, await clearing.execute(log, partition, { id, type, body, actor }, admit));
}
