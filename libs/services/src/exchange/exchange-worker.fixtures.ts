import { LogDirectory, MemoryLogStore, type LogStore } from '@ballast/event-log';
import {
  defineProcess,
  GLOBAL,
  on,
  type DecisionContext,
  type LogEntry,
  type PartitionProcess,
  type SealedEvent,
} from '@ballast/event-sourcing';
import type { SimulatorState } from '@ballast/exchange-simulator-domain';
import type { PartitionWorker } from '@ballast/partition-worker';
import { openExchange, type ExchangeWorkerOptions } from './open-exchange.js';

export interface Venue {
  lastStep: number;
  said: number;
  admitted: number;
  readonly asked: LogEntry[];
  answered: number;
}

interface Messages {
  readonly Moved: unknown;
  readonly Ticked: { readonly at: number };
  readonly Answered: { readonly order: number };
}
interface Orders {
  readonly CloseOutOrderPlaced: unknown;
}
interface Admissions {
  readonly InstrumentAdmitted: unknown;
}

const STEPS = [1_000, 2_000];

const emit = (context: DecisionContext, log: string, partition: number, type: string, payload: unknown) =>
  context.emit({ stream: log, type, schemaVersion: 1, payload, to: { log, partition } });

/** Says the time and a transfer in each partition at every step, and answers each order of liquidation with a report. */
export const venue: PartitionProcess<Venue> = defineProcess<Venue, Messages>({
  log: 'exchange.quotes',
  alsoWrites: (partitions) =>
    ['exchange.transfers', 'exchange.fills', 'exchange.orderReports'].flatMap((log) =>
      Array.from({ length: partitions }, (_, partition) => ({ log, partition })),
    ),
  stateForm: { version: 1 },
  initialState: () => ({ lastStep: 0, said: 0, admitted: 0, asked: [], answered: 0 }),
  reads: [
    on<Venue, Orders>('liquidation', 'numbered', {
      CloseOutOrderPlaced: { observe: (state, entry) => void state.asked.push(entry) },
    }),
    on<Venue, Admissions>('pricing', 'global', {
      InstrumentAdmitted: { observe: (state) => void (state.admitted += 1) },
    }),
  ],
  own: {
    Moved: (state) => void (state.said += 1),
    Ticked(state, { payload: { at } }) {
      state.said += 1;
      state.lastStep = at;
    },
    Answered: (state) => void (state.answered += 1),
  },
  dueTimers: ({ lastStep }, now) => {
    const due = STEPS.find((step) => step > lastStep);
    return due === undefined || due > now ? [] : [{ id: 'step', due }];
  },
  fire(state, { due }, context) {
    for (const partition of [0, 1]) emit(context, 'exchange.transfers', partition, 'Moved', { said: state.said });
    emit(context, 'exchange.quotes', GLOBAL, 'Ticked', { at: due });
  },
  settle(state, context) {
    for (const { log, partition, position } of state.asked.slice(state.answered)) {
      const to = { log: 'exchange.orderReports', partition };
      const report = { stream: to.log, type: 'Answered', schemaVersion: 1, payload: { order: position }, to };
      context.emit(report, { kind: 'event', log, partition, position });
    }
  },
});

export const order = (position: number, clearing: number, hop: number): LogEntry => ({
  log: 'liquidation',
  partition: 0,
  position,
  id: `order-${position}`,
  stream: 'orders',
  version: position,
  type: 'CloseOutOrderPlaced',
  schemaVersion: 1,
  time: { clearing, hop },
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis: [],
  correlation: 'c',
  actor: null,
  payload: {},
});

export const ORDERS = [order(1, 1_000, 2), order(2, 1_000, 4), order(3, 2_000, 1), order(4, 2_000, 1)];

export const TOPICS = ['exchange.quotes', 'exchange.transfers', 'exchange.orderReports'] as const;

export type VenueWorker = PartitionWorker<Venue>;

/** Logs, workers over them, and what was sent. Orders are there from the beginning; each is taken at its time. */
export async function exchange(store: LogStore = new MemoryLogStore()) {
  const logs = await LogDirectory.open(store, 2);
  const published: SealedEvent[] = [];
  const worker = async (changes: Partial<ExchangeWorkerOptions> = {}): Promise<VenueWorker> => {
    const opened = (await openExchange({
      process: venue as unknown as PartitionProcess<SimulatorState>,
      logs,
      reader: {
        read: async (log, partition, after) => (log === 'liquidation' && partition === 0 ? ORDERS.slice(after) : []),
      },
      worker: 'w',
      publish: async (entries) => void published.push(...entries),
      ...changes,
    })) as unknown as VenueWorker;
    await opened.catchUp();
    return opened;
  };
  const bytes = async (): Promise<string[]> => {
    const all: string[] = [];
    for (const name of TOPICS) {
      for (const { partition, size, head } of await logs.log(name).heads()) {
        all.push(`${name}/${partition} ${size} ${head.toString('hex')}`);
      }
    }
    return all;
  };
  return { store, logs, published, worker, bytes };
}

/** Runs a step to its rest. Orders of a later step have arrived already; only those of this one make it go on. */
export async function runVenue(worker: VenueWorker, step: number): Promise<void> {
  await worker.tick(step);
  const last = Math.max(...ORDERS.filter(({ time }) => time.clearing === step).map(({ time }) => time.hop));
  for (let hop = 0; hop <= last; hop++) await worker.runHop(step, hop);
}
