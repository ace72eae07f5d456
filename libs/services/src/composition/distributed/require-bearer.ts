import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { bearerCheck } from '../../http/bearer-token.js';

/** Asks for the token of the house on everything but the health checks, which tell nothing. */
export function requireBearer(token: string): RequestHandler {
  const authorised = bearerCheck(token);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.path.startsWith('/health/') || authorised(request.header('authorization'))) return next();
    response
      .status(401)
      .set('www-authenticate', 'Bearer')
      .json({ message: 'send Authorization: Bearer <BALLAST_TOKEN>' });
  };
}
