import { JointCommitter, type EntryReader, type LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry, type OutsideMessage, type SealedEvent } from '@ballast/event-sourcing';
import {
  approveContinuation,
  clockTicked,
  intakeProcess,
  judgeMessage,
  keptMessage,
  keptUpTo,
  producerBegan,
  producerForked,
  proposeContinuation,
  type ContinuationDecision,
  type ContinuationRefusal,
  type IntakeState,
  type ProducerMessage,
} from '@ballast/exchange-intake-domain';
import type { ExchangeLog, Place } from '@ballast/facts';
import { isoOf, type Instant } from '@ballast/kernel';
import {
  readExchangeMessage,
  type ExchangeAnswers,
  type ExchangeSubmission,
  type FieldError,
} from '@ballast/contracts';
import { PartitionWorker, sourceKey, type SnapshotOptions } from '@ballast/partition-worker';
import { selfWritten } from './another-run.js';
import { CLOCK_EVERY_MS, silenceOf } from './wall-clock.js';

export interface ExchangeIntakeOptions {
  /** The logs of the exchange, all of one store. */
  readonly logs: LogDirectory;
  /** Reads what liquidation asked for. */
  readonly reader: EntryReader;
  readonly worker: string;
  readonly publish: (entries: readonly SealedEvent[]) => Promise<void>;
  readonly snapshots?: SnapshotOptions | undefined;
  /** Wall clock, milliseconds since 1970. */
  readonly now?: () => number;
}

type Answer = ExchangeAnswers['answers'][number];

/** A message that cannot be kept, and why. */
interface Unreadable {
  readonly position: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
}

type ReadMessage = ProducerMessage | Unreadable;

/** What became of a submission: an answer for each message, or word that nothing is taken of this producer. */
export type SubmissionOutcome =
  | { readonly status: 'answered'; readonly answers: ExchangeAnswers }
  | { readonly status: 'refused'; readonly code: 'producer-forked' | 'incarnation-ended'; readonly detail: string };

export type ContinuationOutcome =
  { readonly status: 'accepted' } | { readonly status: 'refused'; readonly code: ContinuationRefusal };

/** How far a producer came, for whoever sends or watches. */
export interface ProducerStanding {
  readonly producer: string;
  readonly incarnation: string;
  readonly next: number;
  readonly fork: {
    readonly incarnation: string;
    readonly position: number;
    readonly because: 'incarnation' | 'content';
  } | null;
  readonly proposal: { readonly incarnation: string; readonly proposer: string; readonly reason: string } | null;
}

type Hear = (message: OutsideMessage) => LogEntry;
type Job = (state: IntakeState, hear: Hear) => void;

/** The logs are of an exchange that writes them itself. @see docs/spec/exchange-intake.md CLR-XCH-008 */
export class IntakeRefused extends Error {
  override readonly name = 'IntakeRefused';

  constructor(exchange: string) {
    super(
      `the logs of the exchange are those of ${exchange}, which writes them itself; messages of another would fork them: take them on an empty database`,
    );
  }
}

/** No clock of an exchange runs ahead of ours by more; a time once reached is never left again. */
const MOST_AHEAD_MS = 10_000;
/** Places of liquidation that were looked up lately. */
const PLACES_KNOWN = 10_000;

/**
 * Keeps the log of an exchange that keeps none that Ballast could read: takes the messages of its producers, each sequence without
 * gaps, and writes them into the logs of the exchange, sealed and chained like any other. What comes while one item is stored forms
 * the next one.
 * @see docs/spec/exchange-intake.md
 */
export class ExchangeIntake {
  #jobs: { readonly job: Job; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #running: Promise<void> | undefined;
  readonly #placesKnown = new Set<string>();
  #failed: ((error: unknown) => void) | undefined;
  /** When the exchange, or its clock, last said something. */
  #saidAt: number;
  readonly #now: () => number;

  private constructor(
    private readonly worker: PartitionWorker<IntakeState>,
    private readonly options: ExchangeIntakeOptions,
    silentForMs: number,
  ) {
    this.#now = options.now ?? Date.now;
    this.#saidAt = this.#now() - silentForMs;
  }

  /** @throws IntakeRefused when the logs are of an exchange that writes them itself */
  static async open(options: ExchangeIntakeOptions): Promise<ExchangeIntake> {
    const { logs, worker, publish, snapshots, reader, now } = options;
    const writer = await selfWritten(logs);
    if (writer !== undefined) throw new IntakeRefused(writer);
    const quotes = logs.log('exchange.quotes');
    const opened = await PartitionWorker.open<IntakeState>({
      process: intakeProcess,
      partition: GLOBAL,
      partitions: logs.partitions,
      log: quotes,
      committer: { log: (name) => logs.log(name as ExchangeLog), committer: new JointCommitter(logs) },
      sources: [],
      reader,
      worker,
      publish,
      snapshots,
    });
    return new ExchangeIntake(opened, options, (await silenceOf(quotes, now)) ?? 0);
  }

  /** Numbered partitions of every log. */
  get partitions(): number {
    return this.options.logs.partitions;
  }

  /** The partitions that are written here. */
  get written(): PartitionWorker['written'] {
    return this.worker.written;
  }

  /** Told when a message could not be stored for good: the process is to end. */
  set onFailure(listener: (error: unknown) => void) {
    this.#failed = listener;
  }

  /** Everybody who has sent something, by name. */
  producers(): readonly ProducerStanding[] {
    const { state } = this.worker;
    return [...state.producers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([producer, { incarnation, fork, proposal }]) => ({
        producer,
        incarnation,
        next: keptUpTo(state, producer, incarnation) + 1,
        fork,
        proposal,
      }));
  }

  /** Takes messages; resolves when those that are kept are stored. */
  async submit(submission: ExchangeSubmission): Promise<SubmissionOutcome> {
    const messages = await this.#read(submission);
    let outcome: SubmissionOutcome | undefined;
    await this.#queue((state, hear) => (outcome = takeSubmission(state, hear, submission, messages)));
    return outcome as unknown as SubmissionOutcome;
  }

  /** Somebody wants a producer to go on with another incarnation. */
  propose(producer: string, incarnation: string, reason: string, actor: string): Promise<ContinuationOutcome> {
    return this.#decide((state) => proposeContinuation(state, { producer, incarnation, reason }, actor));
  }

  /** Another person agrees. */
  approve(producer: string, incarnation: string, actor: string): Promise<ContinuationOutcome> {
    return this.#decide((state) => approveContinuation(state, { producer, incarnation }, actor));
  }

  /**
   * Lets the clock of the house go on by the wall while the exchange says nothing, so that everybody notices.
   * @see docs/spec/pricing.md CLR-PRC-013
   * @returns how to stop it
   */
  startClock(): () => void {
    const timer = setInterval(() => void this.#tick().catch(() => undefined), CLOCK_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** Resolves when what was begun is stored. */
  async rest(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.worker.rest();
  }

  async #tick(): Promise<void> {
    const silentForMs = this.#now() - this.#saidAt;
    const { clearing } = this.worker.machine;
    if (clearing === 0 || silentForMs < CLOCK_EVERY_MS) return;
    const at: Instant = clearing + Math.floor(silentForMs);
    await this.#queue((_, hear) => {
      if (at > this.worker.machine.clearing) hear(clockTicked(at));
    });
  }

  async #decide(decide: (state: IntakeState) => ContinuationDecision): Promise<ContinuationOutcome> {
    let outcome: ContinuationOutcome | undefined;
    await this.#queue((state, hear) => {
      const decision = decide(state);
      if (decision.accepted) hear(decision.said);
      outcome = decision.accepted ? { status: 'accepted' } : { status: 'refused', code: decision.code };
    });
    return outcome as unknown as ContinuationOutcome;
  }

  #queue(job: Job): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#jobs.push({ job, resolve, reject }));
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return done;
  }

  async #run(): Promise<void> {
    // Not in the caller's turn: whoever else comes in it joins the item.
    await Promise.resolve();
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs.splice(0);
      try {
        await this.worker.hear((state, hear) => {
          for (const { job } of jobs) {
            job(state, (message) => {
              this.#saidAt = this.#now();
              return hear(message);
            });
          }
        });
        for (const { resolve } of jobs) resolve();
      } catch (error) {
        for (const { reject } of jobs) reject(error);
        this.#failed?.(error);
      }
    }
  }

  async #read({ producer, incarnation, first, messages }: ExchangeSubmission): Promise<readonly ReadMessage[]> {
    const { partitions } = this.options.logs;
    const latest = this.#now() + MOST_AHEAD_MS;
    const read: ReadMessage[] = [];
    for (const [index, { type, at, payload }] of messages.entries()) {
      const position = first + index;
      const reading = readExchangeMessage(type, payload, partitions);
      if (!reading.ok) {
        read.push({ position, code: reading.code, errors: reading.errors });
        continue;
      }
      const { answers } = reading.message;
      if (at > latest) read.push({ position, ...timeAhead(at) });
      else if (answers !== null && !(await this.#isAsked(answers))) read.push({ position, ...orderUnknown(answers) });
      else read.push({ producer, incarnation, position, at, type, payload, ...reading.message });
    }
    return read;
  }

  /** Whether liquidation has asked for something there. A message that answers what nobody asked would wait for ever. */
  async #isAsked({ partition, position }: Place): Promise<boolean> {
    if (partition >= this.options.logs.partitions) return false;
    const key = `${sourceKey('liquidation', partition)}#${position}`;
    if (this.#placesKnown.has(key)) return true;
    const [asked] = await this.options.reader.read('liquidation', partition, position - 1, 1);
    if (asked?.position !== position || !ASKED.includes(asked.type)) return false;
    this.#placesKnown.add(key);
    if (this.#placesKnown.size > PLACES_KNOWN)
      this.#placesKnown.delete(this.#placesKnown.keys().next().value as string);
    return true;
  }
}

/** What liquidation asks of an exchange. */
const ASKED: readonly string[] = ['CloseOutOrderPlaced', 'OrdersCancelRequested'];

const timeAhead = (at: Instant): Omit<Unreadable, 'position'> => ({
  code: 'time-ahead',
  errors: [
    {
      field: 'at',
      message: `is ${isoOf(at)}, more than ${MOST_AHEAD_MS / 1_000} seconds ahead of the clock here`,
      remedy: 'send when it happened; time never goes back',
    },
  ],
});

const orderUnknown = ({ partition, position }: Place): Omit<Unreadable, 'position'> => ({
  code: 'order-unknown',
  errors: [
    {
      field: 'payload',
      message: `answers liquidation/${partition}#${position}, which asks for nothing`,
      remedy: 'name partition and position of the OrdersCancelRequested or CloseOutOrderPlaced',
    },
  ],
});

/** Judges messages one after the other: each by what was kept before it. */
function takeSubmission(
  state: IntakeState,
  hear: Hear,
  { producer, incarnation }: ExchangeSubmission,
  messages: readonly ReadMessage[],
): SubmissionOutcome {
  const answers: Answer[] = [];
  const kept = (): number => keptUpTo(state, producer, incarnation);
  let refused = false;
  for (const message of messages) {
    const { position } = message;
    if (refused) {
      answers.push({ position, outcome: 'not-taken', code: 'behind-refused' });
      continue;
    }
    if (!('log' in message)) {
      refused = position === kept() + 1;
      answers.push({ position, outcome: 'refused', code: message.code, errors: [...message.errors] });
      continue;
    }
    const verdict = judgeMessage(state, message);
    switch (verdict.is) {
      case 'ended':
        return {
          status: 'refused',
          code: 'incarnation-ended',
          detail: `${producer} goes on with another incarnation than ${incarnation}`,
        };
      case 'fork':
        hear(producerForked(state, producer, verdict.fork));
        return forked(producer, verdict.fork);
      case 'stopped':
        return forked(producer, verdict.fork);
      case 'duplicate':
        answers.push({ position, outcome: 'duplicate' });
        break;
      case 'hole':
        answers.push({ position, outcome: 'not-taken', code: 'hole' });
        break;
      case 'next': {
        if (verdict.isFirst) hear(producerBegan(state, producer, incarnation));
        const entry = hear(keptMessage(message));
        const { log, partition, position: logPosition } = entry;
        answers.push({ position, outcome: 'kept', log, partition, logPosition });
      }
    }
  }
  return { status: 'answered', answers: { producer, incarnation, next: kept() + 1, answers } };
}

const forked = (
  producer: string,
  { incarnation, position, because }: NonNullable<ProducerStanding['fork']>,
): SubmissionOutcome => ({
  status: 'refused',
  code: 'producer-forked',
  detail:
    because === 'incarnation'
      ? `${producer} sent position ${position} of incarnation ${incarnation}, which nobody has let it go on with: two persons must`
      : `${producer} sent another message at position ${position} than was kept: two persons must look at both`,
});
