import { GLOBAL } from '@ballast/event-sourcing';
import { READERS, type LogName, type Reader } from '@ballast/facts';
import { invariant } from '@ballast/kernel';

/** A log partition that a worker reads, and its rank among the sources of one clearing time and hop. */
export interface SourceRef {
  readonly log: LogName;
  readonly partition: number;
  readonly rank: number;
}

export function readerOf(log: Reader['log'], partition: number): Reader {
  const kind = partition === GLOBAL ? 'global' : 'numbered';
  const reader = READERS.find((each) => each.log === log && each.partition === kind);
  invariant(reader !== undefined, `${log} has no ${kind} partition`);
  return reader;
}

/** The source partitions of one partition of a service, in rank order. */
export function sourcesOf(log: Reader['log'], partition: number, partitions: number): readonly SourceRef[] {
  return readerOf(log, partition).sources.flatMap((source, rank): SourceRef[] => {
    switch (source.partitions) {
      case 'global':
        return [{ log: source.log, partition: GLOBAL, rank }];
      case 'own':
        return [{ log: source.log, partition, rank }];
      case 'every':
        return Array.from({ length: partitions }, (_, each) => ({ log: source.log, partition: each, rank }));
    }
  });
}

/** Rank of a log partition among sources of one clearing time and hop. */
export function rankIn(sources: readonly SourceRef[]): (log: string, partition: number) => number {
  const ranks = new Map(sources.map(({ log, partition, rank }) => [sourceKey(log, partition), rank]));
  return (log, partition) => ranks.get(sourceKey(log, partition)) ?? 0;
}

export const sourceKey = (log: string, partition: number): string => `${log}/${partition}`;
