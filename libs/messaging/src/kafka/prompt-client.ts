import { createRequire } from 'node:module';

/** What came of one partition; a broker tells of those of which nothing came, too. */
interface Batch {
  isEmpty(): boolean;
}

/** What is used here of the parts of kafkajs that fetch for a consumer. */
interface ConsumerGroup {
  readonly groupId: string;
  readonly subscriptionState: { active(): readonly { readonly partitions: readonly number[] }[] };
  filterPartitionsByNode(nodeId: string, of: readonly unknown[]): readonly { readonly partitions: readonly number[] }[];
  fetch(nodeId: string): Promise<readonly Batch[]>;
  resume(partitions: readonly unknown[]): void;
}

interface Runner {
  readonly consumerGroup: ConsumerGroup;
  stop(): Promise<void>;
}

interface Wait {
  /** Nothing was asked of the broker: every partition is paused. */
  idle: boolean;
  end(): void;
}

const require = createRequire(import.meta.url);
const group = (require('kafkajs/src/consumer/consumerGroup') as { readonly prototype: ConsumerGroup }).prototype;
const runner = (require('kafkajs/src/consumer/runner') as { readonly prototype: Runner }).prototype;
/* eslint-disable @typescript-eslint/unbound-method -- called with their objects below */
const { fetch, resume } = group;
const { stop } = runner;
/* eslint-enable @typescript-eslint/unbound-method */

const waits = new WeakMap<ConsumerGroup, Set<Wait>>();
/** By group id. */
const gathering = new Map<string, number>();
/** When a fetch last brought something, by `performance.now()`. */
const broughtAt = new WeakMap<ConsumerGroup, number>();

/**
 * Lets a group fetch no sooner than so many milliseconds after a fetch that brought something: what comes meanwhile comes together, and is
 * decided, stored and sent on together. What comes after a silence is not kept waiting.
 */
export function gatherFetches(groupId: string, ms: number): void {
  gathering.set(groupId, ms);
}

/** The group is gone. */
export function forgetFetches(groupId: string): void {
  gathering.delete(groupId);
}

/** Milliseconds that a group waits before it fetches; 0 or less: none. */
const gatherFor = (of: ConsumerGroup): number =>
  (broughtAt.get(of) ?? -Infinity) + (gathering.get(of.groupId) ?? 0) - performance.now();

function isIdle(of: ConsumerGroup, nodeId: string): boolean {
  try {
    const asked = of.filterPartitionsByNode(nodeId, of.subscriptionState.active());
    return asked.every(({ partitions }) => partitions.length === 0);
  } catch {
    // A partition that nobody leads now: the fetch itself says so.
    return false;
  }
}

function interrupt(of: ConsumerGroup, which: (wait: Wait) => boolean): void {
  for (const wait of waits.get(of) ?? []) if (which(wait)) wait.end();
}

/**
 * kafkajs 2.2.4 sleeps for the whole fetch wait when every partition is paused, as they are when a consumer has just joined and when its
 * reader is full, and hears of nothing meanwhile; and it stops no earlier than a fetch that waits at the broker. Here such a sleep ends
 * with the next `resume`, and either with `stop`. A fetch that is left behind moves no offset, so nothing of it is lost.
 */
group.fetch = async function (this: ConsumerGroup, nodeId) {
  const mine = waits.get(this) ?? new Set<Wait>();
  waits.set(this, mine);
  let end: () => void = () => undefined;
  const interrupted = new Promise<readonly Batch[]>((resolve) => {
    end = () => resolve([]);
  });
  const wait: Wait = { idle: isIdle(this, nodeId), end };
  mine.add(wait);
  const fetched = async (): Promise<readonly Batch[]> => {
    // Left behind by a resume, an idle one would ask the broker after all, before the fetch that follows it.
    const ms = wait.idle ? 0 : gatherFor(this);
    if (ms > 0) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      // Everything may have been paused meanwhile; between this and the fetch nothing can be.
      wait.idle = isIdle(this, nodeId);
    }
    const batches = await fetch.call(this, nodeId);
    if (batches.some((batch) => !batch.isEmpty())) broughtAt.set(this, performance.now());
    return batches;
  };
  try {
    return await Promise.race([fetched(), interrupted]);
  } finally {
    mine.delete(wait);
  }
};

group.resume = function (this: ConsumerGroup, partitions) {
  resume.call(this, partitions);
  interrupt(this, ({ idle }) => idle);
};

runner.stop = function (this: Runner) {
  const stopped = stop.call(this);
  interrupt(this.consumerGroup, () => true);
  return stopped;
};
