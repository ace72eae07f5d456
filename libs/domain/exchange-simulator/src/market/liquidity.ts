/** How deep the market of an underlying is, and how its depth answers volatility. */
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

/** Depth never falls below this part of the calm depth, and volatility counts up to this much in the impact. */
const LEAST_DEPTH = 0.04;
const HIGHEST_VOLATILITY = 0.3;

/** Daily depth, USD: `calm depth * min(1, calm volatility / volatility)`, at least 4 % of the calm depth. */
export function dailyDepth(liquidity: Liquidity, volatility: number): number {
  const shrunk = volatility <= liquidity.calmVolatility ? 1 : liquidity.calmVolatility / volatility;
  return liquidity.calmDailyDepth * Math.max(LEAST_DEPTH, shrunk);
}

/** Notional that close-out orders may take on one side at one clearing time, USD. */
export function clearingTimeDepth(liquidity: Liquidity, volatility: number): number {
  return dailyDepth(liquidity, volatility) * liquidity.clearingTimeShare;
}

/** Half spread as a fraction of the price; it widens in proportion to volatility. */
export function halfSpread(liquidity: Liquidity, volatility: number): number {
  return liquidity.halfSpread * Math.max(1, Math.min(volatility, 4 * HIGHEST_VOLATILITY) / liquidity.calmVolatility);
}

/**
 * Average distance from the middle of the book, as a fraction of it, of an execution that takes the notional from
 * `taken` to `taken + size`:
 *
 *   half spread + mean of Y * sigma_d * sqrt(x / depth) over x in [taken, taken + size]
 *   = half spread + 2/3 * Y * sigma_d / sqrt(depth) * ((taken + size)^1.5 - taken^1.5) / size
 *
 * @param taken notional already executed on this side at this clearing time, USD, >= 0
 * @param size  notional of this execution, USD, > 0
 */
export function executionDistance(liquidity: Liquidity, volatility: number, taken: number, size: number): number {
  const sigma = Math.max(liquidity.calmVolatility, Math.min(volatility, HIGHEST_VOLATILITY));
  const end = taken + size;
  const area = end * Math.sqrt(end) - taken * Math.sqrt(taken);
  const mean = ((2 / 3) * liquidity.impact * sigma * area) / (size * Math.sqrt(dailyDepth(liquidity, volatility)));
  return halfSpread(liquidity, volatility) + mean;
}
