import { setTimeout as wait } from 'node:timers/promises';
import type { EventLog } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import { DECISION_LOGS, decisionOf, type AccountDecision, type DecisionLog } from '@ballast/contracts';
import type { AccountDecisions, AccountDecisionStore, DecisionQuery, ProjectionCursor } from './account-decisions.js';
import { isSameHistory } from '../same-history.js';

const PAGE = 1_000;

/** Entries kept for the next transaction; beyond that they are read from the log again. */
const ENTRIES_KEPT = 20_000;

/** Pause between two transactions while nobody waits for the list. */
const PAUSE_MS = 200;
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** Nobody waits longer than this for the list to hold what was appended. */
const PATIENCE_MS = 10_000;

/** The list lacks what was decided lately, because its store is slow or takes nothing: ask again later. */
export class ListBehind extends Error {
  override readonly name = 'ListBehind';
}

interface Followed {
  readonly log: DecisionLog;
  readonly partition: number;
  /** Up to here it is in the list. */
  saved: number;
  /** Up to here it is in the log. */
  size: number;
  /** Entries right behind `saved`, as far as they are kept. */
  entries: SealedEvent[];
}

/**
 * Fills the list of decisions from the logs: what is missing at the start, then what is appended. Readers wait until
 * everything appended before their question is in the list.
 */
export class DecisionProjection implements AccountDecisions {
  readonly #followed = new Map<string, Followed>();
  #kept = 0;
  #wake: () => void = () => undefined;
  #hurry: () => void = () => undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #waiting: { readonly reached: () => boolean; readonly resolve: () => void }[] = [];

  constructor(
    private readonly logs: { log(name: DecisionLog): EventLog },
    private readonly store: AccountDecisionStore,
    private readonly onFailure: (error: unknown) => void,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Brings the list to where the logs end, then follows. Entries may be offered before this resolves. */
  async start(): Promise<void> {
    let cursors = await this.store.cursors();
    const sizes = new Map<string, number>();
    for (const log of DECISION_LOGS) {
      for (const { partition, size } of await this.logs.log(log).heads()) {
        if (partition >= 0) sizes.set(keyOf(log, partition), size);
      }
    }
    if (!(await this.#isOfTheseLogs(cursors, sizes))) {
      await this.store.clear();
      cursors = [];
    }
    for (const log of DECISION_LOGS) {
      for (let partition = 0; partition < this.logs.log(log).partitions; partition++) {
        const key = keyOf(log, partition);
        const saved = cursors.find((cursor) => keyOf(cursor.log, cursor.partition) === key)?.position ?? 0;
        const size = Math.max(sizes.get(key) ?? 0, this.#followed.get(key)?.size ?? 0);
        this.#followed.set(key, { log, partition, saved, size, entries: [] });
      }
    }
    while (this.#behind()) await this.#advance();
    this.#running = this.#run();
  }

  /** Tells what was appended; entries of other logs are ignored. */
  offer(entries: readonly SealedEvent[]): void {
    let any = false;
    for (const entry of entries) {
      if (entry.partition < 0 || !DECISION_LOGS.includes(entry.log as DecisionLog)) continue;
      const key = keyOf(entry.log, entry.partition);
      let followed = this.#followed.get(key);
      if (followed === undefined) {
        followed = { log: entry.log as DecisionLog, partition: entry.partition, saved: 0, size: 0, entries: [] };
        this.#followed.set(key, followed);
      }
      const next = (followed.entries.at(-1)?.position ?? followed.saved) + 1;
      if (entry.position === next && this.#kept < ENTRIES_KEPT) {
        followed.entries.push(entry);
        this.#kept += 1;
      }
      followed.size = Math.max(followed.size, entry.position);
      any = true;
    }
    if (any) this.#wake();
  }

  /** @throws ListBehind */
  async find(query: DecisionQuery): Promise<readonly AccountDecision[]> {
    await this.#caughtUp();
    return this.store.find(query);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    this.#hurry();
    await this.#running;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** A list that was filled from other logs, which these have replaced, holds what never happened here. */
  async #isOfTheseLogs(cursors: readonly ProjectionCursor[], sizes: ReadonlyMap<string, number>): Promise<boolean> {
    for (const cursor of cursors) {
      const { log, partition, position } = cursor;
      if (position > (sizes.get(keyOf(log, partition)) ?? 0)) return false;
      if (!(await isSameHistory(this.logs.log(log), cursor))) return false;
    }
    return true;
  }

  #behind(): boolean {
    for (const { saved, size } of this.#followed.values()) if (saved < size) return true;
    return false;
  }

  #caughtUp(): Promise<void> {
    const targets = [...this.#followed.values()].filter(({ saved, size }) => saved < size);
    if (targets.length === 0 || this.#stopped) return Promise.resolve();
    const sizes = targets.map((followed) => ({ followed, size: followed.size }));
    this.#hurry();
    return new Promise((resolve, reject) => {
      const waiting = {
        reached: () => sizes.every(({ followed, size }) => followed.saved >= size),
        resolve: () => {
          clearTimeout(late);
          resolve();
        },
      };
      const late = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(new ListBehind('the list of decisions lacks what was decided lately; ask again'));
      }, this.patienceMs);
      this.#waiting.push(waiting);
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      if (!this.#behind()) {
        await woken;
        continue;
      }
      try {
        await this.#advance();
        if (this.#waiting.length === 0) await this.#pause(PAUSE_MS);
      } catch (error) {
        this.onFailure(error);
        await this.#pause(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    const hurried = new AbortController();
    this.#hurry = () => hurried.abort();
    await wait(ms, undefined, { signal: hurried.signal }).catch(() => undefined);
  }

  /** One transaction over everything that is kept, and a page of what is not. */
  async #advance(): Promise<void> {
    const decisions: AccountDecision[] = [];
    const cursors: ProjectionCursor[] = [];
    const moved: { followed: Followed; to: number }[] = [];
    for (const followed of this.#followed.values()) {
      const { log, partition, saved, size } = followed;
      if (saved >= size) continue;
      const entries = followed.entries.length > 0 ? [...followed.entries] : await this.#page(followed);
      const last = entries.at(-1);
      if (last === undefined) continue;
      for (const entry of entries) {
        const decision = decisionOf(entry);
        if (decision !== undefined) decisions.push(decision);
      }
      cursors.push({ log, partition, position: last.position, chain: last.chain.toString('hex') });
      moved.push({ followed, to: last.position });
    }
    await this.store.save(decisions, cursors);
    for (const { followed, to } of moved) {
      const before = followed.entries.length;
      followed.saved = to;
      followed.entries = followed.entries.filter(({ position }) => position > to);
      // What arrived while a page was read may not follow it.
      if ((followed.entries[0]?.position ?? to + 1) !== to + 1) followed.entries = [];
      this.#kept -= before - followed.entries.length;
    }
    this.#waiting = this.#waiting.filter(({ reached, resolve }) => {
      if (!reached()) return true;
      resolve();
      return false;
    });
  }

  #page({ log, partition, saved }: Followed): Promise<readonly SealedEvent[]> {
    return this.logs.log(log).read(partition, saved, PAGE);
  }
}

const keyOf = (log: string, partition: number): string => `${log}/${partition}`;
