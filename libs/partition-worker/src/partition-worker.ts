import {
  PartitionMachine,
  type CommandResult,
  type LogEnd,
  type LogEntry,
  type LogPartition,
  type Opening,
  type OutsideMessage,
  type PartitionProcess,
  type SealedEvent,
  type BasisStep,
} from '@ballast/event-sourcing';
import {
  commandEntry,
  type AppendItem,
  type AppendOutcome,
  type CommandRecord,
  type CursorMove,
  type EntryReader,
  type EventLog,
  type PartitionHead,
  type PlacedItem,
} from '@ballast/event-log';
import { canonicalText, invariant, InvariantViolation, sha256, type Instant } from '@ballast/kernel';
import { Cursors } from './cursors.js';
import { Inputs, type WaitingInput } from './inputs.js';
import { IdempotencyConflict, type Command } from './command.js';
import { OutcomeKeeper } from './outcomes.js';
import { entriesOfTail, rebuild } from './rebuild.js';
import { machinesToStartFrom, SnapshotWriter, type SnapshotOptions } from './snapshots.js';
import { sourceKey, type SourceRef } from './source.js';

/** Takes items of many partitions and commits them in groups. */
export interface Committer {
  submit(item: AppendItem): Promise<AppendOutcome>;
}

/** Takes what one decision says in partitions of several logs: all of it is stored, or nothing. */
export interface JointCommitter {
  submitTogether(items: readonly PlacedItem[]): Promise<AppendOutcome>;
}

/** For a process that writes partitions of several logs. */
export interface FurtherLogs {
  log(name: string): EventLog;
  readonly committer: JointCommitter;
}

export interface PartitionWorkerOptions<State> {
  readonly process: PartitionProcess<State>;
  readonly partition: number;
  readonly partitions: number;
  readonly log: EventLog;
  /** Takes the items of a process that writes one partition, or those of one that also writes others. */
  readonly committer: Committer | FurtherLogs;
  readonly sources: readonly SourceRef[];
  readonly reader: EntryReader;
  /** Name of the worker process; stored beside its events. */
  readonly worker: string;
  /** Sends what was appended on; called in position order, after the commit. */
  readonly publish: (events: readonly SealedEvent[]) => Promise<void>;
  /** Where the partition is written down, to start from; without it every start begins at the beginning. */
  readonly snapshots?: SnapshotOptions | undefined;
  /** Told of each own event that is taken again at the start. */
  readonly onRebuilt?: (() => void) | undefined;
  /** Told how many events were looked through while the index of ids is brought to the end of the log, page by page. */
  readonly onIndexed?: ((events: number) => void) | undefined;
  /** Told when a command begins to wait, so that somebody runs it. */
  readonly onCommand?: () => void;
}

/** A log partition that a worker writes, and where it ends. */
export interface WrittenPartition extends LogPartition {
  readonly epoch: number;
  readonly size: number;
}

/** Somebody else became the writer of the partition: this worker must be dropped. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** At most this many inputs in one live item, and what else their last decision said, so that a backlog does not become one giant transaction. */
const LIVE_ITEM_INPUTS = 500;
const CATCH_UP_PAGE = 1_000;

interface WaitingCommand {
  readonly command: Command;
  readonly bodyText: string;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: unknown) => void;
}

interface Answered {
  readonly record: CommandRecord;
  readonly result: CommandResult;
}

/**
 * The one writer of one partition: takes what arrives, lets the machine decide, appends events, cursors and answers
 * in one transaction, and then publishes. Two ways to run it: hop by hop behind a gate (lockstep), or freely (live).
 */
export class PartitionWorker<State = unknown> {
  readonly #options: PartitionWorkerOptions<State>;
  readonly #machine: PartitionMachine<State>;
  #snapshots: SnapshotWriter<State> | undefined;
  #outcomes: OutcomeKeeper | undefined;
  /** By log and partition, of all that is written here. */
  readonly #epochs = new Map<string, number>();
  #commandNumber = 0;
  #broken: Error | undefined;
  /** An item failed: the machine has said what is not stored. */
  #isAhead = false;
  /** The append of the item in hand: the state says already what is in it. */
  #storing: Promise<unknown> | undefined;
  readonly #inputs: Inputs;
  readonly #cursors: Cursors;
  readonly #commands: WaitingCommand[] = [];
  readonly #inFlight = new Map<
    string,
    { readonly type: string; readonly bodyText: string; readonly answer: Promise<CommandResult> }
  >();

  private constructor(options: PartitionWorkerOptions<State>, machine: PartitionMachine<State>) {
    this.#options = options;
    this.#machine = machine;
    this.#inputs = new Inputs(options.sources, machine);
    this.#cursors = new Cursors(machine, this.#inputs);
  }

  /**
   * Becomes the writer: raises the epoch, rebuilds the state from the newest snapshot that fits and the logs behind it, and checks
   * that it ends at the chain head.
   */
  static async open<State>(options: PartitionWorkerOptions<State>): Promise<PartitionWorker<State>> {
    const { process, partition, partitions, log, snapshots } = options;
    const logs = ownLogs(options);
    const heads = new Map<string, PartitionHead>();
    const fresh = new PartitionMachine(process, partition, partitions);
    for (const end of fresh.ends) {
      heads.set(sourceKey(end.log, end.partition), await logs(end.log).take(end.partition, options.worker));
    }
    const head = heads.get(sourceKey(log.name, partition)) as PartitionHead;
    if (snapshots === undefined) return PartitionWorker.#from(options, heads, fresh);
    for await (const { machine, isLast } of machinesToStartFrom({ ...options, ...snapshots, logs, head })) {
      try {
        return await PartitionWorker.#from(options, heads, machine);
      } catch (error) {
        if (isLast || !(error instanceof InvariantViolation)) throw error;
        snapshots.notice(
          `${sourceKey(log.name, partition)}: a snapshot does not go on as its log does: ${error.message}`,
        );
      }
    }
    throw new InvariantViolation('nothing to start from');
  }

  static async #from<State>(
    options: PartitionWorkerOptions<State>,
    heads: ReadonlyMap<string, PartitionHead>,
    machine: PartitionMachine<State>,
  ): Promise<PartitionWorker<State>> {
    const { partition, log, reader, snapshots } = options;
    const atRest = machine.size > 0 && !machine.atEvent;
    const size = heads.get(sourceKey(log.name, partition))?.size ?? 0;
    const outcomes = await OutcomeKeeper.open(machine, log, size, options.onIndexed);
    let taken = await rebuild(machine, ownLogs(options), reader, () => {
      outcomes?.forget();
      options.onRebuilt?.();
    });
    for (const end of machine.ends) {
      const head = heads.get(sourceKey(end.log, end.partition)) as PartitionHead;
      invariant(
        end.size === head.size && end.head.equals(head.head),
        `${end.log}/${end.partition} was appended to by somebody else while it was rebuilt`,
      );
    }
    // Answers that left no event (refusals) are taken into the state again, behind the inputs they were given on.
    for await (const entry of entriesOfTail(machine, log, reader, options.sources)) {
      machine.recall(entry);
      taken += 1;
    }
    const worker = new PartitionWorker(options, machine);
    worker.#outcomes = outcomes;
    if (snapshots !== undefined) {
      worker.#snapshots = new SnapshotWriter(machine, snapshots, { taken, atRest }, () => worker.#whenResting());
    }
    for (const [key, { epoch }] of heads) worker.#epochs.set(key, epoch);
    worker.#commandNumber = heads.get(sourceKey(log.name, partition))?.commands ?? 0;
    for (const cursor of await log.cursors(partition)) worker.#cursors.opened(cursor);
    return worker;
  }

  /** Says what a writer says when it starts: the rules of a new log, and the release that decides from now on. */
  async start(opening: Opening): Promise<void> {
    await this.#item(() => {
      this.#machine.open(opening);
      return [];
    });
  }

  get log(): string {
    return this.#options.process.log;
  }

  get partition(): number {
    return this.#options.partition;
  }

  get epoch(): number {
    return this.#epochOf(this.log, this.partition);
  }

  get size(): number {
    return this.#machine.size;
  }

  /** Every log partition that is written here, that of the process first. */
  get written(): readonly WrittenPartition[] {
    return this.#machine.ends.map(({ log, partition, size }) => ({
      log,
      partition,
      size,
      epoch: this.#epochOf(log, partition),
    }));
  }

  #epochOf(log: string, partition: number): number {
    return this.#epochs.get(sourceKey(log, partition)) as number;
  }

  /** Read-only view for queries; never change what it shows. */
  get state(): State {
    return this.#machine.state;
  }

  /** Decides, places and seals; for those who need to know where the partition stands in time. */
  get machine(): PartitionMachine<State> {
    return this.#machine;
  }

  get sources(): readonly SourceRef[] {
    return this.#inputs.sources;
  }

  /** Last position that arrived from a source; what must be asked for next is one more. */
  arrived(log: string, partition: number): number {
    return this.#inputs.arrived(log, partition);
  }

  /** Where to look for the next message of a source, as a former worker left it; a hint. */
  storedOffset(log: string, partition: number): string | undefined {
    return this.#cursors.storedOffset(log, partition);
  }

  /** What arrived of a source so far ends before this offset of the bus. */
  noteOffset(log: string, partition: number, offset: string): void {
    if (log.endsWith('.commands')) this.#cursors.noteCommandOffset(offset);
    else this.#inputs.noteOffset(log, partition, offset);
  }

  /** How far each source is applied. */
  get applied(): readonly BasisStep[] {
    return this.sources.map(({ log, partition }) => [log, partition, this.#machine.cursor(log, partition)]);
  }

  /** Inputs that arrived and are not applied. */
  get backlog(): number {
    return this.#commands.length + this.#inputs.length;
  }

  /** The first input of each source that has to wait for others: what stands behind it waits too. */
  get waiting(): readonly WaitingInput[] {
    return this.#inputs.waiting;
  }

  /**
   * Takes arrived entries of one source partition. Duplicates are dropped by position.
   * @returns the position from which a hole must be fetched again, if there is one
   */
  offer(entries: readonly LogEntry[]): number | undefined {
    return this.#inputs.offer(entries);
  }

  /** Fetches from the source logs everything that is there and has not arrived. */
  async catchUp(): Promise<void> {
    for (const { log, partition } of this.#inputs.sources) {
      for (;;) {
        const after = this.arrived(log, partition);
        const entries = await this.#options.reader.read(log, partition, after, CATCH_UP_PAGE);
        if (entries.length === 0) break;
        this.offer(entries);
      }
    }
  }

  /**
   * Submits a command. Resolves when the answer is durable; the same id and body again gets the same answer.
   * @throws IdempotencyConflict when the id was used with another body
   */
  async execute(command: Command): Promise<CommandResult> {
    const bodyText = canonicalText(command.body);
    const running = this.#inFlight.get(command.id);
    if (running !== undefined) {
      if (running.type !== command.type || running.bodyText !== bodyText) throw new IdempotencyConflict(command.id);
      return running.answer;
    }
    const answer = this.#answer(command, bodyText);
    this.#inFlight.set(command.id, { type: command.type, bodyText, answer });
    try {
      return await answer;
    } finally {
      this.#inFlight.delete(command.id);
    }
  }

  async #answer(command: Command, bodyText: string): Promise<CommandResult> {
    const stored = await this.#options.log.commandById(this.partition, command.id);
    if (stored !== undefined) {
      if (stored.type !== command.type || stored.bodyText !== bodyText) throw new IdempotencyConflict(command.id);
      return JSON.parse(stored.resultText ?? 'null') as CommandResult;
    }
    if (this.#broken !== undefined) throw this.#broken;
    return new Promise((resolve, reject) => {
      this.#commands.push({ command, bodyText, resolve, reject });
      this.#options.onCommand?.();
    });
  }

  /** Gives the partition up: whoever waits for an answer is told so, and nothing is decided here any more. */
  abandon(reason: Error): void {
    this.#broken ??= reason;
    this.#outcomes?.abandon();
    for (const { reject } of this.#commands.splice(0)) reject(this.#broken);
  }

  /** Comes to rest, after its last item: the next start has nothing to take again. What failed is left as it is stored. */
  async rest(): Promise<void> {
    if (!this.#isAhead) await this.#snapshots?.rest();
  }

  get waitingCommands(): number {
    return this.#commands.length;
  }

  /**
   * Lockstep: applies everything of this step up to this hop in the one order that is the same everywhere, draws the
   * hop's conclusions and appends them as one item.
   * @returns number of events appended
   */
  async runHop(clearing: Instant, hop: number): Promise<number> {
    const inputs = this.#inputs.takeUpTo(clearing, hop);
    if (inputs.length === 0) return 0;
    await this.#lookUp(inputs);
    return this.#item(() => {
      for (const input of inputs) this.#accept(input);
      return [];
    });
  }

  /**
   * The clock of a process that is the clock of the house: what falls due at this time, as an item of its own.
   * @returns number of events appended
   */
  async tick(at: Instant): Promise<number> {
    return this.#item(() => {
      this.#machine.tick(at);
      return [];
    });
  }

  /**
   * For a process that hears: writes down what is said, as one item. What was said is stored when it resolves.
   * @param say judges by the state as it is after each message, and hands what is to be written down to `hear`
   */
  async hear<Answer>(say: (state: State, hear: (message: OutsideMessage) => LogEntry) => Answer): Promise<Answer> {
    let answer: { readonly given: Answer } | undefined;
    await this.#item(() => {
      answer = { given: say(this.#machine.state, (message) => this.#machine.hear(message)) };
      return [];
    });
    return (answer as unknown as { readonly given: Answer }).given;
  }

  /**
   * Resolves when all that the state says now is stored.
   * @throws what the append failed with: the state is ahead of the log for good
   */
  async whenStored(): Promise<void> {
    // Whoever appends hears of it first, so by then it is known whether the item was taken.
    await this.#storing;
    if (this.#isAhead) throw this.#broken as Error;
  }

  /** Lockstep: the commands that wait, as an item of their own at the given clearing time. */
  async runCommands(clearing: Instant): Promise<number> {
    if (this.#commands.length === 0) return 0;
    return this.#answerWaiting(this.#commands.length, clearing, [], () => undefined);
  }

  /**
   * Live: one item of what can be applied now; an entry waits until the logs its basis names are applied that far.
   * @returns number of inputs applied
   */
  async runLive(): Promise<number> {
    let applied = 0;
    let last: LogEntry | undefined;
    // What one decision said is not cut where it has arrived: conclusions would be drawn of half a book that was imported.
    const mayTake = (entry: LogEntry): boolean =>
      (applied < LIVE_ITEM_INPUTS || (last !== undefined && isOfOneDecision(last, entry))) &&
      this.#outcomes?.knows(entry) !== false;
    const takeReady = (): void =>
      this.#inputs.takeReady(mayTake, (entry) => {
        this.#accept(entry);
        applied += 1;
        last = entry;
      });
    const commands = this.#commands.length;
    const inputs = this.#inputs.next(LIVE_ITEM_INPUTS);
    if (commands > 0) await this.#answerWaiting(commands, this.#machine.clearing, inputs, takeReady);
    else {
      await this.#lookUp(inputs);
      await this.#item(() => {
        takeReady();
        return [];
      });
    }
    return applied + commands;
  }

  /** Whoever decides must know what became of the ids that are named; what arrives meanwhile waits for the next item. */
  async #lookUp(inputs: readonly Pick<LogEntry, 'log' | 'type' | 'payload'>[]): Promise<void> {
    if (this.#broken !== undefined || this.#outcomes === undefined) return;
    try {
      await this.#outcomes.ask(inputs);
    } catch (error) {
      this.abandon(error as Error);
      throw error;
    }
  }

  /**
   * @param count of commands, the oldest
   * @param inputs that may be taken before them
   */
  async #answerWaiting(
    count: number,
    clearing: Instant,
    inputs: readonly LogEntry[],
    before: () => void,
  ): Promise<number> {
    const asking = this.#commands
      .slice(0, count)
      .map(({ command: { type, body } }) => ({ log: `${this.log}.commands`, type, payload: body }));
    await this.#lookUp([...inputs, ...asking]);
    const waiting = this.#commands.splice(0, count);
    try {
      const answered: Answered[] = [];
      const appended = await this.#item(() => {
        before();
        for (const each of waiting)
          answered.push(this.#decideCommand(each, Math.max(clearing, this.#machine.clearing)));
        return answered.map(({ record }) => record);
      });
      waiting.forEach(({ resolve }, index) => resolve((answered[index] as Answered).result));
      return appended;
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      throw error;
    }
  }

  #accept(input: LogEntry): void {
    this.#snapshots?.count(1, (input as Partial<SealedEvent>).text?.length ?? 0);
    this.#machine.accept(input);
  }

  #decideCommand({ command, bodyText }: WaitingCommand, clearing: Instant): Answered {
    this.#commandNumber += 1;
    const record: CommandRecord = {
      partition: this.partition,
      number: this.#commandNumber,
      commandId: command.id,
      type: command.type,
      bodyText,
      bodyHash: sha256(bodyText),
      clearing,
      actor: command.actor,
      resultText: null,
    };
    const result = this.#machine.accept(commandEntry(this.log, record));
    invariant(result !== undefined, `${command.type} was not answered`);
    return { record: { ...record, resultText: canonicalText(result) }, result };
  }

  async #item(apply: () => readonly CommandRecord[]): Promise<number> {
    if (this.#broken !== undefined) throw this.#broken;
    const machine = this.#machine;
    const before = machine.ends;
    try {
      const commands = apply();
      machine.settle();
      const { events, cursors } = machine.drain();
      this.#cursors.hold(cursors);
      // Without consequences the cursors wait for the next append: after a crash the inputs are simply taken again.
      if (events.length === 0 && commands.length === 0 && !this.#cursors.mayMoveAtRest) {
        this.#snapshots?.stored();
        return 0;
      }
      const items = this.#items(before, events, commands);
      const storing = this.#commit(items);
      this.#storing = storing;
      const outcome = await storing;
      if (outcome.status === 'fenced')
        throw new Fenced(`${this.log}/${this.partition} was taken by epoch ${outcome.epoch}`);
      if (outcome.status === 'conflict')
        throw new Error(`${this.log}/${this.partition}: ${outcome.reason}: ${outcome.detail}`);
      this.#storing = undefined;
      this.#cursors.stored(items[0]?.cursors ?? [], events.length + commands.length > 0);
      this.#count(events);
      this.#outcomes?.stored(events);
      if (events.length > 0) await this.#options.publish(items.flatMap((item) => item.events));
      return events.length;
    } catch (error) {
      // The machine is ahead of the log now: nothing may be decided on its state any more.
      this.#isAhead = true;
      this.abandon(error as Error);
      throw error;
    }
  }

  #count(events: readonly SealedEvent[]): void {
    const snapshots = this.#snapshots;
    if (snapshots === undefined) return;
    let bytes = 0;
    for (const { text } of events) bytes += text.length;
    snapshots.count(events.length, bytes);
    snapshots.stored();
  }

  /** What is appended in each partition; cursors and answers go with that of the process. */
  #items(
    before: readonly LogEnd[],
    events: readonly SealedEvent[],
    commands: readonly CommandRecord[],
  ): readonly PlacedItem[] {
    const byPartition = new Map<string, SealedEvent[]>();
    if (before.length > 1) for (const event of events) addTo(byPartition, sourceKey(event.log, event.partition), event);
    return before.flatMap(({ log, partition, size, head }, index): PlacedItem[] => {
      const own = before.length === 1 ? events : (byPartition.get(sourceKey(log, partition)) ?? []);
      const isHome = index === 0;
      if (!isHome && own.length === 0) return [];
      return [
        {
          log,
          partition,
          epoch: this.#epochOf(log, partition),
          expectedSize: size,
          expectedHead: head,
          events: own,
          cursors: isHome ? this.#cursorsToStore(events.length + commands.length > 0) : [],
          commands: isHome ? commands : [],
          worker: this.#options.worker,
        },
      ];
    });
  }

  #cursorsToStore(hasConsequences: boolean): readonly CursorMove[] {
    return this.#cursors.toStore(hasConsequences, [`${this.log}.commands`, this.partition, this.#commandNumber]);
  }

  /** Cursors as they are now, to be moved when a snapshot that holds them is stored and nothing followed from them meanwhile. */
  #whenResting(): () => void {
    const { size } = this.#machine;
    const commands = this.#commandNumber;
    return this.#cursors.whenResting(() => this.#machine.size === size && this.#commandNumber === commands);
  }

  #commit(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    const { committer } = this.#options;
    if ('submit' in committer) return committer.submit(items[0] as PlacedItem);
    return committer.committer.submitTogether(items);
  }
}

/** Whether the second was said right behind the first, on the same entry of some log. */
function isOfOneDecision(first: LogEntry, second: LogEntry): boolean {
  const { log, partition, position, time } = second;
  return (
    first.log === log &&
    first.partition === partition &&
    first.position + 1 === position &&
    first.time.clearing === time.clearing &&
    first.time.hop === time.hop &&
    first.cause.kind === 'event' &&
    canonicalText(first.cause) === canonicalText(second.cause)
  );
}

function ownLogs<State>({ process, log, committer }: PartitionWorkerOptions<State>): (name: string) => EventLog {
  return (name) => {
    if (name === log.name) return log;
    invariant('log' in committer, `${process.log} also writes ${name}, and nobody said where that is`);
    return committer.log(name);
  };
}

function addTo(groups: Map<string, SealedEvent[]>, key: string, event: SealedEvent): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [event]);
  else group.push(event);
}
