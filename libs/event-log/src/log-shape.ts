import { invariant } from '@ballast/kernel';
import { GLOBAL } from '@ballast/event-sourcing';
import { LogRefused, type LogShape } from './event-log.js';

const LOG_NAME = /^[a-z][a-z0-9]{0,30}(\.[a-z][a-zA-Z0-9]{0,30})?$/;
const MOST_PARTITIONS = 4096;

/** Numbers of all partitions of a log, the global one first. */
export function partitionNumbers({ partitions, global }: Pick<LogShape, 'partitions' | 'global'>): readonly number[] {
  return [...(global ? [GLOBAL] : []), ...Array.from({ length: partitions }, (_, partition) => partition)];
}

export function assertShape(shape: LogShape): void {
  invariant(LOG_NAME.test(shape.name), `not a log name: ${shape.name}`);
  const { partitions } = shape;
  invariant(
    Number.isInteger(partitions) && partitions >= 0 && partitions <= MOST_PARTITIONS,
    `a log has 0 to ${MOST_PARTITIONS} partitions, not ${partitions}`,
  );
  invariant(partitions > 0 || shape.global, `log ${shape.name} would have no partition`);
}

/**
 * Partition numbers stand in events, topics and the hash of owner ids: a log keeps its number for life.
 * @throws LogRefused when a log is opened with another shape than it was created with
 */
export function assertSameShape(created: LogShape, wanted: LogShape): void {
  if (created.partitions !== wanted.partitions) {
    throw new LogRefused(
      `log ${wanted.name} was created with ${created.partitions} partitions and is opened with ${wanted.partitions}; ` +
        'the number is chosen once, when a log is created: start with the old number, or on an empty database',
    );
  }
  if (created.global !== wanted.global) {
    throw new LogRefused(
      `log ${wanted.name} was created ${created.global ? 'with' : 'without'} a global partition and is opened ` +
        `${wanted.global ? 'with' : 'without'} one`,
    );
  }
}
