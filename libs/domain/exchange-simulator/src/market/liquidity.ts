import { DAY_MS } from '@ballast/kernel';

/** How deep the market of an underlying is, and how it answers volatility. */
export interface Liquidity {
  /** Volume that the book can carry a day when calm, USD. */
  readonly calmDailyDepth: number;
  /** Daily volatility up to which the market is calm. */
  readonly calmVolatility: number;
  /** Y of the square-root law. */
  readonly impact: number;
  /** Half of the calm spread, fraction of the price. */
  readonly halfSpread: number;
  /** Part of the daily depth that close-out orders may take on one side at one clearing time. */
  readonly clearingTimeShare: number;
}

/**
 * No market gets worse than this. In the book of the BTC perpetual on Binance a quarter of the morning's notional was left within
 * 5 % of the middle at the low of 10 October 2025, when volatility was ten times that of a calm day.
 */
const MOST_STRESS = 4;

/**
 * The one law of stress: `volatility / calm volatility`, from 1 to 4. Spreads are so many times as wide, an order moves the price so
 * many times as far, a clearing time carries so many times less, and so many times as much is traded.
 */
export function stressOf({ calmVolatility }: Liquidity, volatility: number): number {
  return Math.max(1, Math.min(MOST_STRESS, volatility / calmVolatility));
}

/** Notional that close-out orders may take on one side at one clearing time, USD. */
export function clearingTimeDepth(liquidity: Liquidity, volatility: number): number {
  return (liquidity.calmDailyDepth * liquidity.clearingTimeShare) / stressOf(liquidity, volatility);
}

/** Half spread as a fraction of the price. */
export function halfSpread(liquidity: Liquidity, volatility: number): number {
  return liquidity.halfSpread * stressOf(liquidity, volatility);
}

/** How far a notional moves the price in all, fraction of it: `stress * Y * calm sigma * sqrt(notional / calm depth)`. */
export function impactOf(liquidity: Liquidity, volatility: number, notional: number): number {
  return stressOf(liquidity, volatility) * steepness(liquidity) * Math.sqrt(notional);
}

/** What rests on one side of the book from its best price to a fraction beyond it, USD: what an execution takes that moves the price so far. */
export function depthWithin(liquidity: Liquidity, volatility: number, fraction: number): number {
  const root = fraction / (stressOf(liquidity, volatility) * steepness(liquidity));
  return root * root;
}

/** What is traded in a time, USD: as much as the law of stress says more, the wilder the market. */
export function tradedVolume(liquidity: Liquidity, volatility: number, timeMs: number): number {
  return (liquidity.calmDailyDepth * stressOf(liquidity, volatility) * timeMs) / DAY_MS;
}

/** Impact of a calm market per square root of a dollar. */
function steepness({ impact, calmVolatility, calmDailyDepth }: Liquidity): number {
  return (impact * calmVolatility) / Math.sqrt(calmDailyDepth);
}

/**
 * Average distance from the middle of the book, as a fraction of it, of an execution that takes the notional from
 * `taken` to `taken + size`:
 *
 *   half spread + mean of the impact of x over x in [taken, taken + size]
 *   = half spread + 2/3 * stress * Y * calm sigma / sqrt(calm depth) * ((taken + size)^1.5 - taken^1.5) / size
 *
 * @param taken notional already executed on this side at this clearing time, USD, >= 0
 * @param size  notional of this execution, USD, > 0
 */
export function executionDistance(liquidity: Liquidity, volatility: number, taken: number, size: number): number {
  const end = taken + size;
  const area = end * Math.sqrt(end) - taken * Math.sqrt(taken);
  const mean = ((2 / 3) * stressOf(liquidity, volatility) * steepness(liquidity) * area) / size;
  return halfSpread(liquidity, volatility) + mean;
}
