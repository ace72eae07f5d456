import type { UnderlyingSchedule } from '@ballast/facts';
import { clamp, invariant, ONE, ZERO, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';

/** Volatility estimates, by where they come from. */
export type VolatilitySource = UnderlyingSchedule['drivenBy'];

/** One volatility estimate that enters the measured scalar. */
export interface WeightedVolatility {
  readonly source: VolatilitySource;
  /** Share of its square, > 0; the shares of the estimates at hand need not add up to 1. */
  readonly weight: Decimal;
  /** Standard deviation of log returns per square root of a day. */
  readonly daily: Decimal;
}

/**
 * Measured scalar: V* = clamp( sqrt( sum of w_i * s_i^2 / sum of w_i ) / s_ref , 1 , V_max ).
 * The weights renormalise over the estimates that are at hand: without implied volatility, fast and slow have theirs alone.
 * @param estimates at least one with a positive weight
 * @param sRef reference volatility, daily, > 0
 * @returns scalar in [1, V_max], 12 digits
 * @see docs/spec/margin.md (W58)
 */
export function measuredScalar(estimates: readonly WeightedVolatility[], sRef: Decimal, scalarMax: Decimal): Decimal {
  let weights = ZERO;
  let variance = ZERO;
  for (const { weight, daily } of estimates) {
    weights = weights.plus(weight);
    variance = variance.plus(weight.times(daily).times(daily));
  }
  invariant(weights.gt(0), 'the measured scalar needs at least one volatility');
  return roundScalar(clamp(variance.div(weights).sqrt().div(sRef), ONE, scalarMax));
}

/** The estimate with the largest part in the measured scalar, the first of equals. @param estimates at least one */
export function drivingVolatility(estimates: readonly WeightedVolatility[]): VolatilitySource {
  const part = ({ weight, daily }: WeightedVolatility): Decimal => weight.times(daily).times(daily);
  const [first, ...others] = estimates;
  invariant(first, 'the measured scalar needs at least one volatility');
  return others.reduce((most, next) => (part(next).gt(part(most)) ? next : most), first).source;
}
