import net from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ClearingMetrics, type Logger } from '@ballast/observability';
import { DecisionProjection, MemoryAccountDecisions, PostgresAccountDecisions } from '@ballast/read-models';
import { ClearingGateway, type ClearingGatewayParts, type ServeMode } from '../rest/clearing.gateway.js';
import { Closing } from '../rest/closing.js';
import { createRestApp } from '../rest/create-rest-app.js';
import { RebuiltHouse } from '../rest/rebuilt-house.js';
import { UsageError } from '../usage-error.js';
import { HistoryThread } from './history-thread.js';
import { SERVICES } from '@ballast/services';
import type { OpenedHouse } from './open-house.js';

/** A store that doesn't answer within this time is not ready. */
const STORE_PATIENCE_MS = 2_000;

/** Requests that are under way get this long to end. */
const DRAIN_PATIENCE_MS = 5_000;
const SWEEP_MS = 50;

export interface ServedHouse {
  readonly app: NestExpressApplication;
  readonly closing: Closing;
  /** Why the process can't go on deciding; told by the readiness check. */
  fail(reason: string): void;
  /** Ends the interface: streams first, then requests, then what stands behind them. The house itself stays open. */
  close(): Promise<void>;
}

export interface ServeHouseOptions {
  readonly opened: Pick<OpenedHouse, 'house' | 'connection' | 'picture' | 'cases' | 'watch'>;
  readonly metrics: ClearingMetrics;
  readonly logger: Logger;
  readonly token: string | undefined;
  readonly mode: () => ServeMode;
  readonly market: ClearingGatewayParts['market'];
}

/** Puts the HTTP interface and its read models in front of a clearing house. */
export async function serveHouse({
  opened,
  metrics,
  logger,
  token,
  mode,
  market,
}: ServeHouseOptions): Promise<ServedHouse> {
  const { house, connection, picture, cases, watch } = opened;
  const store =
    connection === undefined ? new MemoryAccountDecisions() : await PostgresAccountDecisions.open(connection);
  const decisions = new DecisionProjection(house.logs, store, (error) =>
    logger.error({ err: error }, 'the list of decisions could not be filled; trying again'),
  );
  const unwatch = house.onAppended((entries) => {
    decisions.offer(entries);
  });
  // A store in memory can be read by this thread only.
  const history =
    connection === undefined
      ? new RebuiltHouse(house.logs, SERVICES)
      : new HistoryThread({ connection, partitions: house.partitions });
  const closing = new Closing();
  let failure: string | undefined;
  const endReadModels = async (): Promise<void> => {
    unwatch();
    await history.close();
    await decisions.stop();
    await store.close();
  };
  try {
    await decisions.start();
    const clearing = new ClearingGateway({
      house,
      decisions,
      history,
      cases,
      picture,
      mode,
      market,
      store: watch,
      failure: () => failure,
    });
    const app = await createRestApp({
      clearing,
      metrics,
      closing,
      logger,
      token,
      readiness: {
        async reasons() {
          const reasons: string[] = [];
          if (closing.signal.aborted) reasons.push('the process is stopping');
          if (failure !== undefined) reasons.push(failure);
          const store = await answersInTime(house.logs.log('accounts').heads());
          const stuck = store ? watch.trouble() : 'the store does not answer';
          if (stuck !== null) reasons.push(stuck);
          const trouble = clearing.market.trouble();
          if (trouble !== null) reasons.push(trouble);
          return reasons;
        },
      },
    });
    return {
      app,
      closing,
      fail: (reason) => (failure = reason),
      async close() {
        closing.begin();
        const server = app.getHttpServer();
        // A connection whose last answer is still being sent becomes idle a moment later.
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
        // Who never ends a request must not keep us from ending: a command that is not answered is asked again later.
        const patience = setTimeout(() => server.closeAllConnections(), failure === undefined ? DRAIN_PATIENCE_MS : 0);
        await app.close();
        clearInterval(sweep);
        clearTimeout(patience);
        await endReadModels();
      },
    };
  } catch (error) {
    await endReadModels();
    throw error;
  }
}

async function answersInTime(question: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), STORE_PATIENCE_MS)));
  const answered = question.then(
    () => true,
    () => false,
  );
  const inTime = await Promise.race([answered, patience]);
  clearTimeout(timer);
  return inTime;
}

/**
 * Finds out that a port is taken before a database is started for nothing.
 * @throws UsageError naming the port and what to do
 */
export async function assertPortFree(port: number, host: string): Promise<void> {
  const probe = net.createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, host, resolve));
  } catch (error) {
    throw portProblem(error, port, host);
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** What a failed listen means for the person who started us. */
export function portProblem(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UsageError(
      `port ${port} on ${host} is in use; stop the other program or choose another port with --port. Nothing was changed`,
    );
  }
  if (code === 'EACCES')
    return new UsageError(`port ${port} may not be used by this user; choose one above 1023 with --port`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UsageError(`${host} is no address of this machine; choose another with --host`);
  }
  return error;
}
