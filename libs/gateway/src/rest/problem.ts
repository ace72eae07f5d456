import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { fieldErrors, fromText, problemOf, type Problem as ProblemBody, type ProblemCode } from '@ballast/contracts';
import { IdempotencyConflict } from '@ballast/partition-worker';
import { ListBehind } from '@ballast/read-models';
import { NotStored, TooManyQuestions } from '@ballast/services';
import { isStoreFailure } from './store-watch.js';

/** An error of the API with a stable code; becomes application/problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly body: ProblemBody;

  /** @param code one of the contract's, or the code of a stored refusal that is newer than its list */
  constructor(
    code: ProblemCode | (string & {}),
    detail: string,
    errors: ProblemBody['errors'] = [],
    instance?: string,
  ) {
    super(detail);
    this.body = problemOf(code, detail, errors, instance);
  }
}

/** Parses what came from outside; names every field that does not fit, and what to do about it. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  // Bodies are JSON; what else comes in is text.
  const given = where === 'body' ? value : fromText(schema, value);
  const result = schema.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  const errors = fieldErrors(result.error).map((error) =>
    error.field === '(whole)' ? { ...error, field: where } : { ...error },
  );
  throw new Problem(
    'request-malformed',
    errors.map(({ field, message, remedy }) => `${field} ${message}: ${remedy}`).join('; '),
    errors,
  );
}

/** When to ask again after an answer that passes, seconds. */
const RETRY_AFTER_SECONDS = 2;

/** Sends a problem where no controller is involved yet. What passes says when to ask again. */
export function sendProblem(response: Response, { body }: Problem): void {
  if (body.status === 503 || body.status === 429) response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
  response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}

/** Answers every error as problem+json; what we did not expect is logged and told nobody. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param onStoreFailure told when the store was to blame: whoever watches it says so once, not at every request */
  constructor(
    private readonly onUnexpected: (error: unknown) => void,
    private readonly onStoreFailure: (error: unknown) => void = () => undefined,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) response.end();
    else sendProblem(response, this.#problemOf(error));
  }

  #problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof IdempotencyConflict) {
      return new Problem('idempotency-key-reused', error.message, [], error.commandId);
    }
    if (isStoreFailure(error)) {
      this.onStoreFailure(error);
      return new Problem('store-unavailable', 'The store does not answer; the same request may be sent again.');
    }
    if (error instanceof TooManyQuestions) return new Problem('too-many-requests', error.message);
    if (error instanceof NotStored || error instanceof ListBehind) {
      return new Problem('store-unavailable', error.message);
    }
    const unreadable = unreadableCodeOf(error);
    if (unreadable !== undefined) return new Problem(unreadable, (error as Error).message);
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status === 404) return new Problem('not-found', (error as Error).message);
    if (status === 413) return new Problem('request-too-large', (error as Error).message);
    if (status !== undefined && status >= 400 && status < 500) {
      return new Problem('request-malformed', (error as Error).message);
    }
    this.onUnexpected(error);
    return new Problem('internal', 'The request may be repeated with the same Idempotency-Key.');
  }
}

/** What of a log cannot be read. Told by the name of the error, because it may come from another thread or process. */
function unreadableCodeOf(error: unknown): ProblemCode | undefined {
  const name = (error as Error | null)?.name ?? '';
  if (name === 'UnreadableEventRefused') return 'event-unreadable';
  return /^Archive\w*Refused$/.test(name) ? 'archive-unreadable' : undefined;
}

/** Errors of the body parser carry their status. */
function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}
