import { MemoryLogStore, type LogStore, LogDirectory } from '@ballast/event-log';
import type { LogEntry, SealedEvent } from '@ballast/event-sourcing';
import type { ExchangeSimulator, SimulatorOutput } from '@ballast/exchange-simulator-domain';
import { ExchangeHost, type ExchangeHostOptions } from './exchange-host.js';

export interface Venue {
  said: number;
  asked: LogEntry[];
  answered: number;
}

/** Says the time and a transfer in each partition at every step, and answers each order of liquidation with a report. */
export const venue = (note = ''): ExchangeSimulator<Venue> => {
  const message = (
    log: string,
    partition: number,
    payload: unknown,
    cause: SimulatorOutput['cause'],
  ): SimulatorOutput =>
    ({ log, partition, stream: log, type: 'Said', schemaVersion: 1, payload, cause }) as unknown as SimulatorOutput;
  return {
    runName: 'toy',
    steps: () => [1_000, 2_000],
    initialState: () => ({ said: 0, asked: [], answered: 0 }),
    beginStep(state, at, emit) {
      const cause = { kind: 'timer', id: 'step', due: at } as const;
      for (const partition of [0, 1]) emit(message('exchange.transfers', partition, { said: state.said, note }, cause));
      emit(message('exchange.quotes', -1, { at }, cause));
    },
    observe(state, entry) {
      if (entry.log === 'liquidation') state.asked.push(entry);
    },
    settle(state, emit) {
      for (const { log, partition, position } of state.asked.slice(state.answered)) {
        emit(
          message('exchange.orderReports', partition, { order: position }, { kind: 'event', log, partition, position }),
        );
      }
    },
    evolve(state, { log }) {
      if (log === 'exchange.orderReports') state.answered += 1;
      else state.said += 1;
    },
  };
};

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

/** Logs, and what was sent. `appends` may fail, as a process does that is killed. */
export async function exchange(store: LogStore = new MemoryLogStore()) {
  const logs = await LogDirectory.open(store, 2);
  const published: SealedEvent[] = [];
  const host = async (changes: Partial<ExchangeHostOptions<Venue>> = {}): Promise<ExchangeHost<Venue>> => {
    const opened = await ExchangeHost.open({
      simulator: venue(),
      logs,
      reader: {
        read: async (log, partition, after) => (log === 'liquidation' && partition === 0 ? ORDERS.slice(after) : []),
      },
      partitions: 2,
      worker: 'w',
      publish: async (entries) => void published.push(...entries),
      ...changes,
    });
    await opened.catchUp();
    return opened;
  };
  const bytes = async (): Promise<string[]> => {
    const all: string[] = [];
    for (const name of ['exchange.quotes', 'exchange.transfers', 'exchange.orderReports'] as const) {
      for (const { partition, size, head } of await logs.log(name).heads()) {
        all.push(`${name}/${partition} ${size} ${head.toString('hex')}`);
      }
    }
    return all;
  };
  return { logs, published, host, bytes };
}
