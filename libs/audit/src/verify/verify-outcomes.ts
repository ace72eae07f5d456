import { accountsProcess } from '@ballast/accounts-domain';
import type { EventLog, LogDirectory, OutcomeAt } from '@ballast/event-log';
import type { PartitionProcess, PlacedOutcome } from '@ballast/event-sourcing';
import { outcomePages } from '@ballast/partition-worker';
import type { Fault } from './fault.js';

/** Processes that remember ids beside their state. */
const PROCESSES: readonly Pick<PartitionProcess<unknown>, 'log' | 'past'>[] = [accountsProcess];

/**
 * Compares the index of ids of each partition with what its log says, one for one: what is said of an id stands in the index as it was
 * said, once, and nothing else does.
 * @see docs/spec/event-log.md CLR-LOG-070
 */
export async function verifyOutcomes(
  logs: LogDirectory,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  for (const process of PROCESSES) {
    const log = logs.log(process.log as 'accounts');
    for (let partition = 0; partition < logs.partitions; partition++) {
      const fault = await faultOfPartition(process, log, partition, onProgress);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

async function faultOfPartition(
  process: Pick<PartitionProcess<unknown>, 'log' | 'past'>,
  log: EventLog,
  partition: number,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  const { outcomes } = log;
  // In this order: a service that runs lets the log grow first, and its index behind it.
  const indexed = await outcomes.indexed(partition);
  const size = (await log.heads()).find((head) => head.partition === partition)?.size ?? 0;
  const at = (position: number | null, what: string): Fault => ({ log: log.name, partition, position, what });
  if (indexed > size) return at(null, `the index of ids goes to position ${indexed}, and the log ends at ${size}`);
  let held = 0;
  let seen = 0;
  /** Said behind the index: it need not hold these, and they must be new all the same. */
  const waiting = new Map<string, OutcomeAt>();
  for await (const { upTo, placed } of outcomePages({ process, partition }, log, 0, size)) {
    const found = await outcomes.find(
      partition,
      placed.map(({ key }) => key),
      size,
    );
    for (const each of placed) {
      const known = found.get(each.key) ?? waiting.get(each.key);
      const isBehind = each.position > indexed;
      const what = isBehind && known === undefined ? undefined : difference(each, known);
      if (what !== undefined) return at(each.position, what);
      if (isBehind) waiting.set(each.key, each);
      else held += 1;
    }
    onProgress(upTo - seen);
    seen = upTo;
  }
  const count = await outcomes.count(partition, indexed);
  if (count !== held) return at(null, `the index of ids holds ${count - held} that the log does not speak of`);
  // Behind what it says that it holds; a service that runs puts more in meanwhile, and then says so.
  const all = await outcomes.count(partition);
  if (all === count || (await outcomes.indexed(partition)) > indexed) return undefined;
  return at(null, `the index of ids holds ${all - count} that the log does not speak of`);
}

/** What is wrong with what the index says of an id; undefined when nothing is. */
function difference({ key, position, outcome }: PlacedOutcome, known: OutcomeAt | undefined): string | undefined {
  if (known === undefined) return `the index of ids does not hold ${key}`;
  if (known.position < position) return `${key} is settled here and was at position ${known.position}`;
  if (known.position > position) return `the index of ids has ${key} at position ${known.position}`;
  return known.outcome === outcome
    ? undefined
    : `the index of ids says of ${key}: ${known.outcome}, the log: ${outcome}`;
}
