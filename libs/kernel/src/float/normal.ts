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
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694;
  const bottom = (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
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
      (((((((2.1531153547440383e-8 * y + 0.5641884969886701) * y + 8.883149794388377) * y + 66.11919063714163) * y +
        298.6351381974001) *
        y +
        881.952221241769) *
        y +
        1712.0476126340707) *
        y +
        2051.0783778260716) *
        y +
      1230.3393547979972;
    const bottom =
      (((((((y + 15.744926110709835) * y + 117.6939508913125) * y + 537.1811018620099) * y + 1621.3895745666903) * y +
        3290.7992357334597) *
        y +
        4362.619090143247) *
        y +
        3439.3676741437216) *
        y +
      1230.3393548037495;
    return (SQRT_HALF_PI * top) / bottom;
  }
  const z = 1 / (y * y);
  const top =
    ((((0.016315387137302097 * z + 0.30532663496123236) * z + 0.36034489994980445) * z + 0.12578172611122926) * z +
      0.016083785148742275) *
      z +
    0.0006587491615298378;
  const bottom =
    ((((z + 2.568520192289822) * z + 1.8729528499234673) * z + 0.5279051029514285) * z + 0.06051834131244132) * z +
    0.0023352049762686918;
  return (SQRT_HALF_PI * (0.5641895835477563 - (z * top) / bottom)) / y;
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
      (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    // (Phi - p) / phi, as a ratio to the tail so that nothing underflows before p does.
    const tail = normalCdf(x);
    const u = (1 - p / tail) * millsRatio(-x);
    return x - u / (1 + 0.5 * x * u);
  }
  const q = p - 0.5;
  const r = q * q;
  const x =
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1);
  const excess = x > -CENTRAL ? centralProbability(x) - q : normalCdf(x) - p;
  const u = excess / normalPdf(x);
  return x - u / (1 + 0.5 * x * u);
}
