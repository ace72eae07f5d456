import type { EventLog, OutcomePage } from '@ballast/event-log';
import { untilStored } from '@ballast/event-log';
import {
  placedOutcome,
  type LogEntry,
  type PartitionMachine,
  type PartitionProcess,
  type PlacedOutcome,
} from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { sourceKey } from './source.js';

type Asking = Pick<LogEntry, 'log' | 'type' | 'payload'>;
type Indexed = Pick<EventLog, 'name' | 'outcomes' | 'read'>;
type Process = Pick<PartitionProcess<unknown>, 'log' | 'past'>;
type Machine = Pick<PartitionMachine<unknown>, 'partition' | 'outcomes'> & { readonly process: Process };

const PAGE = 1_000;
/** So many of the newest outcomes of a partition stay in memory: what is sent twice is mostly sent twice soon. About 4 MB. */
export const REMEMBERED_OUTCOMES = 16_384;
/** So many outcomes are put into the index together. */
const OUTCOMES_TOGETHER = 256;
/** The index follows its log so far behind also where nothing was settled: so many events a start looks through. */
const EVENTS_BEHIND = 2_000;
/** An index that so many outcomes are not in is waited for. */
const FURTHEST_BEHIND = 8_192;

/** So many answers of searches are kept for inputs that still wait. */
const ANSWERS_KEPT = 4_096;

/** Looks up what a partition said of the ids that some inputs name and that its machine has forgotten. */
async function lookUp(machine: Machine, log: Pick<Indexed, 'outcomes'>, inputs: Iterable<Asking>): Promise<void> {
  const { outcomes, partition } = machine;
  if ((outcomes?.answers ?? 0) > ANSWERS_KEPT) outcomes?.dropAnswers();
  const keys = outcomes?.unknown(inputs) ?? [];
  if (outcomes === undefined || keys.length === 0) return;
  const found = await log.outcomes.find(partition, keys, outcomes.after);
  outcomes.answered(keys, new Map([...found].map(([key, { outcome }]) => [key, outcome])));
}

/** Answers a machine that decides again what was decided before, from the index as it is; writes nothing. */
export class OutcomeReader {
  private constructor(
    private readonly machine: Machine,
    private readonly log: Pick<Indexed, 'outcomes'>,
    private readonly indexed: number,
  ) {}

  /** A machine that starts from a snapshot takes back what the index does not have yet. */
  static async open(machine: Machine, log: Indexed): Promise<OutcomeReader> {
    const { outcomes, partition } = machine;
    if (outcomes === undefined) return new OutcomeReader(machine, log, 0);
    const indexed = await log.outcomes.indexed(partition);
    const missing: PlacedOutcome[] = [];
    for await (const { placed } of outcomePages(machine, log, indexed, outcomes.after)) missing.push(...placed);
    outcomes.recall(indexed, missing);
    return new OutcomeReader(machine, log, indexed);
  }

  knows(input: Asking): boolean {
    return this.machine.outcomes?.knows(input) ?? true;
  }

  /** @param ahead what will be decided after it, to be looked up together */
  async ask(input: Asking, ahead: Iterable<Asking>): Promise<void> {
    await lookUp(this.machine, this.log, [input, ...ahead]);
  }

  /** What is in the index need not stay in memory. */
  forget(): void {
    this.machine.outcomes?.forget(this.indexed, REMEMBERED_OUTCOMES);
  }
}

/** What own events say of ids for good, behind a position and up to another, with how far was read. */
export async function* outcomePages(
  { process, partition }: { readonly process: Process; readonly partition: number },
  log: Pick<Indexed, 'read'>,
  after: number,
  upTo: number,
): AsyncGenerator<OutcomePage> {
  const { past } = process;
  for (let at = after; at < upTo;) {
    const page = await log.read(partition, at, Math.min(PAGE, upTo - at));
    const last = page.at(-1);
    invariant(last !== undefined, `${process.log}/${partition} ends before position ${at + 1}`);
    at = last.position;
    yield { upTo: at, placed: page.flatMap((event) => (past && placedOutcome(past, event)) ?? []) };
  }
}

/**
 * Keeps the index of outcomes of one partition behind its log, and asks it before inputs are decided: the decision itself waits for
 * nothing.
 * @see docs/spec/event-log.md CLR-LOG-070
 */
export class OutcomeKeeper {
  #waiting: PlacedOutcome[] = [];
  #writing: Promise<void> | undefined;
  readonly #stop = new AbortController();

  private constructor(
    private readonly machine: Machine,
    private readonly log: Indexed,
    /** Position up to which the index goes, and up to which events were looked at. */
    private indexed: number,
    private seen: number,
  ) {}

  /**
   * Brings the index to where the partition ends: undefined for a process that asks for no ids.
   * @param onIndexed told how many events were looked through, page by page: an older log may be long
   * @throws InvariantViolation when it is the index of another log
   */
  static async open(
    machine: Machine,
    log: Indexed,
    size: number,
    onIndexed: (events: number) => void = () => undefined,
  ): Promise<OutcomeKeeper | undefined> {
    const { partition, outcomes } = machine;
    if (outcomes === undefined) return undefined;
    for (;;) {
      const indexed = await log.outcomes.indexed(partition);
      invariant(
        indexed <= size,
        `the index of ids of ${sourceKey(log.name, partition)} goes to position ${indexed}, and the log ends at ${size}: ` +
          'they are not of one database',
      );
      if (indexed === size) return new OutcomeKeeper(machine, log, size, size);
      let after = indexed;
      for await (const { upTo, placed } of outcomePages(machine, log, indexed, size)) {
        // Somebody who was the writer before may have put it in just now.
        if (!(await log.outcomes.add(partition, after, upTo, placed))) break;
        onIndexed(upTo - after);
        after = upTo;
      }
    }
  }

  /** What is in the index need not stay in memory. */
  forget(): void {
    this.machine.outcomes?.forget(this.indexed, REMEMBERED_OUTCOMES);
  }

  /** Takes note of events that are stored. */
  stored(events: readonly LogEntry[]): void {
    const last = events.at(-1);
    const { past } = this.machine.process;
    if (last === undefined || past === undefined) return;
    for (const event of events) {
      const placed = placedOutcome(past, event);
      if (placed !== undefined) this.#waiting.push(placed);
    }
    this.seen = last.position;
    // What goes wrong is tried again with the next events, and told when it has to be waited for.
    if (this.#isDue()) this.#write().catch(() => undefined);
  }

  /** Finds out what may be asked for while some inputs are decided. Resolves at once for what is in memory. */
  async ask(inputs: readonly Asking[]): Promise<void> {
    while (this.#waiting.length > FURTHEST_BEHIND) await this.#patiently(() => this.#write());
    this.forget();
    await this.#patiently(() => lookUp(this.machine, this.log, inputs));
  }

  knows(input: Asking): boolean {
    return this.machine.outcomes?.knows(input) ?? true;
  }

  /** Nobody waits for an answer any more. */
  abandon(): void {
    this.#stop.abort();
  }

  #isDue(): boolean {
    return this.#waiting.length >= OUTCOMES_TOGETHER || this.seen - this.indexed >= EVENTS_BEHIND;
  }

  /** As an append waits for a database that is away. */
  #patiently(work: () => Promise<void>): Promise<void> {
    return untilStored(work, {}, this.#stop.signal);
  }

  #write(): Promise<void> {
    return (this.#writing ??= this.#add().finally(() => (this.#writing = undefined)));
  }

  async #add(): Promise<void> {
    const { partition } = this.machine;
    const [outcomes, upTo] = [this.#waiting, this.seen];
    this.#waiting = [];
    try {
      const added = await this.log.outcomes.add(partition, this.indexed, upTo, outcomes);
      // Put in before, and the answer was lost; or by the next writer, behind whom nothing of ours is stored; or it was made again.
      this.indexed = added ? upTo : Math.min(upTo, await this.#refilled());
    } catch (error) {
      this.#waiting = [...outcomes, ...this.#waiting];
      throw error;
    }
    this.#waiting = [...outcomes.filter(({ position }) => position > this.indexed), ...this.#waiting];
  }

  /** How far the index goes. One that was made smaller from outside gets back what was in it, from the log. */
  async #refilled(): Promise<number> {
    const { outcomes } = this.log;
    const { partition } = this.machine;
    for (;;) {
      let at = await outcomes.indexed(partition);
      if (at >= this.indexed) return at;
      for await (const { upTo, placed } of outcomePages(this.machine, this.log, at, this.indexed)) {
        if (!(await outcomes.add(partition, at, upTo, placed))) break;
        at = upTo;
      }
    }
  }
}
