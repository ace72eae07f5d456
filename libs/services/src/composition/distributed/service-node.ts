import { GroupCommitter, type EventLog, type EntryReader } from '@ballast/event-log';
import type { AnswerResult, CommandAnswer } from '@ballast/contracts';
import { GLOBAL, type Opening } from '@ballast/event-sourcing';
import { InvariantViolation, invariant } from '@ballast/kernel';
import type {
  Batch,
  BatchReceiver,
  Bus,
  CommandBatch,
  GateOpening,
  Halt,
  PartitionReport,
  SourceCursor,
} from '@ballast/messaging';
import {
  IdempotencyConflict,
  PartitionWorker,
  readerOf,
  sourcesOf,
  type Committer,
  type ServiceDefinition,
  type SnapshotOptions,
  type SourceRef,
} from '@ballast/partition-worker';
import { Arrivals, allArrived } from './arrivals.js';
import { indexingLines } from './indexing-lines.js';
import { Relay } from './relay.js';
import { WaitingInputs } from './waiting-inputs.js';

export interface ServiceNodeOptions {
  readonly service: ServiceDefinition;
  readonly log: EventLog;
  readonly reader: EntryReader;
  readonly partitions: number;
  readonly worker: string;
  /** What a writer says when it starts. */
  readonly opening: Opening;
  readonly mode: 'live' | 'lockstep';
  readonly snapshots?: SnapshotOptions | undefined;
  /** What appends; default: group commit. */
  readonly committer?: Committer;
  readonly bus: () => Bus;
  /** What is in memory of the partition is no longer good: it is to be given up and, if it is ours, taken again. */
  readonly onFenced: (partition: number) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
  /** Told how far something that takes long has come, in a sentence. */
  readonly onProgress: (line: string) => void;
  /** Sends stored answers on their way; resolves when they are. */
  readonly answer: (answers: readonly CommandAnswer[]) => Promise<void>;
  /** Told after a partition was taken or given up. */
  readonly onHeld: () => void;
}

interface Held {
  readonly worker: PartitionWorker;
  readonly relay: Relay;
  /** Commands already handed to the worker; answered live, or at the next opening in lockstep. */
  running: Promise<void>;
  /** A command could not be answered: whoever comes next has to read it again. */
  owesAnswers: boolean;
}

/** Where the bus goes on for a worker, as its log tells it. */
const cursorOf = (
  worker: PartitionWorker,
  { log, partition }: Pick<SourceRef, 'log' | 'partition'>,
  after: number,
): SourceCursor => {
  const offset = worker.storedOffset(log, partition);
  return { log, partition, after, ...(offset === undefined ? {} : { offset }) };
};

const REUSED: AnswerResult = { outcome: 'reused' };

const ARRIVAL_PATIENCE_MS = 1_500;
const SAVE_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 1_000;

/** A process's share of one service: the partitions it owns, each with its worker and its relay. */
export class ServiceNode implements BatchReceiver {
  readonly #held = new Map<number, Held>();
  readonly #arrivals = new Arrivals();
  readonly #committer: Committer;
  readonly #saving: NodeJS.Timeout;
  readonly #waits: WaitingInputs;
  readonly #looking: NodeJS.Timeout;
  /** Sources that are no longer read, by partition: people have to see to them. */
  readonly #stopped = new Map<number, string>();

  constructor(private readonly options: ServiceNodeOptions) {
    this.#committer = options.committer ?? new GroupCommitter(options.log);
    this.#saving = setInterval(() => void this.#saveRelays(), SAVE_EVERY_MS);
    this.#waits = new WaitingInputs(options.reader);
    let looks = false;
    this.#looking = setInterval(() => {
      // In lockstep everything of a step is taken in its order, and waits for nothing.
      if (looks || options.mode === 'lockstep') return;
      looks = true;
      void this.#lookAtWaits().finally(() => (looks = false));
    }, LOOK_EVERY_MS);
  }

  get workers(): readonly PartitionWorker[] {
    return [...this.#held.values()].map(({ worker }) => worker);
  }

  /** Why partitions that are worked on here do not go on, in sentences; empty when all do. */
  get troubles(): readonly string[] {
    return [...this.#stopped.values(), ...this.#waits.troubles];
  }

  /** How long an input waits that waits longest for what its basis names, milliseconds. */
  waitingMs(worker: PartitionWorker): number {
    return this.#waits.longest(worker);
  }

  async assigned(partition: number): Promise<readonly SourceCursor[]> {
    const { service, log, reader, partitions, worker: name, onTrouble } = this.options;
    const process = partition === GLOBAL ? service.global : service.numbered;
    invariant(process !== undefined, `${service.log} has no process for partition ${partition}`);
    const relay = new Relay(this.options.bus(), log, partition, (error) =>
      onTrouble(`relay of ${log.name}/${partition}`, error),
    );
    const worker = await PartitionWorker.open({
      process,
      partition,
      partitions,
      log,
      committer: this.#committer,
      sources: sourcesOf(service.log, partition, partitions),
      reader,
      worker: name,
      publish: (events) => relay.send(events),
      snapshots: this.options.snapshots,
      onIndexed: indexingLines(`${log.name}/${partition}`, this.options.onProgress),
      onCommand: () => this.#run(partition),
    });
    await relay.catchUp();
    await worker.start(this.options.opening);
    this.#held.set(partition, { worker, relay, running: Promise.resolve(), owesAnswers: false });
    this.options.onHeld();
    const commands = readerOf(service.log, partition).sources.filter((source) => source.log.endsWith('.commands'));
    return [
      ...worker.sources.map((source) => cursorOf(worker, source, worker.arrived(source.log, source.partition))),
      ...commands.map((source) => cursorOf(worker, { log: source.log, partition }, 0)),
    ];
  }

  receive(partition: number, batch: Batch): Promise<void> {
    const held = this.#held.get(partition);
    if (held === undefined) return Promise.resolve();
    const vain = this.#waits.vain(held.worker, batch);
    // What stands behind it would only heap up.
    if (vain !== undefined) throw new InvariantViolation(vain);
    const hole = held.worker.offer(batch.entries);
    invariant(hole === undefined, `the bus left a hole in ${batch.log}/${batch.partition} after ${hole}`);
    held.worker.noteOffset(batch.log, batch.partition, batch.nextOffset);
    this.#tellOfParked(batch.parked);
    this.#arrivals.notify();
    if (this.options.mode === 'live') this.#run(partition);
    return Promise.resolve();
  }

  /**
   * Commands are remembered by their ids, so one that arrives again is answered from the store. The answers are on their way before the
   * commands count as read: whoever takes over answers again.
   */
  async receiveCommands(partition: number, batch: CommandBatch): Promise<void> {
    this.#tellOfParked(batch.parked);
    const held = this.#held.get(partition);
    if (held === undefined) return;
    const { log } = batch;
    const answers = await Promise.all(
      batch.commands.map(({ commandId, type, bodyText, actor }) =>
        held.worker.execute({ id: commandId, type, body: JSON.parse(bodyText) as unknown, actor }).then(
          (result): CommandAnswer => ({ log, partition, commandId, result }),
          (error: unknown): CommandAnswer | undefined => {
            this.options.onTrouble(`command ${commandId}`, error);
            // Its id was used for another command: it is answered, and for good.
            return error instanceof IdempotencyConflict ? { log, partition, commandId, result: REUSED } : undefined;
          },
        ),
      ),
    );
    await this.options.answer(answers.filter((answer) => answer !== undefined)).catch((error: unknown) => {
      this.options.onTrouble('answers to commands', error);
      held.owesAnswers = true;
    });
    held.owesAnswers ||= answers.includes(undefined);
    if (!held.owesAnswers) held.worker.noteOffset(batch.log, batch.partition, batch.nextOffset);
  }

  /** A log that contradicts itself waits for people; what may pass, such as a peer that was away, is tried again. */
  halted(partition: number, { log, partition: source, error }: Halt): void {
    const what = `${this.options.service.log}/${partition} no longer reads ${log}/${source}`;
    this.options.onTrouble(what, error);
    if (error instanceof InvariantViolation) this.#stopped.set(partition, `${what}: ${error.message}`);
    else this.options.onFenced(partition);
  }

  async revoked(partition: number): Promise<void> {
    this.#stopped.delete(partition);
    const held = this.#held.get(partition);
    if (held === undefined) return;
    this.#held.delete(partition);
    this.options.onHeld();
    held.worker.abandon(new Error(`${this.options.service.log}/${partition} is no longer owned here`));
    // First: what runs may be waiting for a broker that is away, and whoever comes next sends it.
    held.relay.stop();
    await held.running;
    await held.worker.rest();
    await held.relay.save().catch((error: unknown) => this.options.onTrouble('relay cursor', error));
    this.#arrivals.notify();
  }

  close(): void {
    clearInterval(this.#saving);
    clearInterval(this.#looking);
  }

  /**
   * Lockstep: applies an opening with every partition held here, as soon as it has what the opening names. Opening 0
   * lets the exchange begin the step; opening h + 1 is hop h.
   */
  async apply({ step, hop, ends }: GateOpening): Promise<readonly PartitionReport[]> {
    const complete = allArrived(ends);
    const reports = await Promise.all(
      [...this.#held].map(async ([partition, held]): Promise<PartitionReport | undefined> => {
        const { worker } = held;
        const here = (): boolean => this.#held.get(partition) === held;
        const arrived = await this.#arrivals.until(() => !here() || complete(worker), ARRIVAL_PATIENCE_MS);
        if (!here()) return undefined;
        if (arrived && hop > 0) {
          // Behind commands that are being answered: a worker runs one item at a time.
          let done = false;
          held.running = held.running.then(() =>
            this.#guarded(partition, async () => {
              if (!here()) return;
              await worker.runHop(step, hop - 1);
              done = true;
            }),
          );
          await held.running;
          // What a failed worker holds in memory is not stored: there is nothing to report.
          if (!done) return undefined;
        }
        if (!here()) return undefined;
        return { log: worker.log, partition, epoch: worker.epoch, position: worker.size, applied: arrived };
      }),
    );
    return reports.filter((report) => report !== undefined);
  }

  /** Live: applies what has arrived, one item after the other. In lockstep only commands are run outside an opening. */
  #run(partition: number): void {
    const held = this.#held.get(partition);
    if (held === undefined) return;
    held.running = held.running.then(() =>
      this.#guarded(partition, async () => {
        if (this.options.mode === 'lockstep') {
          await held.worker.runCommands(held.worker.machine.clearing);
          return;
        }
        while (held.worker.backlog > 0 && this.#held.get(partition) === held) {
          if ((await held.worker.runLive()) === 0) break;
        }
      }),
    );
  }

  async #guarded(partition: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.onTrouble(`${this.options.service.log}/${partition}`, error);
      // Whatever happened, the state in memory is not to be trusted: give it up and rebuild.
      if (this.#held.has(partition)) this.options.onFenced(partition);
    }
  }

  #tellOfParked(parked: Batch['parked']): void {
    for (const { topic, offset, error } of parked) {
      this.options.onTrouble(`message ${offset} of ${topic} cannot be read and was parked`, new Error(error));
    }
  }

  async #lookAtWaits(): Promise<void> {
    for (const found of await this.#waits.look(this.workers)) {
      this.options.onTrouble('an input waits for what never comes', new Error(found));
    }
  }

  async #saveRelays(): Promise<void> {
    for (const { relay } of this.#held.values()) {
      await relay.save().catch((error: unknown) => this.options.onTrouble('relay cursor', error));
    }
  }
}
