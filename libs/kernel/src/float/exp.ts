import { powerOfTwo } from './exponent.js';

const LN2_HIGH = 6.9314718036912381649e-1; // 33 bits, so that k * LN2_HIGH is exact
const LN2_LOW = 1.90821492927058770002e-10;
const PER_LN2 = 1.442695040888963387;
/** 1.5 * 2^52: adding and taking it away rounds to the nearest whole number, ties to even. */
const TO_WHOLE = 6_755_399_441_055_744;

/** At and above it exp is infinite; at and below the other it is 0. */
const OVERFLOW = 709.782712893384;
const UNDERFLOW = -745.1332191019412;

/**
 * e^x, error below 1 ulp (below 2 ulp where the result is subnormal).
 * x = k ln 2 + r with |r| <= ln 2 / 2; on that interval a rational form of degree 5 in r^2 (fdlibm `e_exp.c`, Sun
 * Microsystems 1993, freely granted), then times 2^k in two exact steps, which needs no branch at either end.
 */
export function exp(x: number): number {
  if (!(x < OVERFLOW)) return x === OVERFLOW ? 1.797693134862273e308 : x + Infinity;
  if (x < UNDERFLOW) return 0;
  const k = x * PER_LN2 + TO_WHOLE - TO_WHOLE;
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const z = r * r;
  const c =
    r -
    z *
      (1.66666666666666019037e-1 +
        z *
          (-2.77777777770155933842e-3 +
            z * (6.61375632143793436117e-5 + z * (-1.6533902205465251539e-6 + z * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  const half = Math.floor(k * 0.5);
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}
