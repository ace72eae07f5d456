import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ClearingMetrics, Logger } from '@ballast/observability';
import { storeAnswers } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { Closing } from './closing.js';
import { createRestApp } from './create-rest-app.js';
import type { Intake } from './exchange/intake.js';

/** Requests that are under way get this long to end. */
const DRAIN_PATIENCE_MS = 5_000;
const SWEEP_MS = 50;

export interface ServedInterface {
  readonly app: NestExpressApplication;
  readonly closing: Closing;
  /** Ends the interface: streams first, then requests. What stands behind it stays open. */
  close(): Promise<void>;
}

export interface InterfaceOptions {
  readonly clearing: ClearingGateway;
  readonly metrics: ClearingMetrics;
  readonly logger: Logger;
  readonly token: string | undefined;
  /** Why the process should not get requests, beside what the store and the prices say. */
  readonly reasons: () => readonly string[];
  /** Nothing is decided any more: requests that wait are not waited for. */
  readonly hasFailed: () => boolean;
  /** Takes the messages of an exchange outside; undefined when there is none. */
  readonly intake?: Intake | undefined;
}

/** Puts the HTTP interface in front of a clearing house; the caller listens. */
export async function serveInterface({
  clearing,
  metrics,
  logger,
  token,
  reasons,
  hasFailed,
  intake,
}: InterfaceOptions): Promise<ServedInterface> {
  const closing = new Closing();
  const app = await createRestApp({
    clearing,
    metrics,
    closing,
    intake,
    logger,
    token,
    readiness: {
      async reasons() {
        const store = await storeAnswers(clearing.logs.log('accounts'));
        const stuck = store ? clearing.store.trouble() : 'the store does not answer';
        const prices = await clearing.market.trouble().catch((error: unknown) => (error as Error).message);
        return [
          ...(closing.signal.aborted ? ['the process is stopping'] : []),
          ...reasons(),
          ...(stuck === null ? [] : [stuck]),
          ...(prices === null ? [] : [prices]),
        ];
      },
    },
  });
  return {
    app,
    closing,
    async close() {
      closing.begin();
      const server = app.getHttpServer();
      // A connection whose last answer is still being sent becomes idle a moment later.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      // Who never ends a request must not keep us from ending: a command that is not answered is asked again later.
      const patience = setTimeout(() => server.closeAllConnections(), hasFailed() ? 0 : DRAIN_PATIENCE_MS);
      await app.close();
      clearInterval(sweep);
      clearTimeout(patience);
    },
  };
}
