import { hostname } from 'node:os';
import { type EventLog, LogDirectory, type PostgresConnection, partitionsOf } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { SNAPSHOT_POLICY, type Committer } from '@ballast/partition-worker';
import type { ClearingPicture, LiquidationCasesProjection } from '@ballast/read-models';
import { ClearingHouse, presentRelease, type SnapshotSetting } from '@ballast/services';
import { HouseViews, type StoreWatch } from '@ballast/gateway';
import { indexingProgress, rebuildProgress } from './rebuild-progress.js';
import { emptyDataDirectory, openStore } from './open-store.js';
import { assertBegunSo, genesisOfOptions } from './genesis-of-options.js';
import type { RulesOptions } from './rules-options.js';
import { DEFAULT_PARTITIONS, type StoreOptions } from './store-options.js';

export interface OpenedHouse {
  readonly house: ClearingHouse;
  /** Where the data is, for a person. */
  readonly place: string;
  readonly connection?: PostgresConnection | undefined;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive?: string | undefined;
  /** Whether the store takes what is written. */
  readonly watch: StoreWatch;
  picture(): ClearingPicture;
  readonly cases: LiquidationCasesProjection;
  close(): Promise<void>;
}

export interface HouseOptions {
  readonly committerOf?: (log: EventLog) => Committer;
  /** Told while something is rebuilt, now and then. */
  readonly onRebuild?: (line: string) => void;
}

/** Opens store and clearing house; what the logs hold already is counted into the picture. */
export async function openHouse(
  options: StoreOptions & RulesOptions & { readonly fresh?: boolean },
  notice: (line: string) => void,
  { committerOf, onRebuild = () => undefined }: HouseOptions = {},
): Promise<OpenedHouse> {
  const genesis = genesisOfOptions(options);
  const progressOf = (what: string) => rebuildProgress(what, onRebuild);
  if (options.fresh === true) await emptyDataDirectory(options);
  const opened = await openStore(options, notice);
  try {
    const partitions = options.partitions ?? (await partitionsOf(opened.store)) ?? DEFAULT_PARTITIONS;
    const snapshots = snapshotsOf(options, notice);
    // Before anything is taken over: whoever runs on these logs goes on.
    await assertBegunSo(await LogDirectory.openPresent(opened.store), options, genesis);
    const house = await ClearingHouse.open({
      store: opened.store,
      partitions,
      worker: `${hostname()}/${process.pid}`,
      genesis,
      ...(committerOf === undefined ? {} : { committerOf }),
      snapshots,
      onProgress: progressOf('going on where the logs end'),
      onIndexed: indexingProgress(onRebuild),
    });
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS])
      house.logs.log(name).onAppended(() => opened.watch.appended());
    const views = await HouseViews.open({
      logs: house.logs,
      store: snapshots && house.logs.snapshots,
      program: presentRelease(),
      notice,
      onProgress: progressOf('counting what the logs hold'),
    });
    house.onAppended((entries) => views.apply(entries));
    return {
      house,
      place: opened.place,
      connection: opened.connection,
      archive: options.archive,
      watch: opened.watch,
      picture: () => views.picture.picture,
      cases: views.cases,
      async close() {
        await Promise.all([house.rest(), views.rest()]);
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** How a process that writes keeps snapshots; undefined when it was told to keep none, and in memory, which has no next start. */
function snapshotsOf(
  { log, snapshotEntries, snapshotBytes }: StoreOptions,
  notice: (line: string) => void,
): SnapshotSetting | undefined {
  if (log === 'memory' || snapshotEntries === 0) return undefined;
  const { everyEntries, everyBytes, keep } = SNAPSHOT_POLICY;
  const policy = { everyEntries: snapshotEntries ?? everyEntries, everyBytes: snapshotBytes ?? everyBytes, keep };
  return { policy, notice };
}
