import { invariant, InvariantViolation, OldestFirst, sha256, uuidV5, type Instant } from '@ballast/kernel';
import type {
  BasisStep,
  Cause,
  CommandResult,
  LogEntry,
  LogicalTime,
  LogPartition,
  NewEvent,
  OutsideMessage,
  SealedEvent,
} from './event.js';
import type { DecisionContext, Opening, PartitionProcess } from './partition-process.js';
import { RecentOutcomes } from './past.js';
import { EMPTY_HEAD, seal } from './seal.js';
import { StateCodec } from './state-codec.js';

/** What one item leaves behind: the events to append and the cursors that move with them. */
export interface MachineOutput {
  readonly events: readonly SealedEvent[];
  readonly cursors: readonly BasisStep[];
}

/** Where a log partition that the machine writes ends. */
export interface LogEnd extends LogPartition {
  readonly size: number;
  readonly head: Buffer;
}

/** A log partition that the machine writes. */
interface Lane extends LogPartition {
  size: number;
  head: Buffer;
  readonly streamVersions: Map<string, number>;
  /** By source: the position that the bases of this lane have named so far. */
  readonly named: Map<string, number>;
}

const laneOf = ({ log, partition }: LogPartition): Lane => ({
  log,
  partition,
  size: 0,
  head: EMPTY_HEAD,
  streamVersions: new Map(),
  named: new Map(),
});

/** Raised when a snapshot says other things of a machine than before. Form 1 may hold the text of a figure that is none, taken from an event (CLR-LOG-080). */
const MACHINE_FORM = 2;

/** Everything that a machine goes on from, its state included: what a snapshot holds. */
interface MachineContent<State> {
  readonly format: string;
  readonly log: string;
  readonly partition: number;
  readonly partitions: number;
  readonly clearing: Instant;
  readonly highestHop: number;
  /** What was taken since the last event; empty in all but the snapshot of a writer that came to rest. */
  readonly basis: readonly BasisStep[];
  readonly cursors: Map<string, number>;
  readonly told: Map<string, BasisStep>;
  readonly lanes: readonly (Omit<Lane, 'head'> & { readonly head: string })[];
  readonly state: State;
}

/**
 * What a reader of snapshots has to know: the process, the versions of what they say of it and of its state, and which fields that
 * state has. A field that comes or goes makes another format by itself; for what changes further inside, the version is raised.
 */
export function snapshotFormat<State>(process: PartitionProcess<State>, partition: number): string {
  const { log, stateForm } = process;
  const fields = Object.keys(process.initialState(partition, 1) as object).sort();
  const kind = partition < 0 ? 'global' : 'numbered';
  return `${log}/${kind}@${MACHINE_FORM}.${stateForm.version}-${sha256(fields.join()).toString('hex', 0, 4)}`;
}

/** Causes belong to the item in hand, so a few thousand are far more than can still get another event. */
const CAUSES_REMEMBERED = 4096;

/** Hop of outside inputs. */
const OUTSIDE = 0;

const sourceKey = (log: string, partition: number): string => `${log}/${partition}`;

/**
 * Runs one partition of a process: places and seals its events, keeps its logical time, its cursors and the basis of
 * the next event. Pure: the same inputs in the same order make the same bytes. Live workers, lockstep, rebuild and
 * replay all go through this one class.
 */
export class PartitionMachine<State> {
  readonly state: State;
  /** The partition of the process. */
  readonly #home: Lane;
  /** All that it writes, the home first. */
  readonly #lanes: readonly Lane[];
  readonly #laneOf = new Map<string, Lane>();
  #clearing: Instant = 0;
  /** Highest hop of the inputs applied at the present clearing time. */
  #highestHop = 0;
  /** What was taken since the previous event, in the order taken. */
  #basis: BasisStep[] = [];
  /** By source: how far it was applied at the previous event; the one that moved last stands last. */
  readonly #told = new Map<string, BasisStep>();
  readonly #cursors = new Map<string, number>();
  readonly #moved = new Map<string, BasisStep>();
  readonly #ordinals = new Map<string, number>();
  readonly #oldestOrdinals = new OldestFirst(this.#ordinals);
  #output: SealedEvent[] = [];
  #cause: Cause | undefined;
  #correlation = '';
  #actor: string | null = null;
  readonly #context: DecisionContext;
  /**
   * Told whenever nothing was taken since the last event, events of the item in hand included: then the state follows from
   * the log alone, up to where it ends.
   */
  onEvent: (() => void) | undefined;
  /** The newest of what it said of ids for good; undefined when its process asks for none. */
  readonly outcomes: RecentOutcomes | undefined;

  /** @param snapshot what `snapshot` of another machine of the same partition gave, to go on from there */
  constructor(
    readonly process: PartitionProcess<State>,
    readonly partition: number,
    readonly partitions: number,
    snapshot?: string,
  ) {
    const content = snapshot === undefined ? undefined : this.#contentOf(snapshot);
    this.state = content?.state ?? process.initialState(partition, partitions);
    this.#home = laneOf({ log: process.log, partition });
    this.#lanes = [this.#home, ...(process.alsoWrites?.(partitions) ?? []).map(laneOf)];
    for (const lane of this.#lanes) this.#laneOf.set(sourceKey(lane.log, lane.partition), lane);
    if (content !== undefined) this.#restore(content);
    this.outcomes = process.past && new RecentOutcomes(process.past, this.#home.size);
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- getters of the context read the machine
    const machine = this;
    this.#context = {
      partition,
      partitions,
      get time() {
        return machine.time;
      },
      get nextPosition() {
        return machine.#home.size + 1;
      },
      emit: (event, cause) => this.#emit(event, cause),
      past: (key) => {
        invariant(this.outcomes !== undefined, `${process.log} remembers no ids`);
        return this.outcomes.of(key);
      },
    };
  }

  /** Logical time of the next event. */
  get time(): LogicalTime {
    return { clearing: this.#clearing, hop: this.#highestHop + 1 };
  }

  get clearing(): Instant {
    return this.#clearing;
  }

  /** Where the partition of the process ends. */
  get size(): number {
    return this.#home.size;
  }

  get head(): Buffer {
    return this.#home.head;
  }

  /** Where each partition ends that the process writes, its own first. */
  get ends(): readonly LogEnd[] {
    return this.#lanes.map(({ log, partition, size, head }) => ({ log, partition, size, head }));
  }

  /** Last applied position of a source partition; 0 before the first. */
  cursor(log: string, partition: number): number {
    return this.#cursors.get(sourceKey(log, partition)) ?? 0;
  }

  /** Whether nothing was taken since the last event. */
  get atEvent(): boolean {
    return this.#basis.length === 0 && this.#home.size > 0;
  }

  /** Canonical text of all that another machine needs to go on from here, the state included. */
  snapshot(): string {
    invariant(this.#home.size > 0, 'an empty log needs no snapshot');
    const derived = Object.fromEntries((this.process.stateForm.derived ?? []).map((field) => [field, null]));
    const content: MachineContent<unknown> = {
      format: snapshotFormat(this.process, this.partition),
      log: this.process.log,
      partition: this.partition,
      partitions: this.partitions,
      clearing: this.#clearing,
      highestHop: this.#highestHop,
      basis: this.#basis,
      cursors: this.#cursors,
      told: this.#told,
      lanes: this.#lanes.map((lane) => ({ ...lane, head: lane.head.toString('hex') })),
      state: { ...this.state, ...derived },
    };
    return this.#codec.encode(content);
  }

  get #codec(): StateCodec {
    return new StateCodec(this.process.stateForm.classes);
  }

  #contentOf(snapshot: string): MachineContent<State> {
    const content = this.#codec.decodeSnapshot(snapshot) as MachineContent<State>;
    const { log, partition, partitions, format } = content;
    invariant(
      log === this.process.log && partition === this.partition && partitions === this.partitions,
      `a snapshot of ${log}/${partition} of ${partitions} is none of ${this.process.log}/${this.partition} of ${this.partitions}`,
    );
    const known = snapshotFormat(this.process, this.partition);
    invariant(format === known, `a snapshot in format ${format} is not read here; this release reads ${known}`);
    return content;
  }

  #restore({ clearing, highestHop, basis, cursors, told, lanes }: MachineContent<State>): void {
    this.#clearing = clearing;
    this.#highestHop = highestHop;
    this.#basis = [...basis];
    for (const [key, position] of cursors) this.#cursors.set(key, position);
    for (const [key, step] of told) this.#told.set(key, step);
    invariant(
      lanes.length === this.#lanes.length,
      `a snapshot of ${lanes.length} partitions, ${this.#lanes.length} are written`,
    );
    for (const { log, partition, size, head, streamVersions, named } of lanes) {
      const lane = this.#laneFor({ log, partition });
      lane.size = size;
      lane.head = Buffer.from(head, 'hex');
      for (const [stream, version] of streamVersions) lane.streamVersions.set(stream, version);
      for (const [key, position] of named) lane.named.set(key, position);
    }
  }

  /** Lets the process say what a writer says when it starts. */
  open(opening: Opening): void {
    this.#cause = { kind: 'start', position: this.#home.size };
    this.#correlation = causeName(this.#cause);
    this.#actor = null;
    this.process.open?.(this.state, opening, this.#context);
  }

  /** Applies an input and everything that follows from it at once. */
  accept(input: LogEntry): CommandResult | undefined {
    this.elapse(input.time);
    this.#take(input);
    this.process.observe(this.state, input);
    this.#cause = causeOf(input);
    this.#correlation = input.correlation;
    this.#actor = input.actor;
    return this.process.decide(this.state, input, this.#context);
  }

  /**
   * The clock itself is the input: what falls due comes from outside, and has hop 0. For a process whose own clock is
   * the time of the house; a time that was reached before changes nothing.
   */
  tick(now: Instant): void {
    if (now > this.#clearing) {
      this.#clearing = now;
      this.#highestHop = OUTSIDE - 1;
    }
    this.elapse({ clearing: now, hop: OUTSIDE - 1 });
  }

  /**
   * Writes down what somebody outside said: at the time that it says, unless the clock is ahead of it, and with hop 0. It stands
   * behind nothing but what the message presupposes.
   */
  hear({ at, cause, correlation, actor, event, presupposes }: OutsideMessage): LogEntry {
    invariant(this.process.hears, `${this.process.log} decides what it writes`);
    if (at > this.#clearing) {
      this.#clearing = at;
      this.#highestHop = OUTSIDE - 1;
    }
    this.#cause = cause;
    this.#correlation = correlation;
    this.#actor = actor;
    this.#basis = [...presupposes];
    return this.#emit(event, undefined, `outside/${correlation}`);
  }

  /** Fires every timer due at or before a clearing time, as the first input of that time does. */
  elapse(now: LogicalTime): void {
    for (;;) {
      const [timer] = this.process.dueTimers(this.state, now.clearing);
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
    if (this.atEvent) this.onEvent?.();
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
    const lane = this.#laneFor(event);
    invariant(event.position === lane.size + 1, `own log has a hole before position ${event.position}`);
    // Time as it was when the event was placed; a timer may have moved it further than the inputs did.
    this.#clearing = event.time.clearing;
    this.#highestHop = event.time.hop - 1;
    this.#place(lane, event, event.chain);
    this.#name(lane, event.basis);
    this.#moved.clear();
  }

  #take(input: LogEntry): void {
    if (this.onEvent !== undefined && this.atEvent) this.onEvent();
    const key = sourceKey(input.log, input.partition);
    const cursor = this.#cursors.get(key) ?? 0;
    if (input.position !== cursor + 1) {
      throw new InvariantViolation(`${key} has a hole: at ${cursor}, got ${input.position}`);
    }
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

  /**
   * A timer fires before the input that brings its time; its events carry that input's clearing time and a hop behind it. An earlier
   * hop would put them before what others have taken already: who reads the logs later would take them in another order.
   */
  #fire(id: string, due: Instant, now: LogicalTime): void {
    this.#advance(now);
    this.#cause = { kind: 'timer', id, due };
    this.#correlation = id;
    this.#actor = null;
    const before = this.#output.length;
    this.process.fire(this.state, { id, due }, this.#context);
    invariant(this.#output.length > before, `timer ${id} fired without an event`);
  }

  /** @param said what its id follows from, when that is not its cause */
  #emit(event: NewEvent, cause: Cause | undefined, said?: string): LogEntry {
    const because = cause ?? this.#cause;
    if (because === undefined) throw new InvariantViolation(`${event.type} is emitted without a cause`);
    const lane = event.to === undefined ? this.#home : this.#laneFor(event.to);
    const { log, partition } = lane;
    const name = causeName(because);
    const ordinals = `${log}/${partition}/${said ?? name}`;
    const ordinal = this.#ordinals.get(ordinals) ?? 0;
    this.#ordinals.set(ordinals, ordinal + 1);
    if (this.#ordinals.size > CAUSES_REMEMBERED) this.#ordinals.delete(this.#oldestOrdinals.next());
    const basis = this.#basisOf(lane);
    const sealed = seal(
      {
        log,
        partition,
        position: lane.size + 1,
        id: uuidV5(`${ordinals}/${ordinal}`),
        stream: event.stream,
        version: (lane.streamVersions.get(event.stream) ?? 0) + 1,
        type: event.type,
        schemaVersion: event.schemaVersion,
        time: this.time,
        cause: because,
        basis,
        correlation: event.correlation ?? (cause === undefined ? this.#correlation : name),
        actor: this.#actor,
        payload: event.payload,
      },
      lane.head,
    );
    this.#name(lane, basis);
    this.#output.push(sealed);
    this.#place(lane, sealed, sealed.chain);
    return sealed;
  }

  #laneFor({ log, partition }: LogPartition): Lane {
    const lane = this.#laneOf.get(sourceKey(log, partition));
    invariant(lane !== undefined, `${this.process.log}/${this.partition} does not write ${log}/${partition}`);
    return lane;
  }

  /**
   * What was taken since the previous event, whichever lane that stands in; before it, what this lane has not named of
   * what was taken earlier, each source once. So the reader of one lane knows how far its writer had read.
   */
  #basisOf(lane: Lane): readonly BasisStep[] {
    if (this.#lanes.length === 1) return this.#basis;
    if (this.process.hears === true) return [...this.#basis, ...this.#saidBefore(lane)];
    const earlier = [...this.#told]
      .filter(([key, [, , position]]) => (lane.named.get(key) ?? 0) < position)
      .map(([, step]) => step);
    return [...earlier, ...this.#basis, ...this.#saidBefore(lane)];
  }

  /** How far the lanes are written that are read beside this one, if it has not named that. */
  #saidBefore({ log, partition, named }: Lane): readonly BasisStep[] {
    return (this.process.readTogether?.get(log) ?? []).flatMap((other): readonly BasisStep[] => {
      const key = sourceKey(other, partition);
      const size = this.#laneOf.get(key)?.size ?? 0;
      return size > (named.get(key) ?? 0) ? [[other, partition, size]] : [];
    });
  }

  /** Whether the process writes that partition itself: a basis that names it says in which order, not what was taken. */
  writes(log: string, partition: number): boolean {
    return this.#laneOf.has(sourceKey(log, partition));
  }

  /** An event of the lane names a basis: the next one begins behind it. */
  #name(lane: Lane, basis: readonly BasisStep[]): void {
    if (this.#lanes.length > 1) {
      for (const [log, partition, position] of basis) lane.named.set(sourceKey(log, partition), position);
      for (const step of this.process.hears === true ? [] : this.#basis) {
        const key = sourceKey(step[0], step[1]);
        this.#told.delete(key);
        this.#told.set(key, step);
      }
    }
    this.#basis = [];
  }

  #place(lane: Lane, event: LogEntry, chain: Buffer): void {
    lane.size = event.position;
    lane.head = chain;
    if (this.process.lastOfStreams?.has(event.type) === true) lane.streamVersions.delete(event.stream);
    else lane.streamVersions.set(event.stream, event.version);
    this.process.evolve(this.state, event);
    if (lane === this.#home) this.outcomes?.note(event);
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
