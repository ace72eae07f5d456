import { isUtf8 } from 'node:buffer';
import type { CanActivate, ExecutionContext, RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import { contentFault, doubledName, type FieldError } from '@ballast/contracts';
import { Problem } from './problem.js';

/** Of the Content-Type of a body; absent for the one that JSON has. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/** Reads bodies strictly where no document says what else a request may have. */
export class StrictBody implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    assertReadAsSent(context.switchToHttp().getRequest<RawBodyRequest<Request>>());
    return true;
  }
}

/** A body says to every reader what it says to us: no name in it twice, nothing in it that could not be kept as it came. @throws Problem */
export function assertReadAsSent(request: RawBodyRequest<Request>): void {
  const { rawBody } = request;
  if (rawBody === undefined) return;
  const charset = CHARSET.exec(request.header('content-type') ?? '')?.[1] ?? 'utf-8';
  const fault =
    charset.toLowerCase() === 'utf-8' && isUtf8(rawBody)
      ? (doubledName(rawBody.toString('utf8')) ?? contentFault(request.body, 'body'))
      : NO_UTF_8;
  if (fault === undefined) return;
  const { field, message, remedy } = fault;
  throw new Problem('request-malformed', `${field} ${message}: ${remedy}`, [fault]);
}

/** In another notation a name may stand there twice unseen, and bytes that are no characters would be kept as others. */
const NO_UTF_8: FieldError = { field: 'body', message: 'is not UTF-8', remedy: 'send JSON in UTF-8' };
