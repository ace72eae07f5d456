import { exp } from './exp.js';
import { log } from './log.js';

const PER_SQRT_2 = 0.7071067811865476;
const PER_SQRT_2PI = 0.3989422804014327;
const SQRT_HALF_PI = 1.2533141373155003;

/** Above it W. J. Cody's forms for exp(x^2) erfc(x) hold, in units of the normal deviate: 0.46875 sqrt(2). */
const CENTRAL = 0.662912607362388;

/**
 * exp(-x^2 / 2), relative error below 5e-16 also far out: x is split into sixteenths, whose square is exact, and a rest.
 * (The plain product loses x^2/2 ulps: 13 bits of 53 at x = 37.)
 */
export function gaussian(x: number): number {
  const coarse = Math.floor(x * 16) * 0.0625;
  return exp(-0.5 * coarse * coarse) * exp(-0.5 * (x - coarse) * (x + coarse));
}

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return PER_SQRT_2PI * (x > 40 || x < -40 ? 0 : gaussian(x));
}

/**
 * Phi(x) - 1/2 for |x| <= 0.66, relative error of an ulp or two: half the error function.
 * Rational form of W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969).
 */
function centralProbability(x: number): number {
  const z = 0.5 * x * x;
  const top =
    (((1.85777706184603153e-1 * z + 3.1611237438705656) * z + 1.13864154151050156e2) * z + 3.77485237685302021e2) * z +
    3.20937758913846947e3;
  const bottom =
    (((z + 2.36012909523441209e1) * z + 2.44024637934444173e2) * z + 1.28261652607737228e3) * z + 2.84423683343917062e3;
  return (0.5 * PER_SQRT_2 * x * top) / bottom;
}

/**
 * Mills ratio (1 - Phi(x)) / phi(x) for x >= 0: the tail without its exponential, so it neither underflows nor cancels.
 * Relative error below 8e-16. Cody 1969, the two outer intervals; below 0.66 from the error function.
 */
export function millsRatio(x: number): number {
  if (x < CENTRAL) return (0.5 - centralProbability(x)) * (2 * SQRT_HALF_PI) * exp(0.5 * x * x);
  const y = x * PER_SQRT_2;
  if (y <= 4) {
    const top =
      (((((((2.15311535474403846e-8 * y + 5.64188496988670089e-1) * y + 8.88314979438837594) * y +
        6.61191906371416295e1) *
        y +
        2.98635138197400131e2) *
        y +
        8.8195222124176909e2) *
        y +
        1.71204761263407058e3) *
        y +
        2.05107837782607147e3) *
        y +
      1.23033935479799725e3;
    const bottom =
      (((((((y + 1.57449261107098347e1) * y + 1.17693950891312499e2) * y + 5.37181101862009858e2) * y +
        1.62138957456669019e3) *
        y +
        3.29079923573345963e3) *
        y +
        4.36261909014324716e3) *
        y +
        3.43936767414372164e3) *
        y +
      1.23033935480374942e3;
    return (SQRT_HALF_PI * top) / bottom;
  }
  const z = 1 / (y * y);
  const top =
    ((((1.63153871373020978e-2 * z + 3.05326634961232344e-1) * z + 3.60344899949804439e-1) * z +
      1.25781726111229246e-1) *
      z +
      1.60837851487422766e-2) *
      z +
    6.58749161529837803e-4;
  const bottom =
    ((((z + 2.56852019228982242) * z + 1.87295284992346725) * z + 5.27905102951428412e-1) * z +
      6.05183413124413191e-2) *
      z +
    2.33520497626869185e-3;
  return (SQRT_HALF_PI * (5.6418958354775628695e-1 - (z * top) / bottom)) / y;
}

/**
 * Distribution function of the standard normal, relative error below 1e-15 also in the lower tail (to x = -37.5, where the
 * result leaves the normal range of floats). The upper tail is 1 minus it, so absolute there.
 */
export function normalCdf(x: number): number {
  if (x > -CENTRAL && x < CENTRAL) return 0.5 + centralProbability(x);
  if (x < 0) return x < -39 ? 0 : PER_SQRT_2PI * gaussian(x) * millsRatio(-x);
  return x > 9 ? 1 : 1 - PER_SQRT_2PI * gaussian(x) * millsRatio(x);
}

/**
 * The x with Phi(x) = p, for p in (0, 1): relative error of a few ulps for p <= 1/2 (the upper half is as good as p is known).
 * First value by P. J. Acklam's rational forms (relative 1e-9), then one step of Halley's method, which triples the digits.
 * -Infinity at 0, Infinity at 1, NaN outside.
 */
export function inverseNormalCdf(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  if (p > 0.5) return -inverseNormalCdf(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * log(p));
    const x =
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    // (Phi - p) / phi, as a ratio to the tail so that nothing underflows before p does.
    const tail = normalCdf(x);
    const u = (1 - p / tail) * millsRatio(-x);
    return x - u / (1 + 0.5 * x * u);
  }
  const q = p - 0.5;
  const r = q * q;
  const x =
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
      1.328068155288572e1) *
      r +
      1);
  const excess = x > -CENTRAL ? centralProbability(x) - q : normalCdf(x) - p;
  const u = excess / normalPdf(x);
  return x - u / (1 + 0.5 * x * u);
}
