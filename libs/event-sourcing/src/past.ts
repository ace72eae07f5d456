import { invariant } from '@ballast/kernel';
import type { LogEntry } from './event.js';

/** What a partition said of an id for good, as a text that its process reads again. */
export interface Outcome {
  /** The id, with whatever tells it from the same id of something else. */
  readonly key: string;
  readonly outcome: string;
}

/** An outcome and the event of the partition that says it. */
export interface PlacedOutcome extends Outcome {
  readonly position: number;
}

/**
 * What a partition has said of an id for good; undefined while it has said nothing. A function of its own log alone, so a decision that
 * asks comes out the same whoever answers.
 */
export type Past = (key: string) => string | undefined;

/** How a process remembers ids that are done with: not in its state, which would grow with everything that ever happened. */
export interface PastForm {
  /** Keys that deciding an input may ask for, by its content alone. */
  keysOf(input: Pick<LogEntry, 'log' | 'type' | 'payload'>): readonly string[];
  /** What an own event says of an id for good; undefined for all others. At most one event says it of one id. */
  settled(event: Pick<LogEntry, 'type' | 'payload'>): Outcome | undefined;
}

/**
 * The newest outcomes of a partition, and the answers that somebody has looked up for the inputs in hand. A machine that was never
 * told to forget answers everything by itself.
 */
export class RecentOutcomes {
  readonly #outcomes = new Map<string, PlacedOutcome>();
  /** Answers of searches, null where nothing was found. */
  readonly #answers = new Map<string, string | null>();

  constructor(
    private readonly form: PastForm,
    /** Outcomes behind this position are here; those up to it were forgotten. */
    private forgottenUpTo: number,
  ) {}

  /** Position up to which outcomes have to be looked up; 0 when all are here. */
  get after(): number {
    return this.forgottenUpTo;
  }

  get size(): number {
    return this.#outcomes.size;
  }

  /** Takes an own event. */
  note(event: Pick<LogEntry, 'type' | 'payload' | 'position'>): void {
    const placed = placedOutcome(this.form, event);
    if (placed !== undefined) this.#outcomes.set(placed.key, placed);
  }

  /**
   * What was said of an id.
   * @throws InvariantViolation when that was forgotten and nobody has looked
   */
  of(key: string): string | undefined {
    const recent = this.#outcomes.get(key);
    if (recent !== undefined) return recent.outcome;
    invariant(this.#knows(key), `nobody has looked for what was said of ${key}`);
    return this.#answers.get(key) ?? undefined;
  }

  /** Keys that deciding some inputs may ask for, and that have to be looked up. */
  unknown(inputs: Iterable<Pick<LogEntry, 'log' | 'type' | 'payload'>>): readonly string[] {
    if (this.forgottenUpTo === 0) return [];
    const keys = new Set<string>();
    for (const input of inputs) {
      for (const key of this.form.keysOf(input)) if (!this.#outcomes.has(key) && !this.#answers.has(key)) keys.add(key);
    }
    return [...keys];
  }

  /** Whether an input can be decided without looking anything up. */
  knows(input: Pick<LogEntry, 'log' | 'type' | 'payload'>): boolean {
    return (
      this.forgottenUpTo === 0 || this.form.keysOf(input).every((key) => this.#outcomes.has(key) || this.#knows(key))
    );
  }

  /** Answers of a complete search for keys among outcomes up to `after`. */
  answered(asked: readonly string[], answers: ReadonlyMap<string, string>): void {
    for (const key of asked) this.#answers.set(key, answers.get(key) ?? null);
  }

  /** How many answers of searches are here. */
  get answers(): number {
    return this.#answers.size;
  }

  /** The inputs that were searched for are decided. */
  dropAnswers(): void {
    this.#answers.clear();
  }

  /** Puts outcomes back in that stand behind a position, before anything is decided. */
  recall(after: number, outcomes: readonly PlacedOutcome[]): void {
    invariant(this.#outcomes.size === 0, 'outcomes come back before others follow');
    for (const outcome of outcomes) this.#outcomes.set(outcome.key, outcome);
    this.forgottenUpTo = Math.min(this.forgottenUpTo, after);
  }

  /** Forgets the oldest, as long as more than `keep` are here: those up to a position, which somebody else can answer for. */
  forget(upTo: number, keep: number): void {
    for (const [key, { position }] of this.#outcomes) {
      if (this.#outcomes.size <= keep || position > upTo) return;
      // An id that nobody had used when it was searched for may be among these.
      this.#answers.clear();
      this.#outcomes.delete(key);
      this.forgottenUpTo = position;
    }
  }

  #knows(key: string): boolean {
    return this.forgottenUpTo === 0 || this.#answers.has(key);
  }
}

/** What an own event says of an id for good, with its place. */
export function placedOutcome(
  form: PastForm,
  event: Pick<LogEntry, 'type' | 'payload' | 'position'>,
): PlacedOutcome | undefined {
  const settled = form.settled(event);
  return settled && { ...settled, position: event.position };
}
