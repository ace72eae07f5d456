import { ValuationError, finite } from './valuation-error.js';

/**
 * Raw SVI slice of one expiry: total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(K / F), w = vol^2 T.
 * @see J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces" (2014)
 */
export interface SviSlice {
  readonly a: number;
  /** >= 0 */
  readonly b: number;
  /** -1 .. 1 */
  readonly rho: number;
  readonly m: number;
  /** > 0 */
  readonly sigma: number;
}

/** Total variance at log-moneyness k. */
export function sviVariance(slice: SviSlice, k: number): number {
  const x = k - slice.m;
  return slice.a + slice.b * (slice.rho * x + Math.sqrt(x * x + slice.sigma * slice.sigma));
}

/** Least total variance of the slice, a + b sigma sqrt(1 - rho^2). */
export function sviLeastVariance({ a, b, rho, sigma }: SviSlice): number {
  return a + b * sigma * Math.sqrt(Math.max(0, 1 - rho * rho));
}

/** Steeper of the two wings, b (1 + |rho|): above 2 a moment of the price would not exist (R. Lee, 2004). */
export function sviWingSlope({ b, rho }: SviSlice): number {
  return b * (1 + Math.abs(rho));
}

/**
 * Durrleman's function g(k) = (1 - k w'/2w)^2 - w'^2/4 (1/w + 1/4) + w''/2: the risk-neutral density up to a positive factor,
 * so negative where a butterfly would be paid to hold.
 */
export function sviDensity(slice: SviSlice, k: number): number {
  const { b, rho, sigma } = slice;
  const x = k - slice.m;
  const root = Math.sqrt(x * x + sigma * sigma);
  const w = slice.a + b * (rho * x + root);
  const w1 = b * (rho + x / root);
  const w2 = (b * sigma * sigma) / (root * root * root);
  const lean = 1 - (k * w1) / (2 * w);
  return lean * lean - 0.25 * w1 * w1 * (1 / w + 0.25) + 0.5 * w2;
}

/** Volatility at log-moneyness k for a time to expiry of `timeYears` > 0; the digits of a published slice may leave its least variance a hair below 0. */
export function sviVolatility(slice: SviSlice, timeYears: number, k: number): number {
  return Math.sqrt(Math.max(0, sviVariance(slice, k)) / timeYears);
}

/**
 * Refuses parameters that are no smile.
 * @throws ValuationError `not-finite`, `parameter-out-of-range`, `negative-variance`
 */
export function checkSvi(slice: SviSlice): SviSlice {
  for (const [name, value] of Object.entries(slice)) finite(value as number, name);
  const { b, rho, sigma } = slice;
  if (b < 0) throw new ValuationError('parameter-out-of-range', 'b', `b is ${b}: the wings rise, give 0 or more`);
  if (Math.abs(rho) > 1)
    throw new ValuationError('parameter-out-of-range', 'rho', `rho is ${rho}: give a figure from -1 to 1`);
  if (sigma <= 0)
    throw new ValuationError('parameter-out-of-range', 'sigma', `sigma is ${sigma}: give a figure above 0`);
  const least = sviLeastVariance(slice);
  if (least < 0)
    throw new ValuationError('negative-variance', 'a', `the least total variance is ${least}: raise a by as much`);
  return slice;
}
