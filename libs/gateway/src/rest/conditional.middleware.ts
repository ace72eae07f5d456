import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * Says what may be kept: an answer to a question by whoever asked, who sends its ETag in If-None-Match the next time and gets 304 while
 * the bytes are the same; an answer to a write by nobody.
 * @see docs/how-to/use-the-api.md
 */
export function sayWhatMayBeKept(): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const isQuestion = request.method === 'GET' || request.method === 'HEAD';
    response.set('cache-control', isQuestion ? 'private, no-cache' : 'no-store');
    if (!isQuestion) withoutTag(response);
    next();
  };
}

/** The tag of an answer to a write would be taken for that of what was written. */
function withoutTag(response: Response): void {
  const writeHead = response.writeHead.bind(response) as (...args: readonly unknown[]) => Response;
  response.writeHead = (...args: readonly unknown[]) => {
    response.removeHeader('etag');
    return writeHead(...args);
  };
}
