import { setImmediate as breathe } from 'node:timers/promises';
import type { LogDirectory } from '@ballast/event-log';
import { PartitionMachine, type LogEntry } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';
import { marginProcess, type MarginState } from '@ballast/margin-domain';
import { ForwardReader } from '@ballast/partition-worker';
import { LazyReader } from '../explain/lazy-reader.js';

const PAGE = 500;

/** Own events between two turns that others of the thread get. */
const BREATH = 100;

/**
 * A partition of margin as it stood after its last event at or before a time, from the logs alone; nothing is decided again.
 * Inputs that margin had not decided on by then are not in it.
 */
export async function marginAt(logs: LogDirectory, partition: number, until: Instant): Promise<MarginState> {
  const machine = new PartitionMachine<MarginState>(marginProcess, partition, logs.partitions);
  const forward = new ForwardReader(new LazyReader(logs));
  const log = logs.log('margin');
  for (;;) {
    const own = await log.read(partition, machine.size, PAGE);
    for (const [each, event] of own.entries()) {
      if (event.time.clearing > until) return machine.state;
      if (each % BREATH === 0) await breathe();
      for await (const entry of inputsOf(machine, forward, event)) machine.recall(entry);
      machine.recallOwn(event);
    }
    if (own.length < PAGE) return machine.state;
  }
}

/** What an event was decided on and the machine has not taken yet, in the order it was taken; recall each before the next. */
export async function* inputsOf(
  machine: PartitionMachine<MarginState>,
  forward: ForwardReader,
  { basis }: LogEntry,
): AsyncGenerator<LogEntry> {
  for (const [source, partition, upTo] of basis) {
    yield* forward.between(source, partition, machine.cursor(source, partition), upTo);
  }
}
