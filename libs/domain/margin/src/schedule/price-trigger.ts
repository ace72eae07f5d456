import type { BySide, Instant } from '@ballast/facts';
import { DAY_MS, dec, HOUR_MS, invariant, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';

/** A mark of the past that a return may be measured from. */
export interface PastMark {
  readonly at: Instant;
  readonly mark: Decimal;
}

/** How far the price itself has moved within the last hour, and on whom that puts the trigger. */
export interface PriceMove {
  /** R_t = ln(P_t / P_ref) */
  readonly logReturn: Decimal;
  /** Age of P_ref. */
  readonly ageMs: number;
  /** x, > 0 */
  readonly threshold: Decimal;
  /** on_long = R_t < -x, on_short = R_t > x */
  readonly triggered: BySide<boolean>;
}

/**
 * The mark that the hourly return is measured from: the newest one at or before t - 1 h, else the oldest known.
 * @param marks oldest first, not empty
 */
export function referenceMark(marks: readonly PastMark[], now: Instant): PastMark {
  const [oldest] = marks;
  invariant(oldest, 'a return needs a past mark');
  let reference = oldest;
  for (const past of marks) {
    if (past.at > now - HOUR_MS) break;
    reference = past;
  }
  return reference;
}

/**
 * Threshold of the price trigger: x = k * s_base * sqrt(max(age, 1 h) / 24 h). A gap in the prices that makes the
 * reference older than one hour widens it by the root of time; a younger reference doesn't narrow it.
 * @returns 12 digits, to the nearest
 * @see docs/spec/margin.md (W78a)
 */
export function triggerThreshold(k: Decimal, sBase: Decimal, ageMs: number): Decimal {
  const horizon = dec(Math.max(ageMs, HOUR_MS)).div(DAY_MS);
  return roundScalar(k.times(sBase).times(horizon.sqrt()));
}

/**
 * Price trigger: R_t = ln(P_t / P_ref); on for long positions when R_t < -x, for short ones when R_t > x.
 * @see docs/spec/margin.md (W78b)
 */
export function priceMove(mark: Decimal, reference: PastMark, now: Instant, k: Decimal, sBase: Decimal): PriceMove {
  const ageMs = now - reference.at;
  const threshold = triggerThreshold(k, sBase, ageMs);
  const logReturn = roundScalar(mark.div(reference.mark).ln());
  return {
    logReturn,
    ageMs,
    threshold,
    triggered: { long: logReturn.lt(threshold.neg()), short: logReturn.gt(threshold) },
  };
}
