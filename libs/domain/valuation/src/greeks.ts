import type { OptionType } from '@ballast/instruments';
import { normalCdf, normalPdf } from '@ballast/kernel';
import { checkOption, logDistance, undiscountedValue } from './black76.js';
import { finite, positive } from './valuation-error.js';

/** Derivatives of the Black-76 value, per unit of the underlying, times the discount factor. */
export interface Greeks {
  readonly value: number;
  /** By the forward, 0 .. 1 for a call. */
  readonly delta: number;
  /** Second by the forward. */
  readonly gamma: number;
  /** By volatility, for 1.00 of volatility (a vol point is a hundredth of it). */
  readonly vega: number;
  /** By the passing of time at a constant forward and rate, per year: negative for most. */
  readonly theta: number;
  /** By the rate at a constant forward: -T value. */
  readonly rho: number;
  /** Vega by the forward, which is delta by volatility. */
  readonly vanna: number;
  /** Vega by volatility. */
  readonly volga: number;
}

/**
 * Value and greeks of an option on a forward. With phi the density and s = sigma sqrt(T):
 * delta = Phi(d1) or -Phi(-d1); gamma = phi(d1) / (F s); vega = F phi(d1) sqrt(T); theta = rate value - F phi(d1) sigma / (2 sqrt(T));
 * rho = -T value; vanna = -phi(d1) d2 / sigma; volga = vega d1 d2 / sigma. At T = 0 or sigma = 0 delta is that of the
 * intrinsic value (half at the money) and the rest is 0.
 * @param discountFactor exp(-rate T)
 * @throws ValuationError on figures that are not finite or out of range
 */
export function black76Greeks(
  type: OptionType,
  forward: number,
  strike: number,
  timeYears: number,
  volatility: number,
  discountFactor = 1,
  rate = 0,
): Greeks {
  checkOption(forward, strike, timeYears, volatility);
  positive(discountFactor, 'discountFactor');
  finite(rate, 'rate');
  const isCall = type === 'call';
  const rootTime = Math.sqrt(timeYears);
  const s = volatility * rootTime;
  const value = discountFactor * undiscountedValue(isCall, forward, strike, s);
  const rho = -timeYears * value;
  if (s === 0) {
    const inside = forward === strike ? 0.5 : forward > strike === isCall ? 1 : 0;
    const delta = discountFactor * (isCall ? inside : -inside);
    return { value, delta, gamma: 0, vega: 0, theta: rate * value, rho, vanna: 0, volga: 0 };
  }
  const distance = logDistance(Math.min(forward, strike), Math.max(forward, strike)) / s;
  const d1 = (forward >= strike ? distance : -distance) + 0.5 * s;
  const d2 = d1 - s;
  const density = discountFactor * normalPdf(d1);
  const vega = forward * density * rootTime;
  return {
    value,
    delta: discountFactor * (isCall ? normalCdf(d1) : -normalCdf(-d1)),
    gamma: density / (forward * s),
    vega,
    theta: rate * value - (forward * density * volatility) / (2 * rootTime),
    rho,
    vanna: (-density * d2) / volatility,
    volga: (vega * d1 * d2) / volatility,
  };
}
