import { timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { sha256 } from '@ballast/kernel';
import { Problem, sendProblem } from './problem.js';

const OPEN = new Set(['/health/live', '/health/ready']);

/** Asks for `Authorization: Bearer <token>` on everything but the health checks. */
export function requireToken(token: string): RequestHandler {
  const expected = sha256(token);
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = /^Bearer (.+)$/.exec(request.header('authorization') ?? '')?.[1] ?? '';
    // Digests have one length, so the comparison tells nothing about the token.
    if (OPEN.has(request.path) || timingSafeEqual(sha256(given), expected)) return next();
    response.setHeader('www-authenticate', 'Bearer');
    sendProblem(
      response,
      new Problem('not-authenticated', 'send Authorization: Bearer <token>, the token this server was started with'),
    );
  };
}
