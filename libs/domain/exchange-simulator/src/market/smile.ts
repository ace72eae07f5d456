import type { Underlying } from '@ballast/facts';
import { DAY_MS } from '@ballast/kernel';
import type { SviSlice } from '@ballast/valuation';
import { characterOf } from './character.js';

/** The market believes in no more than this, whatever happened in the last two hours. */
const HIGHEST_VOLATILITY = 2.8;
const DAYS_PER_YEAR = 365;
/** What was realised counts in full for the next moment, by half for the next two days, hardly for a month. */
const MEMORY_YEARS = 2 / DAYS_PER_YEAR;

/** Years of 365 days. */
export const yearsOf = (ms: number): number => ms / (DAYS_PER_YEAR * DAY_MS);

/**
 * Total variance at the money: w(T) = T (c^2 + (r^2 - c^2) / (1 + T / M)), with calm volatility c, realised volatility r
 * and memory M. It rises with T and with r, so no expiry is cheaper than an earlier one.
 * @param years  to the expiry, > 0
 * @param daily  realised volatility per square root of a day
 */
export function varianceAtTheMoney(underlying: Underlying, years: number, daily: number): number {
  const calm = characterOf(underlying).calmVolatility;
  const realised = Math.min(HIGHEST_VOLATILITY, daily * Math.sqrt(DAYS_PER_YEAR));
  return years * (calm * calm + (realised * realised - calm * calm) / (1 + years / MEMORY_YEARS));
}

/**
 * The smile over it, in the form of SVI: in standard deviations from the money every expiry has the same shape, dearer
 * wings, lower strikes dearest (13 % more volatility two deviations down, 5 % two up).
 */
export function smileOf(variance: number): SviSlice {
  const deviation = Math.sqrt(variance);
  return { a: 0.85 * variance, b: 0.15 * deviation, rho: -0.3, m: 0, sigma: deviation };
}
