import {
  MemoryLogStore,
  type AppendItem,
  type AppendOutcome,
  type EventLog,
  commandEntry,
  type EntryReader,
  type SnapshotStore,
} from '@ballast/event-log';
import type { BasisStep, LogEntry, PartitionProcess, SealedEvent } from '@ballast/event-sourcing';
import { PartitionWorker, type Committer, type PartitionWorkerOptions } from './partition-worker.js';
import { sourceKey, type SourceRef } from './source.js';

interface Tally {
  filled: number;
  halted: boolean;
  /** The last fill that no sum counts yet. */
  uncounted: { readonly log: string; readonly partition: number; readonly position: number } | undefined;
  nextMinute: number;
}

/**
 * Books every second fill at once, sums up what was filled at the end of an item, notices minutes, and lets money out
 * unless pricing said that it is halted. Prices that change nothing have no consequence.
 */
export const tally: PartitionProcess<Tally> = {
  log: 'accounts',
  stateForm: { version: 1 },
  initialState: () => ({ filled: 0, halted: false, uncounted: undefined, nextMinute: 60_000 }),
  observe(state, { log, partition, position, payload }) {
    if (log === 'exchange.fills') {
      state.filled += (payload as { quantity: number }).quantity;
      state.uncounted = { log, partition, position };
    }
    if (log === 'pricing') state.halted = (payload as { halted: boolean }).halted;
  },
  decide(state, { log, type, position, payload }, context) {
    if (log === 'exchange.fills' && position % 2 === 0) {
      context.emit({ stream: 'fills', type: 'FillBooked', schemaVersion: 1, payload: { filled: state.filled } });
    }
    if (log !== 'accounts.commands') return undefined;
    if (type !== 'Withdraw') throw new Error(`${type} is a poisonous command`);
    if (state.halted) return { outcome: 'rejected', code: 'halted', detail: 'no money leaves now' };
    context.emit({ stream: 'money', type: 'Withdrawn', schemaVersion: 1, payload });
    return { outcome: 'accepted', data: { filled: state.filled } };
  },
  settle(state, context) {
    if (state.uncounted === undefined) return;
    const { filled, uncounted } = state;
    context.emit(
      { stream: 'sums', type: 'Summed', schemaVersion: 1, payload: { filled } },
      { kind: 'event', ...uncounted },
    );
  },
  evolve(state, { type, payload }) {
    if (type === 'Summed') state.uncounted = undefined;
    if (type === 'MinutePassed') state.nextMinute = (payload as { due: number }).due + 60_000;
  },
  dueTimers: ({ nextMinute }, now) => (nextMinute <= now ? [{ id: 'minute', due: nextMinute }] : []),
  fire(_state, { due }, context) {
    context.emit({ stream: 'time', type: 'MinutePassed', schemaVersion: 1, payload: { due } });
  },
};

export const tallySources: readonly SourceRef[] = [
  { log: 'accounts.commands', partition: 0, rank: 0 },
  { log: 'exchange.fills', partition: 0, rank: 1 },
  { log: 'pricing', partition: -1, rank: 2 },
];

const entry = (
  log: string,
  partition: number,
  position: number,
  time: LogEntry['time'],
  payload: unknown,
  basis: readonly BasisStep[],
): LogEntry => ({
  log,
  partition,
  position,
  id: `${log}-${position}`,
  stream: log,
  version: position,
  type: 'Said',
  schemaVersion: 1,
  time,
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis,
  correlation: 'c',
  actor: null,
  payload,
});

export const fill = (position: number, clearing: number, hop = 0, basis: readonly BasisStep[] = []): LogEntry =>
  entry('exchange.fills', 0, position, { clearing, hop }, { quantity: position }, basis);

export const price = (position: number, clearing: number, hop = 0, halted = false): LogEntry =>
  entry('pricing', -1, position, { clearing, hop }, { halted }, []);

export const withdraw = (id: string, amount = '1') => ({ id, type: 'Withdraw', body: { amount }, actor: 'alice' });

/** A log that outlives its workers, the logs they read, and what they published. */
export class TallyHouse implements EntryReader {
  readonly published: SealedEvent[] = [];
  readonly #sources = new Map<string, LogEntry[]>();

  private constructor(
    readonly log: EventLog,
    readonly snapshots: SnapshotStore,
  ) {}

  static async open(): Promise<TallyHouse> {
    const store = new MemoryLogStore();
    return new TallyHouse(await store.open({ name: 'accounts', partitions: 1, global: true }), store.snapshots);
  }

  /** Puts entries into the logs that are read. */
  store(...entries: readonly LogEntry[]): void {
    for (const each of entries) {
      const key = sourceKey(each.log, each.partition);
      this.#sources.set(key, [...(this.#sources.get(key) ?? []), each]);
    }
  }

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    if (log === 'accounts.commands') {
      return (await this.log.commands(partition, after, limit)).map((record) => commandEntry('accounts', record));
    }
    return (this.#sources.get(sourceKey(log, partition)) ?? []).slice(after, after + limit);
  }

  worker(changes: Partial<PartitionWorkerOptions<Tally>> = {}): Promise<PartitionWorker<Tally>> {
    return PartitionWorker.open({
      process: tally,
      partition: 0,
      partitions: 1,
      log: this.log,
      committer: this.committer(),
      sources: tallySources,
      reader: this,
      worker: 'w',
      publish: async (events) => void this.published.push(...events),
      ...changes,
    });
  }

  /** Appends item by item; `instead` may answer in the place of the log. */
  committer(instead: (item: AppendItem) => AppendOutcome | undefined = () => undefined): Committer {
    return {
      submit: async (item) => instead(item) ?? ((await this.log.append([item]))[0] as AppendOutcome),
    };
  }

  /** All that is stored and hashed. */
  async bytes(): Promise<readonly string[]> {
    return (await this.log.readRaw(0, 0, 10_000)).map(({ type, chain }) => `${type} ${chain.toString('hex')}`);
  }

  async types(): Promise<readonly string[]> {
    return (await this.log.read(0, 0, 10_000)).map(({ type }) => type);
  }
}
