import type { OptionType } from '@ballast/instruments';
import { exp, log, log1p, millsRatio, normalCdf } from '@ballast/kernel';
import { ValuationError, finite, positive } from './valuation-error.js';

const PER_SQRT_2PI = 0.3989422804014327;

/** Half the total volatility below which the difference of two tails is taken from its series. */
const SMALL = 0.2;
/** Distance from the money, in standard deviations, from which the series' integrals are built downwards. */
const FAR = 3;

/** |ln(F / K)|, relative error of an ulp or two: near the money from the difference, which is exact there. */
export function logDistance(low: number, high: number): number {
  return high - low < low ? log1p((high - low) / low) : log(high / low);
}

/**
 * I_1 + t^2/3! I_3 + t^4/5! I_5 + ... with I_n(h) = integral over u > 0 of u^n exp(-h u - u^2/2), h >= 0, t <= 0.2: all terms
 * positive. Times 2 t it is mills(h - t) - mills(h + t), which would lose h / 2t ulps if subtracted.
 * Near the money I_0 is the Mills ratio and I_(n+1) = n I_(n-1) - h I_n upwards; from h = 3 that loses digits, so the ratios
 * r_n = I_n / I_(n-1) = n / (h + r_(n+1)) are taken downwards from n = 36, where sqrt(h^2 + 4 n) closes them.
 */
function tailDifference(h: number, t: number): number {
  const z = t * t;
  if (h < FAR) {
    const i0 = millsRatio(h);
    const i1 = 1 - h * i0;
    const i2 = i0 - h * i1;
    const i3 = 2 * i1 - h * i2;
    const i4 = 3 * i2 - h * i3;
    const i5 = 4 * i3 - h * i4;
    const i6 = 5 * i4 - h * i5;
    const i7 = 6 * i5 - h * i6;
    const i8 = 7 * i6 - h * i7;
    const i9 = 8 * i7 - h * i8;
    const i10 = 9 * i8 - h * i9;
    const i11 = 10 * i9 - h * i10;
    const i12 = 11 * i10 - h * i11;
    const i13 = 12 * i11 - h * i12;
    const i14 = 13 * i12 - h * i13;
    const i15 = 14 * i13 - h * i14;
    return (
      i1 +
      (z / 6) *
        (i3 +
          (z / 20) * (i5 + (z / 42) * (i7 + (z / 72) * (i9 + (z / 110) * (i11 + (z / 156) * (i13 + (z / 210) * i15))))))
    );
  }
  let ratio = 0.5 * (Math.sqrt(h * h + 148) - h);
  // From n = 36 to 16: only the ratios matter. From 15 down the series is summed by Horner's rule in the same ratios.
  for (let n = 36; n >= 16; n--) ratio = n / (h + ratio);
  let sum = 1;
  let n = 15;
  for (let factor = 210; n >= 3; n -= 2, factor = n * (n - 1)) {
    const upper = n / (h + ratio);
    ratio = (n - 1) / (h + upper);
    sum = 1 + (z / factor) * upper * ratio * sum;
  }
  const first = 1 / (h + ratio);
  return (first * sum) / (h + first);
}

/**
 * Value of the option that is out of the money (or at it), undiscounted, per unit of the underlying:
 * with low = min(F, K), high = max(F, K), h = ln(high / low) / s, t = s / 2 and total volatility s = sigma sqrt(T)
 *
 *   value = low Phi(t - h) - high Phi(-t - h) = sqrt(F K) exp(-(h^2 + t^2) / 2) / sqrt(2 pi) (mills(h - t) - mills(h + t)).
 *
 * The first form where t >= h (nothing cancels), the second where h > t, and the series of `tailDifference` for t <= 0.2.
 * Relative error below (20 + h^2) ulps. No checks: the hot path; `black76` checks.
 */
export function outOfTheMoneyValue(forward: number, strike: number, totalVolatility: number): number {
  const low = Math.min(forward, strike);
  const high = Math.max(forward, strike);
  if (!(totalVolatility > 0)) return 0;
  const h = logDistance(low, high) / totalVolatility;
  const t = 0.5 * totalVolatility;
  if (t <= SMALL) {
    if (h > 40) return 0;
    const scale = Math.sqrt(low) * Math.sqrt(high) * PER_SQRT_2PI * exp(-0.5 * (h * h + t * t));
    return scale * totalVolatility * tailDifference(h, t);
  }
  if (t >= h) return low * normalCdf(t - h) - high * normalCdf(-t - h);
  if (h - t > 40) return 0;
  const scale = low * PER_SQRT_2PI * exp(-0.5 * (h - t) * (h - t));
  return scale * (millsRatio(h - t) - millsRatio(h + t));
}

/** Undiscounted Black-76 from the total volatility sigma sqrt(T). No checks: the hot path; `black76` checks. */
export function undiscountedValue(isCall: boolean, forward: number, strike: number, totalVolatility: number): number {
  const value = outOfTheMoneyValue(forward, strike, totalVolatility);
  return (isCall ? forward > strike : strike > forward) ? Math.abs(forward - strike) + value : value;
}

/**
 * Black-76: value of a European option on a forward, in the forward's unit per unit of the underlying.
 *
 *   call = DF (F Phi(d1) - K Phi(d2)),  put = DF (K Phi(-d2) - F Phi(-d1)),
 *   d1 = ln(F / K) / (sigma sqrt(T)) + sigma sqrt(T) / 2,  d2 = d1 - sigma sqrt(T).
 *
 * At expiry (T = 0) and at zero volatility it is the intrinsic value. Relative error below 1e-13 wherever the value is above
 * 1e-10 of the forward.
 * @param timeYears years of 365 days, >= 0
 * @param volatility per square root of a year, 0.6 = 60 %
 * @param discountFactor to the payment, 1 = undiscounted, as in margin
 * @throws ValuationError on figures that are not finite or out of range
 */
export function black76(
  type: OptionType,
  forward: number,
  strike: number,
  timeYears: number,
  volatility: number,
  discountFactor = 1,
): number {
  checkOption(forward, strike, timeYears, volatility);
  positive(discountFactor, 'discountFactor');
  return discountFactor * undiscountedValue(type === 'call', forward, strike, volatility * Math.sqrt(timeYears));
}

export function checkOption(forward: number, strike: number, timeYears: number, volatility: number): void {
  positive(forward, 'forward');
  positive(strike, 'strike');
  if (finite(timeYears, 'timeYears') < 0)
    throw new ValuationError(
      'negative-time',
      'timeYears',
      `timeYears is ${timeYears}: an expired option has none left, give 0`,
    );
  if (finite(volatility, 'volatility') < 0)
    throw new ValuationError(
      'negative-volatility',
      'volatility',
      `volatility is ${volatility}: give a figure of 0 or more`,
    );
}
