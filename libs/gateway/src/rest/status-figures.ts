import type { StatusView } from '@ballast/contracts';
import type { StoredCheckpoint } from '@ballast/event-log';
import type { Instant } from '@ballast/kernel';
import { WATCHED_INVARIANTS, violationsOf } from './clearing-figures.js';
import type { ClearingGateway } from './clearing.gateway.js';

/** Invariants are looked at again after this time, and after so many times what it took: over all accounts that takes a while. */
const INVARIANTS_EVERY_MS = 5_000;
const INVARIANTS_EVERY_TIMES = 50;
const CHECKPOINT_EVERY_MS = 10_000;

interface ToldCheckpoint {
  readonly number: number;
  /** Events that it stands for. */
  readonly size: number;
  /** Clearing time of the newest of them. */
  readonly at: Instant;
}

/** What stands at the top of every page, made once for whoever looks. */
export class StatusFigures {
  #invariants: { readonly freshUntil: number; readonly told: StatusView['invariants'] } | undefined;
  #checkpoint: ToldCheckpoint | null = null;
  #checkpointAt = -Infinity;

  constructor(private readonly clearing: ClearingGateway) {}

  async now(): Promise<StatusView> {
    const standings = await this.clearing.owners.standings();
    const clearing = Math.max(this.clearing.clearing, ...standings.map((each) => each.clearing));
    const marginSize = standings.reduce((sum, { log, position }) => sum + (log === 'margin' ? position : 0), 0);
    const behind = standings.filter(({ backlog }) => backlog > 0);
    return {
      clearing,
      wall: Date.now(),
      mode: this.clearing.mode(),
      lagSeconds: Math.max(0, ...behind.map((each) => (clearing - each.clearing) / 1_000)),
      backlog: behind.reduce((sum, { backlog }) => sum + backlog, 0),
      events: standings.reduce((sum, { position }) => sum + position, 0),
      checkpoint: this.#checkpoint && {
        number: this.#checkpoint.number,
        behind: marginSize - this.#checkpoint.size,
        at: this.#checkpoint.at,
      },
      invariants: await this.#lookAtInvariants(clearing),
      states: this.clearing.picture().states,
    };
  }

  /** Brings what is told of the last checkpoint up to date, now and then. */
  async readCheckpoint(): Promise<void> {
    if (performance.now() - this.#checkpointAt < CHECKPOINT_EVERY_MS) return;
    this.#checkpointAt = performance.now();
    // Where the store is away, what was told last stands; the pages themselves say that it is.
    this.#checkpoint = await this.#lastCheckpoint().catch(() => this.#checkpoint);
  }

  async #lastCheckpoint(): Promise<ToldCheckpoint | null> {
    const last = await this.clearing.logs.log('margin').lastCheckpoint();
    if (last === undefined) return null;
    return last.number === this.#checkpoint?.number ? this.#checkpoint : this.#told(last);
  }

  async #told({ number, note }: StoredCheckpoint): Promise<ToldCheckpoint> {
    const sizes = sizesIn(note);
    const log = this.clearing.logs.log('margin');
    const newest = await Promise.all(
      sizes.map(async ({ partition, size }) => (size === 0 ? [] : await log.read(partition, size - 1, 1))),
    );
    return {
      number,
      size: sizes.reduce((sum, { size }) => sum + size, 0),
      at: Math.max(0, ...newest.flat().map(({ time }) => time.clearing)),
    };
  }

  async #lookAtInvariants(clearing: number): Promise<StatusView['invariants']> {
    const last = this.#invariants;
    const now = performance.now();
    if (last !== undefined && now < last.freshUntil) return last.told;
    const violations = [...new Set(await violationsOf(this.clearing))];
    const told = { checked: WATCHED_INVARIANTS.length, violations, at: clearing };
    const done = performance.now();
    const pause = Math.max(INVARIANTS_EVERY_MS, INVARIANTS_EVERY_TIMES * (done - now));
    this.#invariants = { freshUntil: done + pause, told };
    return told;
  }
}

/** Events that the text of a checkpoint stands for: of each partition's line the first two figures. */
const sizesIn = (note: string): readonly { readonly partition: number; readonly size: number }[] =>
  [...note.matchAll(/^(-?\d+) (\d+) \S+ \S+$/gm)].map(([, partition, size]) => ({
    partition: Number(partition),
    size: Number(size),
  }));
