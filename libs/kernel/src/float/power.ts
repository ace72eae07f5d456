import { exp } from './exp.js';
import { log } from './log.js';

/**
 * base^exponent = exp(exponent ln base) for base > 0, and 0 for base 0 with a positive exponent. Relative error below
 * (1 + |exponent ln base|) * 2.3e-16: for term structures and decays, where both are small.
 */
export function power(base: number, exponent: number): number {
  return base === 0 && exponent > 0 ? 0 : exp(exponent * log(base));
}
