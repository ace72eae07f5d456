import type { OptionType } from '@ballast/instruments';
import { inverseNormalCdf, log, normalCdf, normalPdf } from '@ballast/kernel';
import { logDistance, outOfTheMoneyValue } from './black76.js';
import { ValuationError, finite, positive } from './valuation-error.js';

/** Third-order steps need three or four; more only where the price itself has no digits left. */
const MAX_STEPS = 32;
const ENOUGH = 4.5e-16;

/** One step of Householder's third-order method, from f / f', f'' / f' and f''' / f' at the present point. */
function householderStep(newton: number, second: number, third: number): number {
  return (newton * (1 + 0.5 * second * newton)) / (1 + newton * (second + (third * newton) / 6));
}

/**
 * Total volatility s = sigma sqrt(T) at which an out-of-the-money option is worth `value`, for 0 < value < low.
 *
 * With x = ln(high / low) the value has its inflection at s_c = sqrt(2 x). Following P. Jaeckel, "Let's be rational" (2015), the
 * root is sought of 1 / ln(b) below the inflection (there -2 s^2 / x^2 to first order), of b itself above it, and of the
 * logarithm of what is missing to the maximum in the upper half. Every step stays inside a bracket that shrinks, so that it ends.
 */
export function impliedTotalVolatility(low: number, high: number, value: number): number {
  const x = logDistance(low, high);
  const turning = Math.sqrt(2 * x);
  const atTurning = outOfTheMoneyValue(low, high, turning);
  const missing = low - value;
  const branch = value < atTurning ? 'lower' : missing > 0.5 * low ? 'middle' : 'upper';
  const logTarget = branch === 'upper' ? log(missing / low) : log(value / low);

  let least = branch === 'lower' ? 0 : turning;
  let most = branch === 'lower' ? turning : Infinity;
  let s: number;
  if (branch === 'lower') {
    s = x / Math.sqrt(2 * (log(atTurning / low) + 0.25 * x - logTarget));
  } else if (branch === 'middle') {
    s = turning + (value - atTurning) / (low * normalPdf(0));
  } else {
    s = Math.max(turning, -2 * inverseNormalCdf((0.5 * missing) / low));
  }

  for (let i = 0; i < MAX_STEPS; i++) {
    const h = x / s;
    const t = 0.5 * s;
    const b = outOfTheMoneyValue(low, high, s) / low;
    const slope = normalPdf(h - t);
    const bend = (h * h - t * t) / s; // b'' / b'
    const bendSlope = (-3 * h * h) / (s * s) - 0.25;
    let step: number;
    if (branch === 'lower') {
      const l = log(b);
      const l1 = slope / b;
      const l2 = bend - l1;
      step = householderStep(
        (-(l - logTarget) * l) / (logTarget * l1),
        l2 - (2 * l1) / l,
        l2 * l2 + bendSlope - l1 * l2 - (6 * l1 * l2) / l + (6 * l1 * l1) / (l * l),
      );
      if (l > logTarget) most = s;
      else least = s;
    } else if (branch === 'middle') {
      const gap = value / low - b;
      step = householderStep(gap / slope, bend, bend * bend + bendSlope);
      if (gap < 0) most = s;
      else least = s;
    } else {
      const c = normalCdf(h - t) + (high / low) * normalCdf(-h - t);
      const l = log(c);
      const l1 = -slope / c;
      const l2 = bend - l1;
      step = householderStep(-(l - logTarget) / l1, l2, l2 * l2 + bendSlope - l1 * l2);
      if (l < logTarget) most = s;
      else least = s;
    }
    let next = s + step;
    // A step that leaves the bracket, or is none because a figure underflowed, becomes a bisection.
    if (!(next > least && next < most)) {
      if (Math.abs(step) <= ENOUGH * s) return s;
      next = most === Infinity ? 2 * s : 0.5 * (least + most);
    }
    if (Math.abs(next - s) <= ENOUGH * s) return next;
    s = next;
  }
  return s;
}

/**
 * Volatility at which Black-76 gives `price`. Round trip with `black76` to 1e-12 relative wherever the price's time value is
 * above 1e-4 of the price; else to what the price's own last digits allow: one ulp of the price is one ulp / vega.
 * @param price discounted as `black76` is, in the forward's unit
 * @returns per square root of a year; 0 when the price is exactly the intrinsic value
 * @throws ValuationError `price-below-intrinsic`, `price-above-maximum`, `instrument-expired`, `not-finite`, `not-positive`
 */
export function impliedVolatility(
  type: OptionType,
  forward: number,
  strike: number,
  timeYears: number,
  price: number,
  discountFactor = 1,
): number {
  positive(forward, 'forward');
  positive(strike, 'strike');
  positive(discountFactor, 'discountFactor');
  if (finite(timeYears, 'timeYears') <= 0)
    throw new ValuationError('instrument-expired', 'timeYears', 'an expired option has no volatility: leave it out');
  const undiscounted = finite(price, 'price') / discountFactor;
  const isInside = type === 'call' ? forward > strike : strike > forward;
  const intrinsic = isInside ? Math.abs(forward - strike) : 0;
  const timeValue = undiscounted - intrinsic;
  const low = Math.min(forward, strike);
  if (timeValue < 0)
    throw new ValuationError(
      'price-below-intrinsic',
      'price',
      `price ${price} is below the intrinsic value ${intrinsic}`,
    );
  if (timeValue >= low)
    throw new ValuationError(
      'price-above-maximum',
      'price',
      `price ${price} is not below the ${type === 'call' ? 'forward' : 'strike'}: no volatility gives it`,
    );
  if (timeValue === 0) return 0;
  return impliedTotalVolatility(low, Math.max(forward, strike), timeValue) / Math.sqrt(timeYears);
}
