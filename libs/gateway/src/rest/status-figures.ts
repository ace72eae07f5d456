import type { StatusView } from '@ballast/contracts';
import type { ToldCheckpoint } from '@ballast/services';
import { WATCHED_INVARIANTS, violationsOf } from './clearing-figures.js';
import type { ClearingGateway } from './clearing.gateway.js';
import { houseBacklog } from './house-backlog.js';

/** Invariants are looked at again after this time, and after so many times what it took: over all accounts that takes a while. */
const INVARIANTS_EVERY_MS = 5_000;
const INVARIANTS_EVERY_TIMES = 50;
const CHECKPOINT_EVERY_MS = 10_000;

/** What stands at the top of every page, made once for whoever looks. */
export class StatusFigures {
  #invariants: { readonly freshUntil: number; readonly told: StatusView['invariants'] } | undefined;
  #checkpoint: ToldCheckpoint | null = null;
  #checkpointAt = -Infinity;

  constructor(private readonly clearing: ClearingGateway) {}

  async now(): Promise<StatusView> {
    const { partitions, absent, exchange, ...house } = await houseBacklog(this.clearing);
    const clearing = Math.max(this.clearing.clearing, house.clearing);
    const marginSize = partitions.reduce((sum, { log, position }) => sum + (log === 'margin' ? position : 0), 0);
    const isKnown = absent.length === 0 && exchange !== null;
    return {
      clearing,
      wall: Date.now(),
      mode: this.clearing.mode(),
      lagSeconds: isKnown ? Math.max(0, ...partitions.map(({ lagSeconds }) => lagSeconds)) : null,
      backlog: isKnown ? partitions.reduce((sum, { backlog }) => sum + backlog, 0) : null,
      events: partitions.reduce((sum, { position }) => sum + position, 0),
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
    // While whoever keeps the log is away, what he told last stands; the pages themselves say that he is.
    this.#checkpoint = await this.clearing.pages.lastCheckpoint('margin').catch(() => this.#checkpoint);
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
