import { MemoryLogStore, commandEntry, type AppendOutcome, type EntryReader, type EventLog } from '@ballast/event-log';
import type { LogEntry, PartitionProcess } from '@ballast/event-sourcing';
import { PartitionWorker } from './partition-worker.js';

interface Paid {
  /** Sum of everything that was paid: all that a partition holds of payments. */
  sum: number;
}

/** What is paid once per id, and how much. */
interface Payment {
  readonly id: string;
  readonly amount: number;
}

/** Books each payment once, whether it comes by command or as a fact; an id that comes with another amount is refused. */
export const payments: PartitionProcess<Paid> = {
  log: 'accounts',
  stateForm: { version: 1 },
  past: {
    keysOf: ({ type, payload }) => (type === 'Pay' ? [(payload as Payment).id] : []),
    settled: ({ type, payload }) =>
      type === 'Paid' ? { key: (payload as Payment).id, outcome: `${(payload as Payment).amount}` } : undefined,
  },
  initialState: () => ({ sum: 0 }),
  observe: () => undefined,
  decide(_state, { payload }, context) {
    const { id, amount } = payload as Payment;
    const known = context.past(id);
    if (known !== undefined && known !== `${amount}`) return { outcome: 'rejected', code: 'id-reused', detail: known };
    if (known === undefined) context.emit({ stream: 'paid', type: 'Paid', schemaVersion: 1, payload });
    return { outcome: 'accepted', data: { known: known === undefined ? 'no' : 'yes' } };
  },
  settle: () => undefined,
  evolve: (state, { payload }) => void (state.sum += (payload as Payment).amount),
  dueTimers: () => [],
  fire: () => undefined,
};

/** A fact of the exchange. */
export const paid = (position: number, id: string, amount = 1): LogEntry => ({
  log: 'exchange.transfers',
  partition: 0,
  position,
  id: `transfer-${position}`,
  stream: 'transfers',
  version: position,
  type: 'Pay',
  schemaVersion: 1,
  time: { clearing: 1_000, hop: 0 },
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis: [],
  correlation: 'c',
  actor: null,
  payload: { id, amount },
});

export const pay = (commandId: string, id: string, amount = 1) => ({
  id: commandId,
  type: 'Pay',
  body: { id, amount },
  actor: null,
});

type OutcomeIndex = EventLog['outcomes'];
type Changes = { readonly [M in keyof OutcomeIndex]?: (inner: OutcomeIndex) => OutcomeIndex[M] };

/** A log that outlives its workers; what it answers of ids may be changed. */
export class PaymentsHouse implements EntryReader {
  readonly notices: string[] = [];
  readonly #transfers: LogEntry[] = [];

  private constructor(
    private readonly store: MemoryLogStore,
    readonly log: EventLog,
  ) {}

  static async open(): Promise<PaymentsHouse> {
    const store = new MemoryLogStore();
    return new PaymentsHouse(store, await store.open({ name: 'accounts', partitions: 1, global: false }));
  }

  /** Puts facts into the log of the exchange. */
  say(...payments: readonly (readonly [id: string, amount?: number])[]): void {
    for (const [id, amount] of payments) this.#transfers.push(paid(this.#transfers.length + 1, id, amount));
  }

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    if (log === 'exchange.transfers') return this.#transfers.slice(after, after + limit);
    return (await this.log.commands(partition, after, limit)).map((record) => commandEntry('accounts', record));
  }

  worker(changes: Changes = {}, onIndexed?: (events: number) => void): Promise<PartitionWorker<Paid>> {
    const log = withOutcomes(this.log, changes);
    return PartitionWorker.open({
      process: payments,
      partition: 0,
      partitions: 1,
      log,
      committer: { submit: async (item) => (await log.append([item]))[0] as AppendOutcome },
      sources: [
        { log: 'accounts.commands', partition: 0, rank: 0 },
        { log: 'exchange.transfers', partition: 0, rank: 1 },
      ],
      reader: this,
      worker: 'w',
      publish: async () => undefined,
      onIndexed,
      snapshots: {
        store: this.store.snapshots,
        release: 'ballast@1.0.0',
        build: '0',
        notice: (line) => void this.notices.push(line),
      },
    });
  }

  /** Ids that were booked, in their order. */
  async booked(): Promise<readonly string[]> {
    return (await this.log.read(0, 0, 1_000_000)).map(({ payload }) => (payload as Payment).id);
  }
}

/** A log in memory keeps private fields, so what is not changed is called on itself. */
function withOutcomes(log: EventLog, changes: Changes): EventLog {
  const outcomes = Object.fromEntries(
    (['indexed', 'add', 'find', 'count', 'rebuild'] as const).map((name) => [
      name,
      changes[name]?.(log.outcomes) ?? (log.outcomes[name] as (...given: unknown[]) => unknown).bind(log.outcomes),
    ]),
  ) as unknown as OutcomeIndex;
  return new Proxy(log, {
    get(target, name) {
      if (name === 'outcomes') return outcomes;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}
