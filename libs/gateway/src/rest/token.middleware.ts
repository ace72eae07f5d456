import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { bearerCheck } from '@ballast/services';
import { Problem, sendProblem } from './problem.js';

const OPEN = new Set(['/health/live', '/health/ready']);

/** Asks for `Authorization: Bearer <token>` on everything but the health checks. */
export function requireToken(token: string): RequestHandler {
  const authorised = bearerCheck(token);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (OPEN.has(request.path) || authorised(request.header('authorization'))) return next();
    response.setHeader('www-authenticate', 'Bearer');
    sendProblem(
      response,
      new Problem('not-authenticated', 'send Authorization: Bearer <token>, the token this server was started with'),
    );
  };
}
