import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Problem, sendProblem } from './problem.js';

/** Says that the process is about to end: streams end, and nobody should send requests any more. */
export class Closing {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#controller.abort();
  }
}

/** Takes no writes any more once the process is closing: nobody would be left to answer them. */
export function refuseWritesWhen(closing: Closing): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!closing.signal.aborted || request.method === 'GET' || request.method === 'HEAD') return next();
    response.setHeader('connection', 'close');
    sendProblem(response, new Problem('not-ready', 'the process is stopping; send the same request to the next one'));
  };
}
