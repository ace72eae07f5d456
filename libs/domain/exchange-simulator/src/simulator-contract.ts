import type { Cause, LogEntry } from '@ballast/event-sourcing';
import type { ExchangeLog, FillEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';

interface Message<Log extends ExchangeLog, Events> {
  readonly log: Log;
  readonly payloads: Events;
}
type Messages =
  | Message<'exchange.quotes', QuoteEvents>
  | Message<'exchange.fills', FillEvents>
  | Message<'exchange.transfers', TransferEvents>
  | Message<'exchange.orderReports', OrderReportEvents>;
type OutputOf<M extends Messages> = M extends Messages
  ? {
      [Type in keyof M['payloads']]: {
        readonly log: M['log'];
        readonly partition: number;
        readonly stream: string;
        readonly type: Type;
        readonly schemaVersion: 1;
        readonly payload: M['payloads'][Type];
        readonly cause: Cause;
      };
    }[keyof M['payloads']]
  : never;

/** What the exchange says; the host places, seals and appends it, and stamps its logical time. */
export type SimulatorOutput = OutputOf<Messages>;

/** Takes an output. It must be placed and evolved into the state before `emit` returns. */
export type Emit = (output: SimulatorOutput) => void;

/**
 * A simulated exchange as its host sees it: deterministic, pure, rebuildable. The state is the fold of its own entries
 * (`evolve`) and of the facts it read (`observe`); it comes out the same in any order that keeps each log partition's
 * own order. `beginStep` and `settle` only read the state and emit.
 *
 * A step: the host calls `beginStep` at a clearing time and stamps what comes with hop 0. At the end of each hop it
 * calls `observe` for the entries of pricing, margin p and liquidation p that the hop brought, then `settle`; the answers carry
 * the next hop.
 */
export interface ExchangeSimulator<State> {
  /** What makes this run; stands in MarketOpened, so that no other run continues its logs. */
  readonly runName: string;
  /** All clearing times of the run, first and last included. */
  steps(): Iterable<Instant>;
  initialState(): State;
  /** Outside inputs of a clearing time: transfers and trades of the owners, then quotes, books and the clock. */
  beginStep(state: State, at: Instant, emit: Emit): void;
  /** Takes note of a fact of pricing, margin p or liquidation p. */
  observe(state: State, entry: LogEntry): void;
  /** Answers to what liquidation asked for in this hop, in the order (partition, position), against one depth. */
  settle(state: State, emit: Emit): void;
  /** Takes an own entry into the state. */
  evolve(state: State, entry: LogEntry): void;
}
