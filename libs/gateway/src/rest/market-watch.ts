import { priceJumpText } from '@ballast/audit';
import type { ClearingPicture } from '@ballast/read-models';
import { Problem } from './problem.js';

/** Says whether prices are good enough to take new risk and to let money go. */
export interface MarketWatch {
  /** What is wrong with the prices, in a sentence; null when they may be relied on. */
  trouble(): Promise<string | null>;
}

/** Commands that are not taken while nobody knows what anything is worth. */
const NEEDS_PRICES: ReadonlySet<string> = new Set(['RequestWithdrawal', 'RequestTransfer']);

/** @throws Problem when a command of this type needs prices and there are none to rely on */
export async function assertPricesFor(commandType: string, market: MarketWatch): Promise<void> {
  const trouble = NEEDS_PRICES.has(commandType) ? await market.trouble() : null;
  if (trouble !== null) throw new Problem('prices-halted', trouble);
}

/** Of a scenario that is replayed: its clock is the time, and its prices are of now. */
export const SCENARIO_TIME: MarketWatch = { trouble: () => Promise.resolve(null) };

/**
 * Of a live exchange, whose clock ticks also when nothing is quoted: its price sets say it themselves.
 * @see docs/spec/pricing.md CLR-PRC-013, CLR-PRC-014
 */
export const watchPriceSets = (picture: () => Pick<ClearingPicture, 'priceStatus' | 'priceJumps'>): MarketWatch => ({
  trouble() {
    const { priceStatus, priceJumps } = picture();
    if (priceStatus !== 'HALT') return Promise.resolve(null);
    const jumps = Object.entries(priceJumps).map(([underlying, jump]) => priceJumpText(underlying, jump));
    const why = jumps.length === 0 ? 'too little was quoted lately' : jumps.join('; ');
    return Promise.resolve(`prices are halted: ${why}`);
  },
});

export interface SilenceOptions {
  /** Wall time since the last quote when the watch began, milliseconds; undefined when there was none yet. */
  readonly silentForMs: number | undefined;
  /** A quote older than this is no longer good to decide on. */
  readonly lifetimeMs: () => Promise<number>;
  readonly now?: () => number;
}

/**
 * Of a clearing house to which nobody quotes: no clock ticks, so the last price set looks as good as on its first day. The wall tells
 * how old it is.
 * @see docs/spec/pricing.md CLR-PRC-013
 */
export class SilenceWatch implements MarketWatch {
  readonly #now: () => number;
  #heardAt: number | undefined;

  constructor(private readonly options: SilenceOptions) {
    this.#now = options.now ?? (() => performance.now());
    if (options.silentForMs !== undefined) this.#heardAt = this.#now() - options.silentForMs;
  }

  /** Something was quoted. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  async trouble(): Promise<string | null> {
    // Without any price margin itself refuses.
    if (this.#heardAt === undefined) return null;
    const silentForMs = this.#now() - this.#heardAt;
    return silentForMs <= (await this.options.lifetimeMs())
      ? null
      : `nothing was quoted for ${ageText(silentForMs)}: no withdrawals and no new risk until there are quotes`;
  }
}

const SECOND = 1_000;
const STEPS = [
  [86_400, 'days'],
  [3_600, 'hours'],
  [60, 'minutes'],
  [1, 'seconds'],
] as const;

/** Whole units of the largest kind of which there are two. */
function ageText(ms: number): string {
  const seconds = Math.floor(ms / SECOND);
  const [length, unit] = STEPS.find(([each]) => seconds >= 2 * each) ?? [1, 'seconds'];
  return `${Math.floor(seconds / length)} ${unit}`;
}
