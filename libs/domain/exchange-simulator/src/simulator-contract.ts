import type { Cause, PartitionProcess } from '@ballast/event-sourcing';
import type { ExchangeLog, FillEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import type { SimulatorState } from './simulator-state.js';

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

/** What the exchange says: where, of what type, and why. */
export type SimulatorOutput = OutputOf<Messages>;

/** Takes an output. It is placed and evolved into the state before `emit` returns. */
export type Emit = (output: SimulatorOutput) => void;

/**
 * A simulated exchange: deterministic, pure, rebuildable. Its process writes all topics of an exchange, and its home is
 * `exchange.quotes`; it is the clock of the house. When the time of its next step comes (`tick`), it says the outside
 * inputs of that step, with hop 0; at the end of a hop that brought requests of liquidation it answers them.
 */
export interface ExchangeSimulator {
  /** What makes this run; stands in MarketOpened, so that no other run continues its logs. */
  readonly runName: string;
  readonly process: PartitionProcess<SimulatorState>;
  /** All clearing times of the run, first and last included. */
  steps(): Iterable<Instant>;
}
