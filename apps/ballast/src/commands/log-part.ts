import { UsageError } from '../usage-error.js';

/** A part of the logs that is asked for. */
export interface LogPartOptions {
  readonly log?: string;
  readonly partition?: number;
  readonly from?: number;
  readonly to?: number;
}

/** @throws UsageError when the parts do not fit each other, or the log is none of `names` */
export function assertLogPart({ log, partition, from, to }: LogPartOptions, names: readonly string[]): void {
  if (log !== undefined && !names.includes(log)) throw new UsageError(`--log ${log}: name one of ${names.join(', ')}`);
  if (partition !== undefined && log === undefined) throw new UsageError('--partition: name the log with --log');
  if ((from !== undefined || to !== undefined) && partition === undefined) {
    throw new UsageError('--from and --to are positions of a partition: name it with --log and --partition');
  }
  if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is behind --to ${to}`);
}
