import { power } from '@ballast/kernel';
import { nelderMead } from './nelder-mead.js';
import type { SmilePoint } from './smile.js';
import type { SearchRules } from './surface-rules.js';
import { type SviSlice, sviVariance } from './svi.js';

/** One expiry of SSVI: w(k) = theta/2 (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)), theta the variance at the money. */
export interface SsviSlice {
  readonly theta: number;
  readonly phi: number;
  readonly rho: number;
}

/** SSVI across expiries: one rho, and phi(theta) = eta theta^-gamma (1 + theta)^(gamma - 1). */
export interface SsviSurface {
  readonly rho: number;
  readonly eta: number;
  readonly gamma: number;
}

/** Every SSVI slice is a raw SVI slice: a = theta (1 - rho^2)/2, b = theta phi/2, m = -rho/phi, sigma = sqrt(1 - rho^2)/phi. */
export function sviOfSsvi({ theta, phi, rho }: SsviSlice): SviSlice {
  const rest = 1 - rho * rho;
  return { a: 0.5 * theta * rest, b: 0.5 * theta * phi, rho, m: -rho / phi, sigma: Math.sqrt(rest) / phi };
}

export function ssviSlice({ rho, eta, gamma }: SsviSurface, theta: number): SsviSlice {
  return { theta, phi: eta * power(theta, -gamma) * power(1 + theta, gamma - 1), rho };
}

/** Sufficient for no butterfly arbitrage: theta phi (1 + |rho|) < 4 and theta phi^2 (1 + |rho|) <= 4. */
export function ssviConditions({ theta, phi, rho }: SsviSlice): { readonly slope: number; readonly curvature: number } {
  const spread = 1 + Math.abs(rho);
  return { slope: theta * phi * spread, curvature: theta * phi * phi * spread };
}

/** What an expiry contributes to a fit across expiries. */
export interface ExpirySmile {
  readonly timeYears: number;
  /** Total variance at the money. */
  readonly theta: number;
  readonly points: readonly SmilePoint[];
}

/**
 * Least squares in volatility over rho, eta and gamma, with eta (1 + |rho|) <= 2 and gamma in (0, 1), which leave neither
 * butterfly nor calendar arbitrage as long as theta does not fall from expiry to expiry (Gatheral and Jacquier 2014, 4.2).
 */
export function fitSsvi(smiles: readonly ExpirySmile[], { steps, tolerance }: SearchRules): SsviSurface {
  const surfaceOf = (x: Float64Array): SsviSurface => {
    const [r, e, g] = x as unknown as [number, number, number];
    const rho = (0.999 * r) / Math.sqrt(1 + r * r);
    const share = 0.5 * (1 + e / Math.sqrt(1 + e * e));
    return { rho, eta: (1.999 * share) / (1 + Math.abs(rho)), gamma: 0.5 * (1 + (0.98 * g) / Math.sqrt(1 + g * g)) };
  };
  const loss = (x: Float64Array): number => {
    const surface = surfaceOf(x);
    let total = 0;
    for (const { timeYears, theta, points } of smiles) {
      const slice = sviOfSsvi(ssviSlice(surface, theta));
      for (const { k, volatility, weight } of points) {
        const miss = Math.sqrt(sviVariance(slice, k) / timeYears) - volatility;
        total += weight * miss * miss;
      }
    }
    return total;
  };
  return surfaceOf(nelderMead(loss, Float64Array.of(-0.2, -0.2, 0), Float64Array.of(0.3, 0.3, 0.3), steps, tolerance));
}

/** Variances at the money that do not fall: each at least the one before (in time order), by a hair more. */
export function risingThetas(thetas: readonly number[]): number[] {
  let least = 0;
  return thetas.map((theta) => (least = Math.max(theta, least * (1 + 1e-9))));
}
