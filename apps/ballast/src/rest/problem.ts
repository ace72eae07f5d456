import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { ZodType } from 'zod';
import { IdempotencyConflict } from '@ballast/partition-worker';

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** An error of the API with a stable code; becomes application/problem+json (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(detail);
  }
}

/** Parses what came from outside; names every field that does not fit. */
export function parsed<T>(schema: ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ field: path.join('.') || where, message }));
  throw new Problem(
    400,
    'invalid-request',
    'The request is not well formed',
    `${where}: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
    errors,
  );
}

/** Answers every error as problem+json; what we did not expect is logged by the caller and told nobody. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly onUnexpected: (error: unknown) => void) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const problem = this.#problemOf(error);
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:ballast:problem:${problem.code}`,
          title: problem.title,
          status: problem.status,
          code: problem.code,
          detail: problem.detail,
          ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
        }),
      );
  }

  #problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof IdempotencyConflict) {
      return new Problem(
        409,
        'idempotency-key-reused',
        'The Idempotency-Key belongs to another request',
        error.message,
      );
    }
    if (error instanceof HttpException) {
      const status = error.getStatus();
      const code = status === 404 ? 'not-found' : status === 400 ? 'invalid-request' : `http-${status}`;
      return new Problem(status, code, error.name, error.message);
    }
    this.onUnexpected(error);
    return new Problem(
      500,
      'internal-error',
      'Something went wrong here',
      'The request may be repeated with the same Idempotency-Key.',
    );
  }
}
