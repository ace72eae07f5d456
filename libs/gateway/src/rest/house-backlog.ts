import { setTimeout as wait } from 'node:timers/promises';
import { logPartitions } from '@ballast/event-log';
import type { LogPartition } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import { sourceKey } from '@ballast/partition-worker';
import type { PartitionStanding } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';

/** Where a log partition ends. */
export interface LogPartitionEnd extends LogPartition {
  readonly position: number;
}

/** A partition, and what waits for it. */
export interface PartitionBehind extends PartitionStanding {
  /** Inputs that are stored and not applied, wherever they are on their way. */
  readonly backlog: number;
  /** Clearing time it is behind the newest, s; 0 without a backlog, however long ago it last had something to apply. */
  readonly lagSeconds: number;
}

/** What is looked at must not wait for a store that is away. */
const ENDS_WITHIN_MS = 1_000;

/** How far the whole house came. */
export interface HouseBacklog {
  /** Newest clearing time that any partition has seen. */
  readonly clearing: Instant;
  readonly partitions: readonly PartitionBehind[];
  /** Partitions whose owner is not known or does not answer: what waits for them cannot be told. */
  readonly absent: readonly LogPartition[];
  /** Ends of the exchange's logs; null while the store does not say: what waits is not known then either. */
  readonly exchange: readonly LogPartitionEnd[] | null;
}

/**
 * What is stored and not applied, of every partition. Without any of it, and with nobody absent, all that stood in the exchange's logs
 * when they were looked at is applied everywhere, with all that followed from it: each partition has applied its sources to where they
 * were when they said where they ended, so that whatever came later came of something later. It does not matter that they were asked one
 * after the other, nor that they were asked before the logs of the exchange.
 */
export async function houseBacklog({
  owners,
  logs,
  partitions,
}: Pick<ClearingGateway, 'owners' | 'logs' | 'partitions'>): Promise<HouseBacklog> {
  const standings = await owners.standings();
  const exchange = await exchangeEnds(logs);
  const ends = new Map([...standings, ...(exchange ?? [])].map((end) => [keyOf(end), end.position]));
  const clearing = Math.max(0, ...standings.map((each) => each.clearing));
  return {
    clearing,
    partitions: standings.map((each) => {
      const backlog = each.applied.reduce(
        (sum, [log, partition, upTo]) => sum + Math.max(0, (ends.get(sourceKey(log, partition)) ?? upTo) - upTo),
        each.waitingCommands,
      );
      return { ...each, backlog, lagSeconds: backlog === 0 ? 0 : (clearing - each.clearing) / 1_000 };
    }),
    absent: absentFrom(standings, partitions),
    exchange,
  };
}

/** Null when the store does not answer by then. */
function exchangeEnds(logs: ClearingGateway['logs']): Promise<readonly LogPartitionEnd[] | null> {
  const told = EXCHANGE_LOGS.map(async (log) =>
    (await logs.log(log).heads()).map(({ partition, size }) => ({ log, partition, position: size })),
  );
  const ends = Promise.all(told).then(
    (found) => found.flat(),
    () => null,
  );
  return Promise.race([ends, wait(ENDS_WITHIN_MS, null, { ref: false })]);
}

/**
 * Partitions of which nobody told where they stand.
 * @param partitions numbered ones of every log
 */
export function absentFrom(standings: readonly LogPartition[], partitions: number): readonly LogPartition[] {
  const told = new Set(standings.map(keyOf));
  return logPartitions(SERVICE_LOGS, partitions).filter((place) => !told.has(keyOf(place)));
}

const keyOf = ({ log, partition }: LogPartition): string => sourceKey(log, partition);
