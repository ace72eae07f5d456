import { isTransient, untilStored } from '@ballast/event-log';

/** A failed question is remembered as trouble for this long: there may be no other soon. */
const REMEMBERED_MS = 5_000;

/** Knows whether the database takes what is written, from those who write and ask. */
export class StoreWatch {
  #appends: { readonly since: number; readonly reason: string } | undefined;
  #question: { readonly at: number; readonly reason: string } | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** An append failed and is tried again. */
  appendFailed(error: unknown): void {
    this.#appends = { since: this.#appends?.since ?? this.now(), reason: reasonOf(error) };
  }

  /** Something was appended. */
  appended(): void {
    this.#appends = undefined;
  }

  /** A question failed. */
  questionFailed(error: unknown): void {
    this.#question = { at: this.now(), reason: reasonOf(error) };
  }

  /** Why nothing can be stored now, in a sentence; null when everything is well. */
  trouble(): string | null {
    if (this.#appends !== undefined) return `the store takes nothing that is written (${this.#appends.reason})`;
    const asked = this.#question;
    if (asked === undefined || this.now() - asked.at > REMEMBERED_MS) return null;
    return `the store does not answer (${asked.reason})`;
  }

  /** For how long nothing that was written was taken, milliseconds. */
  get stuckMs(): number {
    return this.#appends === undefined ? 0 : this.now() - this.#appends.since;
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : 'no reason given';

/** SQLSTATE of damage inside the server, as when its files were taken away under it. */
const DAMAGED = /^XX/;

/** True when the store failed, not the request: repeating it may help, once somebody has seen to the store. */
export function isStoreFailure(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return isTransient(error) || (typeof code === 'string' && DAMAGED.test(code));
}

/** Questions are repeated for so long while the store fails, milliseconds. */
const PATIENCE_MS = 3_000;

/** Asks again while the store fails in passing, for some seconds. */
export const patiently = <Answer>(ask: () => Promise<Answer>, patienceMs = PATIENCE_MS): Promise<Answer> =>
  untilStored(ask, {}, AbortSignal.timeout(patienceMs));
