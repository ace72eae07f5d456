import { exp, log } from '@ballast/kernel';
import { levenbergMarquardt } from './levenberg-marquardt.js';
import type { SmilePoint } from './smile.js';
import type { SurfaceRules } from './surface-rules.js';
import { type SviSlice, sviDensity, sviLeastVariance, sviVariance, sviWingSlope } from './svi.js';
import { checkPoints } from './svi-fit.js';

/** What a repaired slice must keep clear of. */
export interface SviBounds {
  /** Log-moneyness at which the density is looked at. */
  readonly densityGrid: Float64Array;
  /** Log-moneyness at which the expiry before is looked at, and its total variance there. Empty for the first expiry. */
  readonly calendarGrid: Float64Array;
  readonly floor: Float64Array;
}

/** Unbounded coordinates of a slice with positive least variance: ln of that, ln b, rho on the line, m, ln sigma. */
function coordinates(slice: SviSlice, floor: number): Float64Array {
  const rho = Math.min(Math.max(slice.rho, -0.995), 0.995);
  return Float64Array.of(
    log(Math.max(sviLeastVariance(slice), floor)),
    log(Math.max(slice.b, 1e-6)),
    rho / Math.sqrt(1 - rho * rho),
    slice.m,
    log(slice.sigma),
  );
}

function sliceAt(x: Float64Array): SviSlice {
  const [least, logB, lean, m, logSigma] = x as unknown as [number, number, number, number, number];
  const b = exp(Math.min(logB, 5));
  const sigma = exp(Math.min(Math.max(logSigma, -12), 5));
  const rho = lean / Math.sqrt(1 + lean * lean);
  return { a: exp(Math.min(least, 10)) - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m, sigma };
}

/**
 * Refits a slice that failed a gate: least squares in volatility plus penalties on negative density, on falling below the expiry
 * before, and on wings steeper than Lee's bound, in rounds of ever heavier penalties.
 */
export function repairSvi(
  points: readonly SmilePoint[],
  timeYears: number,
  failed: SviSlice,
  { densityGrid, calendarGrid, floor }: SviBounds,
  { repair: rules, fit }: Pick<SurfaceRules, 'repair' | 'fit'>,
): SviSlice {
  checkPoints(points, timeYears, fit);
  const size = points.length;
  const count = size + densityGrid.length + calendarGrid.length + 1;
  const total = points.reduce((mass, { weight }) => mass + weight, 0);
  const roots = points.map(({ weight }) => Math.sqrt(weight / total));
  const perYear = 1 / Math.sqrt(timeYears);
  const lowest = Math.min(...points.map(({ volatility }) => volatility * volatility)) * timeYears;
  let x = coordinates(failed, fit.leastVarianceShare * lowest);
  for (let round = 1, penalty = 1; round <= rules.rounds; round++, penalty *= rules.heavier) {
    const heavy = Math.sqrt(penalty / densityGrid.length);
    const residuals = (at: Float64Array, out: Float64Array): void => {
      const slice = sliceAt(at);
      let i = 0;
      for (; i < size; i++) {
        const { k, volatility } = points[i] as SmilePoint;
        out[i] = (roots[i] as number) * (perYear * Math.sqrt(sviVariance(slice, k)) - volatility);
      }
      for (const k of densityGrid)
        out[i++] = rules.densityWeight * heavy * Math.max(0, rules.densityRoom - sviDensity(slice, k));
      for (let j = 0; j < calendarGrid.length; j++) {
        const volatility = perYear * Math.sqrt(sviVariance(slice, calendarGrid[j] as number));
        out[i++] = heavy * Math.max(0, perYear * Math.sqrt(floor[j] as number) + rules.calendarRoom - volatility);
      }
      out[i] = Math.sqrt(penalty) * Math.max(0, sviWingSlope(slice) - 2 + rules.wingRoom);
    };
    x = levenbergMarquardt(residuals, x, count, rules.steps);
  }
  return sliceAt(x);
}
