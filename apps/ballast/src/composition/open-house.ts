import { hostname } from 'node:os';
import { type EventLog, type PostgresConnection, partitionsOf, readLogs } from '@ballast/event-log';
import type { Genesis } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { SNAPSHOT_POLICY, type Committer } from '@ballast/partition-worker';
import { ClearingPictureProjection, type ClearingPicture } from '@ballast/read-models';
import { ClearingHouse, type SnapshotSetting } from '@ballast/services';
import type { StoreWatch } from '../rest/store-watch.js';
import { emptyDataDirectory, openStore } from './open-store.js';
import { DEFAULT_PARTITIONS, type StoreOptions } from './store-options.js';

export interface OpenedHouse {
  readonly house: ClearingHouse;
  /** Where the data is, for a person. */
  readonly place: string;
  readonly connection?: PostgresConnection | undefined;
  /** Whether the store takes what is written. */
  readonly watch: StoreWatch;
  picture(): ClearingPicture;
  close(): Promise<void>;
}

export interface HouseOptions {
  /** What new logs begin with; default: the bundled setting. */
  readonly genesis?: (log: ServiceLog) => Genesis;
  readonly committerOf?: (log: EventLog) => Committer;
}

/** Opens store and clearing house; what the logs hold already is counted into the picture. */
export async function openHouse(
  options: StoreOptions & { readonly fresh?: boolean },
  notice: (line: string) => void,
  { committerOf, genesis }: HouseOptions = {},
): Promise<OpenedHouse> {
  if (options.fresh === true) await emptyDataDirectory(options);
  const opened = await openStore(options, notice);
  try {
    const partitions = options.partitions ?? (await partitionsOf(opened.store)) ?? DEFAULT_PARTITIONS;
    const house = await ClearingHouse.open({
      store: opened.store,
      partitions,
      worker: `${hostname()}/${process.pid}`,
      ...(genesis === undefined ? {} : { genesis }),
      ...(committerOf === undefined ? {} : { committerOf }),
      snapshots: snapshotsOf(options, notice),
    });
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS])
      house.logs.log(name).onAppended(() => opened.watch.appended());
    const projection = new ClearingPictureProjection();
    for await (const entry of readLogs(house.logs, SERVICE_LOGS)) projection.apply(entry);
    house.onAppended((entries) => {
      for (const entry of entries) if (!entry.log.startsWith('exchange.')) projection.apply(entry);
    });
    return {
      house,
      place: opened.place,
      connection: opened.connection,
      watch: opened.watch,
      picture: () => projection.picture,
      async close() {
        await house.rest();
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
