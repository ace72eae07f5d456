import { highWord, withHighWord } from './exponent.js';

const LN2_HIGH = 6.9314718036912381649e-1; // 33 bits, so that k * LN2_HIGH is exact
const LN2_LOW = 1.90821492927058770002e-10;
const TWO_TO_54 = 18_014_398_509_481_984;

/**
 * (s (f^2/2 + R)) of the expansion log(1 + f) = f - f^2/2 + s (f^2/2 + R), s = f / (2 + f), for 1 + f in [sqrt(1/2), sqrt(2)).
 * Minimax polynomial of fdlibm `e_log.c` (Sun Microsystems 1993, freely granted).
 */
function logTail(f: number, halfSquare: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return s * (halfSquare + (even + odd));
}

/** ln x, error below 1 ulp. -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  let scaled = x;
  if (x < 2.2250738585072014e-308) {
    k = -54;
    scaled = x * TWO_TO_54;
  }
  let high = highWord(scaled);
  // Split so that the mantissa lies in [sqrt(1/2), sqrt(2)).
  high += 0x3ff00000 - 0x3fe6a09e;
  k += (high >> 20) - 1_023;
  high = (high & 0x000fffff) + 0x3fe6a09e;
  const f = withHighWord(scaled, high) - 1;
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (logTail(f, halfSquare) + k * LN2_LOW) - f);
}

/** ln(1 + x), accurate for small x too: error below 1 ulp. -Infinity at -1, NaN below. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (x === Infinity) return x;
  if (x > -0.29289321881345254 && x < 0.41421356237309503) {
    const halfSquare = 0.5 * x * x;
    return x - (halfSquare - logTail(x, halfSquare));
  }
  const u = 1 + x;
  let high = highWord(u);
  high += 0x3ff00000 - 0x3fe6a09e;
  const k = (high >> 20) - 1_023;
  // What 1 + x lost by rounding, relative to u; for large k it is below the last bit.
  const lost = k < 54 ? (k >= 2 ? 1 - (u - x) : x - (u - 1)) / u : 0;
  high = (high & 0x000fffff) + 0x3fe6a09e;
  const f = withHighWord(u, high) - 1;
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (logTail(f, halfSquare) + (k * LN2_LOW + lost)) - f);
}
