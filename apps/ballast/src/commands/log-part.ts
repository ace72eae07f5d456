import { partitionNumbers, type LogDirectory } from '@ballast/event-log';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
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

/**
 * What is not there holds no fault and diverges nowhere: that would be said of a part that was mistyped, too.
 * @throws UsageError when the log has no such partition, or that ends before `from`
 */
export async function assertPartThere(logs: LogDirectory, { log, partition, from }: LogPartOptions): Promise<void> {
  if (log === undefined || partition === undefined || !logs.has(log)) return;
  const present = logs.log(log as ServiceLog | ExchangeLog);
  const numbers = partitionNumbers(present);
  if (!numbers.includes(partition)) {
    throw new UsageError(`--partition ${partition}: ${log} has ${numbersText(numbers)}`);
  }
  const end = (await present.heads()).find((head) => head.partition === partition)?.size ?? 0;
  if (from !== undefined && from > end) throw new UsageError(`--from ${from}: ${log}/${partition} ends at ${end}`);
}

const numbersText = (numbers: readonly number[]): string =>
  numbers.length === 1 ? `${numbers[0]} only` : `${numbers[0]} to ${numbers.at(-1)}`;
