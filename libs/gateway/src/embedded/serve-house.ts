import type { PostgresConnection } from '@ballast/event-log';
import type { ClearingMetrics, Logger } from '@ballast/observability';
import {
  DecisionProjection,
  MemoryAccountDecisions,
  PostgresAccountDecisions,
  type ClearingPicture,
  type LiquidationCasesProjection,
} from '@ballast/read-models';
import {
  forkReasons,
  HouseOwners,
  lastCheckpointOf,
  logEndsOf,
  logPageOf,
  SERVICES,
  type ClearingHouse,
  type ExchangeIntake,
} from '@ballast/services';
import type { ServiceLog } from '@ballast/facts';
import { HistoryThread } from '../history/history-thread.js';
import { RebuiltHouse } from '../history/rebuilt-house.js';
import { ClearingGateway, type LogPages, type ServeMode } from '../rest/clearing.gateway.js';
import { IntakeHere } from '../rest/exchange/intake-here.js';
import type { MarketWatch } from '../rest/market-watch.js';
import { serveInterface, type ServedInterface } from '../rest/serve-interface.js';
import type { StoreWatch } from '../rest/store-watch.js';
import { HouseWrites } from './house-writes.js';
import { ToldPositions } from './told-positions.js';

export interface ServedHouse extends ServedInterface {
  /** Why the process can't go on deciding; told by the readiness check. */
  fail(reason: string): void;
  /** Ends the interface, then what stands behind it. The house itself stays open. */
  close(): Promise<void>;
}

/** A clearing house in this process, with what was made of its logs. */
export interface HouseToServe {
  readonly house: ClearingHouse;
  /** Undefined when the store is in memory. */
  readonly connection?: PostgresConnection | undefined;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive?: string | undefined;
  readonly watch: StoreWatch;
  picture(): ClearingPicture;
  readonly cases: LiquidationCasesProjection;
}

export interface ServeHouseOptions {
  readonly opened: HouseToServe;
  readonly metrics: ClearingMetrics;
  readonly logger: Logger;
  readonly token: string | undefined;
  readonly mode: () => ServeMode;
  readonly market: MarketWatch;
  /** Takes the messages of an exchange outside; undefined when there is none. */
  readonly intake?: ExchangeIntake | undefined;
}

/** Puts the HTTP interface and its read models in front of a clearing house in this process. */
export async function serveHouse({
  opened,
  metrics,
  logger,
  token,
  mode,
  market,
  intake,
}: ServeHouseOptions): Promise<ServedHouse> {
  const { house, connection, archive, cases, watch } = opened;
  const store =
    connection === undefined ? new MemoryAccountDecisions() : await PostgresAccountDecisions.open(connection);
  const decisions = new DecisionProjection(house.logs, store, (error) =>
    logger.error({ err: error }, 'the list of decisions could not be filled; trying again'),
  );
  const told = new ToldPositions(house.workers);
  const unwatch = house.onAppended((entries) => {
    told.append(entries);
    decisions.offer(entries);
  });
  // A store in memory can be read by this thread only.
  const history =
    connection === undefined
      ? new RebuiltHouse(house.logs, SERVICES)
      : new HistoryThread({ connection, partitions: house.partitions, archive }, (error) =>
          logger.error({ err: error }, 'the thread that rebuilds history ended; the next question starts another'),
        );
  if (intake !== undefined) metrics.countForkedProducers(() => forkReasons(intake).length);
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
      partitions: house.partitions,
      owners: new HouseOwners(house),
      writes: new HouseWrites({ house, store: watch, failure: () => failure }),
      readSide: {
        logs: house.logs,
        decisions,
        history,
        cases,
        picture: () => opened.picture(),
        get clearing() {
          return Math.max(0, ...house.workers.map(({ machine }) => machine.clearing));
        },
        positions: (log) => told.of(log),
        onAppended: (listener) => house.onAppended(listener),
        // Told in the turn of the append.
        reached: () => Promise.resolve(),
      },
      pages: pagesOf(house),
      mode,
      market,
      store: watch,
    });
    const served = await serveInterface({
      clearing,
      intake: intake && new IntakeHere(intake),
      metrics,
      logger,
      token,
      reasons: () => [
        ...(failure === undefined ? [] : [failure]),
        ...(intake === undefined ? [] : forkReasons(intake)),
      ],
      hasFailed: () => failure !== undefined,
    });
    return {
      ...served,
      fail: (reason) => (failure = reason),
      async close() {
        await served.close();
        await endReadModels();
      },
    };
  } catch (error) {
    await endReadModels();
    throw error;
  }
}

const pagesOf = ({ logs }: ClearingHouse): LogPages => ({
  ends: (name) => logEndsOf(logs.log(name)),
  lastCheckpoint: (name) => lastCheckpointOf(logs.log(name)),
  page: async (name, partition, query) =>
    logs.has(name) ? logPageOf(logs.log(name as ServiceLog), partition, query) : undefined,
});
