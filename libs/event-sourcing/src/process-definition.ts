import { invariant, InvariantViolation } from '@ballast/kernel';
import type { Cause, CommandResult, LogEntry, LogPartition } from './event.js';
import type { DecisionContext, Opening, PartitionProcess, Timer } from './partition-process.js';
import type { PastForm } from './past.js';
import type { StateForm } from './state-codec.js';

/** The entries of a log, told apart by their type: what a fold switches over. */
export type EntryOf<Events> = { [T in keyof Events & string]: LogEntry<T, Events[T]> }[keyof Events & string];

/** What is the same of every event of a type: the stream that its payload names, and the version it is written at. */
export type EventDefinitions<Events> = {
  readonly [T in keyof Events & string]: {
    readonly stream: (payload: Events[T]) => string;
    readonly schemaVersion: number;
  };
};

/** What a process does with a fact of another log. */
export interface FactHandler<State, Type extends string, Payload> {
  /** Takes note of it; must not depend on batching. */
  readonly observe?: (state: State, input: LogEntry<Type, Payload>) => void;
  /** What follows at once; the fact is observed already. */
  readonly decide?: (state: State, input: LogEntry<Type, Payload>, context: DecisionContext) => void;
}

/** Every type of a source log, so that a new fact does not compile before somebody has looked at it here. */
export type FactTable<State, Events> = {
  readonly [T in keyof Events & string]: FactHandler<State, T, Events[T]> | 'ignored';
};

/** How a process reads the facts of one log, in the partitions that it reads. */
export interface FactReading<State> {
  readonly log: string;
  readonly of: ReadOf;
  readonly each: ((state: State, input: LogEntry) => void) | undefined;
  handlerOf(type: string): FactHandler<State, string, unknown> | 'ignored' | undefined;
}

/** Numbered partitions and the global one of a log hold different facts. */
export type ReadOf = 'numbered' | 'global';

/**
 * Declares what a process does with each fact of a log: `on<State, Events>('pricing', 'global', { Type: handler | 'ignored' })`.
 * @param each what it notes of every fact of the log, before the handler of the type
 */
export function on<State, Events>(
  log: string,
  of: ReadOf,
  table: FactTable<State, Events>,
  each?: (state: State, input: EntryOf<Events>) => void,
): FactReading<State> {
  const handlers = new Map<string, FactHandler<State, string, unknown> | 'ignored'>(
    Object.entries(table) as [string, FactHandler<State, string, unknown> | 'ignored'][],
  );
  return {
    log,
    of,
    each: each as ((state: State, input: LogEntry) => void) | undefined,
    handlerOf: (type) => handlers.get(type),
  };
}

/** Decides a command and answers it; a refusal leaves no event. */
export type CommandHandler<State> = (state: State, input: LogEntry, context: DecisionContext) => CommandResult;

/** What a process does with its own events: how the state follows from each. */
export type OwnTable<State, Own> = {
  readonly [T in keyof Own & string]: ((state: State, event: LogEntry<T, Own[T]>) => void) | 'ignored';
};

export interface ProcessDefinition<State, Own> {
  /** Name of the log the process writes. */
  readonly log: string;
  /** Partitions of other logs that it writes too, and nobody else. */
  readonly alsoWrites?: (partitions: number) => readonly LogPartition[];
  /** By log that it writes: others that are read beside it, and that its entries name. */
  readonly readTogether?: ReadonlyMap<string, readonly string[]>;
  /** Takes no inputs: writes down what somebody outside says. */
  readonly hears?: boolean;
  /** Own events behind which their stream never goes on. */
  readonly lastOfStreams?: readonly (keyof Own & string)[];
  initialState(partition: number, partitions: number): State;
  /** How its state is written into snapshots. */
  readonly stateForm: StateForm<keyof State & string>;
  /** How it remembers ids that are done with. */
  readonly past?: PastForm;
  /** What the writer says first: the rules of a new log, the release that decides from now on. */
  readonly open?: (state: State, opening: Opening, context: DecisionContext) => void;
  readonly reads: readonly FactReading<State>[];
  /** By type; a command of another type is refused. */
  readonly commands?: Readonly<Record<string, CommandHandler<State>>>;
  readonly own: OwnTable<State, Own>;
  readonly settle?: (state: State, context: DecisionContext) => void;
  readonly dueTimers?: (state: State, now: number) => readonly Timer[];
  readonly fire?: (state: State, timer: Timer, context: DecisionContext) => void;
}

/** Version of every fact and event so far. */
const NEWEST_VERSION = 1;

const refusedCommand = (log: string, type: string): CommandResult => ({
  outcome: 'rejected',
  code: 'command-unknown',
  detail: `${log} has no command ${type}`,
});

/** How a process reads logs, by name. */
function readingsOf<State, Own>(
  { log, reads }: ProcessDefinition<State, Own>,
  of: ReadOf,
): ReadonlyMap<string, FactReading<State>> {
  const readings = reads.filter((reading) => reading.of === of);
  const byLog = new Map(readings.map((reading) => [reading.log, reading]));
  invariant(byLog.size === readings.length, `${log} reads a log in two tables`);
  return byLog;
}

/**
 * Makes a process out of its tables. Unknown facts, unknown own events and newer versions throw: a deciding fold never skips.
 * Whoever may write a command must not be able to stop a partition, so an unknown command is only refused.
 */
export function defineProcess<State, Own>(definition: ProcessDefinition<State, Own>): PartitionProcess<State> {
  const { log, alsoWrites, commands = {}, settle, dueTimers, fire, open } = definition;
  const commandLog = `${log}.commands`;
  const readings = { numbered: readingsOf(definition, 'numbered'), global: readingsOf(definition, 'global') };
  const own = new Map<string, ((state: State, event: LogEntry) => void) | 'ignored'>(
    Object.entries(definition.own) as [string, ((state: State, event: LogEntry) => void) | 'ignored'][],
  );
  const readingOf = (input: LogEntry): FactReading<State> => {
    const reading = readings[input.partition < 0 ? 'global' : 'numbered'].get(input.log);
    if (reading === undefined) throw new InvariantViolation(`${log} does not read ${input.log}/${input.partition}`);
    return reading;
  };
  const handlerOf = (
    reading: FactReading<State>,
    { type }: LogEntry,
  ): FactHandler<State, string, unknown> | 'ignored' => {
    const handler = reading.handlerOf(type);
    if (handler === undefined) throw new InvariantViolation(`${log} does not know ${type} of ${reading.log}`);
    return handler;
  };
  const requireKnownVersion = ({ log: source, type, schemaVersion }: LogEntry): void => {
    if (schemaVersion === NEWEST_VERSION) return;
    throw new InvariantViolation(
      `${type} of ${source} has version ${schemaVersion}, newest known is ${NEWEST_VERSION}`,
    );
  };
  return {
    log,
    hears: definition.hears ?? false,
    readTogether: definition.readTogether ?? new Map(),
    alsoWrites: (partitions) => alsoWrites?.(partitions) ?? [],
    initialState: (partition, partitions) => definition.initialState(partition, partitions),
    stateForm: definition.stateForm,
    past: definition.past,
    lastOfStreams: new Set(definition.lastOfStreams),
    open: (state, opening, context) => open?.(state, opening, context),
    observe(state, input) {
      if (input.log === commandLog) return;
      const reading = readingOf(input);
      const handler = handlerOf(reading, input);
      requireKnownVersion(input);
      reading.each?.(state, input);
      if (handler !== 'ignored') handler.observe?.(state, input);
    },
    decide(state, input, context) {
      if (input.log === commandLog) {
        const handler = Object.hasOwn(commands, input.type) ? commands[input.type] : undefined;
        return handler === undefined ? refusedCommand(log, input.type) : handler(state, input, context);
      }
      const handler = handlerOf(readingOf(input), input);
      if (handler !== 'ignored') handler.decide?.(state, input, context);
      return undefined;
    },
    settle: (state, context) => settle?.(state, context),
    evolve(state, event) {
      const change = own.get(event.type);
      if (change === undefined) throw new InvariantViolation(`${log} never wrote ${event.type}`);
      requireKnownVersion(event);
      if (change !== 'ignored') change(state, event);
    },
    dueTimers: (state, now) => dueTimers?.(state, now) ?? [],
    fire(state, timer, context) {
      if (fire === undefined) throw new InvariantViolation(`${log} has no timer ${timer.id}`);
      fire(state, timer, context);
    },
  };
}

/** Appends an event of a log: its stream and version follow from its type and payload. */
export type EmitFact<Events> = <T extends keyof Events & string>(
  context: Pick<DecisionContext, 'emit'>,
  type: T,
  payload: Events[T],
  cause?: Cause,
) => LogEntry;

/** The one way in which a process writes the events of its log. */
export const emitterOf =
  <Events>(definitions: EventDefinitions<Events>): EmitFact<Events> =>
  (context, type, payload, cause) => {
    const { stream, schemaVersion } = definitions[type];
    return context.emit({ stream: stream(payload), type, schemaVersion, payload }, cause);
  };
