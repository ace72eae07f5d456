import type { SealedEvent } from '@ballast/event-sourcing';

/** Where a reader goes on in one partition of a log. */
export interface SourceCursor {
  readonly log: string;
  readonly partition: number;
  /** Last position that the reader has applied; 0 before the first. */
  readonly after: number;
  /** Chain head after that entry, when it is known: then a source that was replaced meanwhile is found out at once. */
  readonly chain?: Buffer;
  /** `nextOffset` of the last batch applied, as a hint where to look first; without it the oldest message kept. */
  readonly offset?: string;
}

/** A message that is no entry, kept byte by byte for the operator. It is never sent again to the end of its topic. */
export interface ParkedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly error: string;
}

/** What follows a cursor in one partition: positions are contiguous, none twice. */
export interface Batch {
  readonly log: string;
  readonly partition: number;
  /** May be empty when messages were parked only. */
  readonly entries: readonly SealedEvent[];
  /** Messages that did not parse; the receiver stores them with its cursor. */
  readonly parked: readonly ParkedMessage[];
  /** Where to look next time; belongs beside the cursor, as a hint only. */
  readonly nextOffset: string;
  /** Messages published behind this batch, as far as the bus knows. */
  readonly behind: number;
}

/** A wish from outside, on its way to the owner of a partition, who numbers it and stores its answer. */
export interface CommandMessage {
  /** `<service>.commands`. */
  readonly log: string;
  readonly partition: number;
  /** The same id is the same command, however often it arrives. */
  readonly commandId: string;
  readonly type: string;
  /** Canonical text of the body. */
  readonly bodyText: string;
  readonly actor: string | null;
}

export interface CommandBatch {
  readonly log: string;
  readonly partition: number;
  readonly commands: readonly CommandMessage[];
  readonly parked: readonly ParkedMessage[];
  readonly nextOffset: string;
}

/**
 * Delivery to one subscriber stopped in one partition; the others go on. Subscribe again to go on after the cause is
 * gone: an `InvariantViolation` (a hole, a fork, a poisoned entry) does not pass by itself, anything else may.
 */
export interface Halt {
  readonly log: string;
  readonly partition: number;
  readonly error: unknown;
}

export interface Subscription {
  /** Resolves when no handler of this subscription runs any more and none will be started. */
  stop(): Promise<void>;
}

/**
 * Entries of a partition after a position, in order, any number of them; none when there are none yet. Read from the
 * log that owns them: the bus distributes, the log remembers.
 */
export type LogReader = (log: string, partition: number, after: number) => Promise<readonly SealedEvent[]>;

/** Things worth counting or waking somebody for. */
export type BusIncident =
  | { readonly kind: 'duplicates'; readonly log: string; readonly partition: number; readonly count: number }
  /** Positions `after + 1` to `before - 1` were read from the log instead. */
  | {
      readonly kind: 'refetched';
      readonly log: string;
      readonly partition: number;
      readonly after: number;
      readonly before: number;
    }
  | { readonly kind: 'parked'; readonly message: ParkedMessage }
  | ({ readonly kind: 'halted' } & Halt)
  /** The client gave up for good: the process is to report itself unhealthy and end. */
  | { readonly kind: 'fatal'; readonly error: unknown };

/**
 * Carries log entries from their owner to their readers. At least once and in position order inside a partition;
 * what a handler sees is without duplicates and holes, because every batch is judged by position first.
 */
export interface Bus {
  /**
   * Publishes entries of one or several partitions, each in position order. Resolves when they are durable. Publishing
   * a position again is harmless. Calls take effect in the order in which they were made.
   */
  publish(entries: readonly SealedEvent[]): Promise<void>;

  /**
   * Delivers what follows the cursors. `handle` is awaited before the next batch of the same partition; batches of
   * different partitions may be handled side by side. A handler that rejects halts its partition.
   */
  subscribe(
    sources: readonly SourceCursor[],
    handle: (batch: Batch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription>;

  /** Resolves when the command is on its way for good; its answer is with the owner of the partition. */
  send(command: CommandMessage): Promise<void>;

  /** Commands of one partition in the order of arrival, from an offset on, or all that are kept. */
  receive(
    source: Pick<SourceCursor, 'log' | 'partition' | 'offset'>,
    handle: (batch: CommandBatch) => Promise<void>,
    onHalt?: (halt: Halt) => void,
  ): Promise<Subscription>;

  /** Stops every subscription, then the bus. */
  close(): Promise<void>;
}
