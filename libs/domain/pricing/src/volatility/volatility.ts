import { DAY_MS, Decimal, ONE, ZERO, dec, type Instant } from '@ballast/kernel';

/** A price and when it held. */
export interface PricePoint {
  readonly at: Instant;
  readonly price: Decimal;
}

/**
 * Exponentially weighted variance over irregular ticks: v' = w * v + (1 - w) * r^2 / dt.
 * @param variance per day
 * @param weight of the old variance, w = 2^(-dt / H)
 * @param logReturn r = ln(price / previous price)
 * @param elapsedMs dt > 0
 * @returns per day
 */
export function ewmaVariance(variance: Decimal, weight: Decimal, logReturn: Decimal, elapsedMs: number): Decimal {
  return weight.times(variance).plus(ONE.minus(weight).times(dailyVariance(logReturn, elapsedMs)));
}

/** Variance per day that a single return stands for: r^2 / dt. */
function dailyVariance(logReturn: Decimal, elapsedMs: number): Decimal {
  return logReturn.times(logReturn).times(DAY_MS).div(elapsedMs);
}

/** Below this |z| the series of `logReturn` is the shorter way: a move of a fifth in one step. */
const SERIES_LIMIT = dec('0.1');
const SERIES_END = dec('1e-26');
const SERIES_DIGITS = 26;

/**
 * Logarithm of the change of a price: ln(to / from) = 2 * (z + z^3 / 3 + z^5 / 5 + ...) with z = (to - from) / (to + from).
 * A tick moves a price so little that four terms are enough, a third of the cost of a general logarithm. Error below 1e-24.
 */
export function logReturn(from: Decimal, to: Decimal): Decimal {
  const z = to.minus(from).div(to.plus(from)).toSignificantDigits(SERIES_DIGITS);
  if (z.abs().gt(SERIES_LIMIT)) return to.div(from).ln();
  const squared = z.times(z).toSignificantDigits(SERIES_DIGITS);
  let total = z;
  let power = z;
  for (let n = 3; power.abs().gt(SERIES_END); n += 2) {
    power = power.times(squared).toSignificantDigits(SERIES_DIGITS);
    total = total.plus(power.div(n).toSignificantDigits(SERIES_DIGITS));
  }
  return total.times(2);
}

/**
 * Daily volatility after one more price: square root of `ewmaVariance`.
 * @param volatility daily, as it was published last
 * @param decay weight of the old variance after a time, see `halving`
 * @param digits after the point
 */
export function nextVolatility(
  volatility: Decimal,
  decay: (ms: number) => Decimal,
  change: Decimal,
  elapsedMs: number,
  digits: number,
): Decimal {
  return ewmaVariance(volatility.times(volatility), decay(elapsedMs), change, elapsedMs).sqrt().toDecimalPlaces(digits);
}

/** Change of a price over a time. */
export interface PriceReturn {
  /** Logarithm of the change. */
  readonly change: Decimal;
  readonly elapsedMs: number;
}

/** Returns between neighbours of a history at strictly rising times. */
export function returnsOf(history: readonly PricePoint[]): readonly PriceReturn[] {
  return history.slice(1).map(({ at, price }, i) => {
    const before = history[i] as PricePoint;
    return { change: logReturn(before.price, price), elapsedMs: at - before.at };
  });
}

/**
 * Daily volatility over past returns: the EWMA of `ewmaVariance` with weights that sum to one over the history, so that
 * no guess about the time before it enters: v = sum of (1 - w_i) * prod_{j>i} w_j * r_i^2 / dt_i / (1 - prod of w_i).
 * @param returns oldest first
 * @param digits after the point
 * @returns null without any return
 */
export function volatilityOf(
  returns: readonly PriceReturn[],
  decay: (ms: number) => Decimal,
  digits: number,
): Decimal | null {
  let variance = ZERO;
  let missing = ONE;
  for (const { change, elapsedMs } of returns) {
    const weight = decay(elapsedMs);
    variance = ewmaVariance(variance, weight, change, elapsedMs);
    missing = missing.times(weight);
  }
  return missing.eq(ONE) ? null : variance.div(ONE.minus(missing)).sqrt().toDecimalPlaces(digits);
}
