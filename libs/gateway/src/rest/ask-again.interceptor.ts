import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { defer, interval, mergeMap, raceWith, retry, throwError, timer, type Observable } from 'rxjs';
import { Problem } from './problem.js';
import { isStoreFailure, type StoreWatch } from './store-watch.js';

/** A question is asked again so often, after so long, and longer each time. */
const TIMES = 4;
const FIRST_PAUSE_MS = 100;
/** When the store takes nothing for so long, whoever waits for what is still to be stored is told. */
const STUCK_AFTER_MS = 5_000;
const LOOK_EVERY_MS = 500;

/** Questions that the store does not answer are asked again before anybody is told: a restart takes a second or two. */
export class AskAgain implements NestInterceptor {
  constructor(private readonly store: StoreWatch) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    // A write is repeated behind the interface, with its id.
    if (request.method !== 'GET') return next.handle();
    const stuck = interval(LOOK_EVERY_MS).pipe(
      mergeMap(() =>
        this.store.stuckMs < STUCK_AFTER_MS || response.headersSent
          ? []
          : throwError(() => new Problem('store-unavailable', this.store.trouble() ?? 'the store was away')),
      ),
    );
    return defer(() => next.handle()).pipe(
      retry({
        count: TIMES,
        delay: (error: unknown, count) =>
          isStoreFailure(error) && !response.headersSent ? timer(FIRST_PAUSE_MS * 2 ** count) : throwError(() => error),
      }),
      raceWith(stuck),
    );
  }
}
