import { exp, log, millsRatio, normalCdf } from '@ballast/kernel';

const PER_SQRT_2PI = 0.3989422804014327;
/** From it on the upper tail is taken from its Mills ratio; below from the distribution function, as the kernel does. */
const CENTRAL = 0.662912607362388;
/** 2^-50: below it the value of time, at most 0.4 of it and of the forward, is under the bound. */
const NO_VOLATILITY = 8.881784197001252e-16;

/** base x (1 - Phi(x)) for x >= 0; `density` is base x phi(x). */
const upperTail = (x: number, base: number, density: number): number =>
  x < CENTRAL ? base * normalCdf(-x) : density * millsRatio(x);

/**
 * Undiscounted Black-76 in the form of the fast sweep, one logarithm and one exponential to a price. With low = min(F, K),
 * high = max(F, K), s = sigma sqrt(T), h = ln(high / low) / s, t = s / 2 and Q the upper tail of the normal distribution:
 *
 *   price = max(0, side (F - K)) + max(0, low Q(h - t) - high Q(h + t)),   high phi(h + t) = low phi(h - t).
 *
 * |price - exact| <= 2^-48 max(F, K), see docs/spec/sweep-bound.md: for scans and screens. Figures that are published come from
 * the accurate form of @ballast/valuation. The compiled form gives the same bits.
 *
 * @param side 1 = call, -1 = put
 */
export function optionPrice(forward: number, strike: number, totalVolatility: number, side: number): number {
  const inTheMoney = side * (forward - strike);
  const intrinsic = inTheMoney > 0 ? inTheMoney : 0;
  if (!(totalVolatility > NO_VOLATILITY)) return intrinsic;
  const low = Math.min(forward, strike);
  const high = Math.max(forward, strike);
  const h = log(high / low) / totalVolatility;
  const t = totalVolatility * 0.5;
  const x = h - t;
  const density = low * PER_SQRT_2PI * exp(x * -0.5 * x);
  const first = x < 0 ? low - upperTail(-x, low, density) : upperTail(x, low, density);
  const difference = first - upperTail(h + t, high, density);
  return intrinsic + (difference > 0 ? difference : 0);
}

/** Bound of the fast form in units of max(F, K). */
export const FAST_PRICE_BOUND = 2 ** -48;
