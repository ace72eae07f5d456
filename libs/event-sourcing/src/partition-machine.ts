import { canonicalText, invariant, uuidV5, type Instant } from '@ballast/kernel';
import type { BasisStep, Cause, CommandResult, LogEntry, LogicalTime, NewEvent, SealedEvent } from './event.js';
import type { DecisionContext, Opening, PartitionProcess } from './partition-process.js';
import { EMPTY_HEAD, seal } from './seal.js';

/** What one item leaves behind: the events to append and the cursors that move with them. */
export interface MachineOutput {
  readonly events: readonly SealedEvent[];
  readonly cursors: readonly BasisStep[];
}

/** Causes belong to the item in hand, so a few thousand are far more than can still get another event. */
const CAUSES_REMEMBERED = 4096;

const sourceKey = (log: string, partition: number): string => `${log}/${partition}`;

/**
 * Runs one partition of a process: places and seals its events, keeps its logical time, its cursors and the basis of
 * the next event. Pure: the same inputs in the same order make the same bytes. Live workers, lockstep, rebuild and
 * replay all go through this one class.
 */
export class PartitionMachine<State> {
  readonly state: State;
  #size = 0;
  #head: Buffer = EMPTY_HEAD;
  #clearing: Instant = 0;
  /** Highest hop of the inputs applied at the present clearing time. */
  #highestHop = 0;
  #basis: BasisStep[] = [];
  readonly #cursors = new Map<string, number>();
  readonly #moved = new Map<string, BasisStep>();
  readonly #streamVersions = new Map<string, number>();
  readonly #ordinals = new Map<string, number>();
  #output: SealedEvent[] = [];
  #cause: Cause | undefined;
  #correlation = '';
  #actor: string | null = null;
  readonly #context: DecisionContext;

  constructor(
    readonly process: PartitionProcess<State>,
    readonly partition: number,
    readonly partitions: number,
  ) {
    this.state = process.initialState(partition, partitions);
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- getters of the context read the machine
    const machine = this;
    this.#context = {
      partition,
      partitions,
      get time() {
        return machine.time;
      },
      get nextPosition() {
        return machine.#size + 1;
      },
      emit: (event, cause) => this.#emit(event, cause),
    };
  }

  /** Logical time of the next event. */
  get time(): LogicalTime {
    return { clearing: this.#clearing, hop: this.#highestHop + 1 };
  }

  get clearing(): Instant {
    return this.#clearing;
  }

  get size(): number {
    return this.#size;
  }

  get head(): Buffer {
    return this.#head;
  }

  /** Last applied position of a source partition; 0 before the first. */
  cursor(log: string, partition: number): number {
    return this.#cursors.get(sourceKey(log, partition)) ?? 0;
  }

  /** Lets the process say what a writer says when it starts. */
  open(opening: Opening): void {
    this.#cause = { kind: 'start', position: this.#size };
    this.#correlation = causeName(this.#cause);
    this.#actor = null;
    this.process.open?.(this.state, opening, this.#context);
  }

  /** Applies an input and everything that follows from it at once. */
  accept(input: LogEntry): CommandResult | undefined {
    this.elapse(input.time.clearing);
    this.#take(input);
    this.process.observe(this.state, input);
    this.#cause = causeOf(input);
    this.#correlation = input.correlation;
    this.#actor = input.actor;
    return this.process.decide(this.state, input, this.#context);
  }

  /** Fires every timer due at or before `now`, as the first input of that clearing time does. */
  elapse(now: Instant): void {
    for (;;) {
      const [timer] = this.process.dueTimers(this.state, now);
      if (timer === undefined) return;
      this.#fire(timer.id, timer.due, now);
    }
  }

  /** Ends an item: lets the process draw its conclusions over the inputs taken since the last call. */
  settle(): void {
    this.#cause = undefined;
    this.#actor = null;
    this.process.settle(this.state, this.#context);
  }

  /** Hands over what was emitted since the last call. */
  drain(): MachineOutput {
    const output = { events: this.#output, cursors: [...this.#moved.values()] };
    this.#output = [];
    this.#moved.clear();
    return output;
  }

  /** Number of events emitted and not drained yet. */
  get pending(): number {
    return this.#output.length;
  }

  /** Rebuild: an input that was applied before; nothing is decided. */
  recall(input: LogEntry): void {
    this.#take(input);
    this.process.observe(this.state, input);
  }

  /** Rebuild: an own event, in its place. */
  recallOwn(event: LogEntry & Pick<SealedEvent, 'chain'>): void {
    invariant(event.position === this.#size + 1, `own log has a hole before position ${event.position}`);
    // Time as it was when the event was placed; a timer may have moved it further than the inputs did.
    this.#clearing = event.time.clearing;
    this.#highestHop = event.time.hop - 1;
    this.#place(event, event.chain);
    this.#basis = [];
    this.#moved.clear();
  }

  #take(input: LogEntry): void {
    const key = sourceKey(input.log, input.partition);
    const cursor = this.#cursors.get(key) ?? 0;
    invariant(
      input.position === cursor + 1,
      `${input.log}/${input.partition} has a hole: at ${cursor}, got ${input.position}`,
    );
    this.#cursors.set(key, input.position);
    const step: BasisStep = [input.log, input.partition, input.position];
    this.#moved.set(key, step);
    const last = this.#basis.at(-1);
    if (last !== undefined && last[0] === input.log && last[1] === input.partition) this.#basis.pop();
    this.#basis.push(step);
    this.#advance(input.time);
  }

  #advance({ clearing, hop }: LogicalTime): void {
    if (clearing > this.#clearing) {
      this.#clearing = clearing;
      this.#highestHop = hop;
    } else if (clearing === this.#clearing) {
      this.#highestHop = Math.max(this.#highestHop, hop);
    }
  }

  /** A timer fires before the input that brings its time; its events carry that input's clearing time. */
  #fire(id: string, due: Instant, now: Instant): void {
    if (now > this.#clearing) {
      this.#clearing = now;
      this.#highestHop = 0;
    }
    this.#cause = { kind: 'timer', id, due };
    this.#correlation = id;
    this.#actor = null;
    const before = this.#size;
    this.process.fire(this.state, { id, due }, this.#context);
    invariant(this.#size > before, `timer ${id} fired without an event`);
  }

  #emit(event: NewEvent, cause: Cause | undefined): LogEntry {
    const because = cause ?? this.#cause;
    invariant(because !== undefined, `${event.type} is emitted without a cause`);
    const name = causeName(because);
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    if (this.#ordinals.size > CAUSES_REMEMBERED) this.#ordinals.delete(this.#ordinals.keys().next().value as string);
    const { log } = this.process;
    const sealed = seal(
      {
        log,
        partition: this.partition,
        position: this.#size + 1,
        id: uuidV5(`${log}/${this.partition}/${name}/${ordinal}`),
        stream: event.stream,
        version: (this.#streamVersions.get(event.stream) ?? 0) + 1,
        type: event.type,
        schemaVersion: event.schemaVersion,
        time: this.time,
        cause: because,
        basis: this.#basis,
        correlation: cause === undefined ? this.#correlation : name,
        actor: this.#actor,
        payload: event.payload,
      },
      this.#head,
    );
    this.#basis = [];
    this.#output.push(sealed);
    this.#place(sealed, sealed.chain);
    return sealed;
  }

  #place(event: LogEntry, chain: Buffer): void {
    this.#size = event.position;
    this.#head = chain;
    this.#streamVersions.set(event.stream, event.version);
    this.process.evolve(this.state, event);
  }
}

/** The cause that an input is for the events that follow from it. Commands are known by their id. */
export function causeOf(input: LogEntry): Cause {
  return input.log.endsWith('.commands')
    ? { kind: 'command', id: input.id }
    : { kind: 'event', log: input.log, partition: input.partition, position: input.position };
}

/** One text per cause, the same on every machine. */
export function causeName(cause: Cause): string {
  switch (cause.kind) {
    case 'event':
      return `event/${cause.log}/${cause.partition}/${cause.position}`;
    case 'command':
      return `command/${cause.id}`;
    case 'timer':
      return `timer/${cause.id}/${cause.due}`;
    case 'start':
      return `start/${cause.position}`;
  }
}

/** Bytes by which two events are compared in replay. */
export function comparisonText(event: LogEntry): string {
  return canonicalText({
    id: event.id,
    position: event.position,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    time: event.time,
    cause: event.cause,
    basis: event.basis,
    correlation: event.correlation,
    actor: event.actor,
    payload: event.payload,
  });
}
