import type { Instant } from '@ballast/kernel';
import type { Cause, CommandResult, LogEntry, LogicalTime, LogPartition, NewEvent } from './event.js';
import type { Past, PastForm } from './past.js';
import type { StateForm } from './state-codec.js';

/** A moment at which a process wants to act although no input asks for it. */
export interface Timer {
  readonly id: string;
  readonly due: Instant;
}

/** What a process may use while it decides. Everything comes in here: no clock, no ids, no randomness. */
export interface DecisionContext {
  readonly partition: number;
  /** Number of numbered partitions of the log (the global one not counted). */
  readonly partitions: number;
  /** Logical time that events emitted now will carry. */
  readonly time: LogicalTime;
  /** Position that the next emitted event will get (its id for others, as with close-out orders). */
  readonly nextPosition: number;
  /**
   * Appends an event of this partition, or of one that the process also writes: it is placed, sealed and evolved into the state before `emit` returns.
   * @param cause of the event, when it is not the input in hand (the run at the end of an item names the last
   *   input that made it due); only inputs of the item in hand may be named
   */
  emit(event: NewEvent, cause?: Cause): LogEntry;
  /** What the partition said of ids that are done with; only for keys that the `past` of the process names for the input in hand. */
  readonly past: Past;
}

/** A versioned set of rules as it stands in a log: `id` is `<name>@<version>`, `hash` the SHA-256 of its canonical text, hex. */
export interface HouseDocument {
  /** What it rules, such as `margin-parameters`; of each kind but the models one is in force. */
  readonly kind: string;
  readonly id: string;
  readonly hash: string;
  readonly body: unknown;
}

/** The rules that a new log begins with, and the persons who answer for them. */
export interface Genesis {
  readonly author: string;
  readonly approver: string;
  readonly documents: readonly HouseDocument[];
}

/** What the writer of a partition brings along when it starts. */
export interface Opening {
  /** Name and version of the program, and a hash of its build. */
  readonly release: string;
  readonly build: string;
  /** Of the service; written only into a log that is empty. */
  readonly genesis: Genesis;
}

/**
 * One partition of one service: a deterministic machine from ordered inputs to events. `observe` and `evolve` are
 * the only ways the state changes; `decide`, `fire` and `settle` only read it and emit. So the state can be rebuilt
 * from the logs without deciding anything again, and replay can decide everything again and compare.
 *
 * States are mutable for speed and private to the machine; payloads of inputs and events are never mutated.
 */
export interface PartitionProcess<State> {
  /** Name of the log this process writes. */
  readonly log: string;
  /**
   * Partitions of other logs that this process writes too, and nobody else: what one decision says in several of them
   * is appended together. A service writes one partition; the simulated exchange writes all topics of an exchange. The
   * state must come out the same in any order of own entries that keeps the order of each partition.
   */
  alsoWrites?(partitions: number): readonly LogPartition[];
  /**
   * By log that it writes: others whose partition of the same number somebody reads beside it. An entry names how far it had written
   * those, so that its readers take them in the order in which they were said.
   */
  readonly readTogether?: ReadonlyMap<string, readonly string[]>;
  /**
   * It takes no inputs: it writes down what somebody outside says. The bases of its events name what their readers have to know
   * before them, and nothing that it has taken itself.
   */
  readonly hears?: boolean;
  /** Types of own events behind which their stream never goes on, so that nobody need know how many it had. */
  readonly lastOfStreams?: ReadonlySet<string> | undefined;
  initialState(partition: number, partitions: number): State;
  /** Every field of the state that is not derived is in a snapshot, so that a writer may start from it. */
  readonly stateForm: StateForm;
  /** How it remembers ids that are done with; undefined when it asks for none. */
  readonly past?: PastForm | undefined;
  /** What the writer says before its first decision. Reads the state and emits, like `decide`. */
  open?(state: State, opening: Opening, context: DecisionContext): void;
  /** Takes note of a fact of another log. Must not depend on batching. */
  observe(state: State, input: LogEntry): void;
  /** What follows at once from an input (already observed). Returns the answer if the input is a command. */
  decide(state: State, input: LogEntry, context: DecisionContext): CommandResult | undefined;
  /** What follows at the end of an item (live) or hop (lockstep), e.g. a margin run over the touched accounts. */
  settle(state: State, context: DecisionContext): void;
  /** Takes an own event into the state. An unknown type or newer version throws: a deciding fold never skips. */
  evolve(state: State, event: LogEntry): void;
  /** Timers due at or before the given clearing time, earliest first; fired before the input that brings that time. */
  dueTimers(state: State, now: Instant): readonly Timer[];
  /** What follows from a due timer; must emit at least one event that moves the timer on. */
  fire(state: State, timer: Timer, context: DecisionContext): void;
}
