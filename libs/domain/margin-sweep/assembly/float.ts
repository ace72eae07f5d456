/**
 * exp, log and the Mills ratio of the kernel (`libs/kernel/src/float`), two at a time: the same operations in the same order,
 * hence the same bits. Where the scalar form asks, both answers are computed and one is chosen. Only what prices need: arguments
 * at most 0 for exp, normal floats for log.
 */

const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const PER_LN2: f64 = 1.442695040888963387;
const TO_WHOLE: f64 = 6755399441055744;
const UNDERFLOW: f64 = -745.1332191019412;
const PER_SQRT_2: f64 = 0.7071067811865476;
const SQRT_HALF_PI: f64 = 1.2533141373155003;
const TWO_TO_52: f64 = 4503599627370496;
const BIAS: f64 = 1023;

export const CENTRAL: f64 = 0.662912607362388;

/** x + c */
function plus(x: v128, c: f64): v128 {
  return f64x2.add(x, f64x2.splat(c));
}

/** c x */
function times(x: v128, c: f64): v128 {
  return f64x2.mul(x, f64x2.splat(c));
}

/** x y + c */
function step(x: v128, y: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(x, y), f64x2.splat(c));
}

/** 2^k for whole k in [-1022, 1023]: k + 1023 comes to stand in the low bits of the mantissa, and goes to the exponent. */
function powerOfTwo(k: v128): v128 {
  return i64x2.shl(plus(k, TWO_TO_52 + BIAS), 52);
}

/** e^x for x <= 0. */
export function exp(x: v128): v128 {
  const k = f64x2.sub(plus(times(x, PER_LN2), TO_WHOLE), f64x2.splat(TO_WHOLE));
  const high = f64x2.sub(x, times(k, LN2_HIGH));
  const low = times(k, LN2_LOW);
  const r = f64x2.sub(high, low);
  const z = f64x2.mul(r, r);
  let c = plus(times(z, 4.13813679705723846039e-8), -1.6533902205465251539e-6);
  c = step(z, c, 6.61375632143793436117e-5);
  c = step(z, c, -2.77777777770155933842e-3);
  c = step(z, c, 1.66666666666666019037e-1);
  c = f64x2.sub(r, f64x2.mul(z, c));
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(f64x2.splat(2), c));
  const y = f64x2.sub(f64x2.splat(1), f64x2.sub(f64x2.sub(low, quotient), high));
  const half = f64x2.floor(times(k, 0.5));
  const result = f64x2.mul(f64x2.mul(y, powerOfTwo(half)), powerOfTwo(f64x2.sub(k, half)));
  return v128.andnot(result, f64x2.lt(x, f64x2.splat(UNDERFLOW)));
}

/** ln x for normal x > 0. */
export function log(x: v128): v128 {
  const shifted = i64x2.add(x, i64x2.splat((0x3ff00000 - 0x3fe6a09e) << 32));
  // The biased exponent as a float: in the low bits of 2^52, which is taken away.
  const exponent = v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000));
  const k = f64x2.sub(exponent, f64x2.splat(TWO_TO_52 + BIAS));
  const mantissa = i64x2.add(v128.and(shifted, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e << 32));
  const f = f64x2.sub(mantissa, f64x2.splat(1));
  const halfSquare = f64x2.mul(times(f, 0.5), f);
  const s = f64x2.div(f, plus(f, 2));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let even = plus(times(w, 1.531383769920937332e-1), 2.222219843214978396e-1);
  even = f64x2.mul(w, step(w, even, 3.999999999940941908e-1));
  let odd = plus(times(w, 1.479819860511658591e-1), 1.818357216161805012e-1);
  odd = step(w, odd, 2.857142874366239149e-1);
  odd = f64x2.mul(z, step(w, odd, 6.66666666666673513e-1));
  const tail = f64x2.mul(s, f64x2.add(halfSquare, f64x2.add(even, odd)));
  const rest = f64x2.sub(f64x2.sub(halfSquare, f64x2.add(tail, times(k, LN2_LOW))), f);
  return f64x2.sub(times(k, LN2_HIGH), rest);
}

/** Phi(x) - 1/2 for |x| < CENTRAL. */
export function centralProbability(x: v128): v128 {
  const z = f64x2.mul(times(x, 0.5), x);
  let top = plus(times(z, 0.18577770618460315), 3.1611237438705655);
  top = step(top, z, 113.86415415105016);
  top = step(top, z, 377.485237685302);
  top = step(top, z, 3209.3775891384694);
  let bottom = plus(z, 23.601290952344122);
  bottom = step(bottom, z, 244.02463793444417);
  bottom = step(bottom, z, 1282.6165260773723);
  bottom = step(bottom, z, 2844.236833439171);
  return f64x2.div(f64x2.mul(times(x, 0.5 * PER_SQRT_2), top), bottom);
}

/** Mills ratio for y = x / sqrt(2) with CENTRAL <= x and y <= 4. */
function millsNear(y: v128): v128 {
  let top = plus(times(y, 2.1531153547440383e-8), 0.5641884969886701);
  top = step(top, y, 8.883149794388377);
  top = step(top, y, 66.11919063714163);
  top = step(top, y, 298.6351381974001);
  top = step(top, y, 881.952221241769);
  top = step(top, y, 1712.0476126340707);
  top = step(top, y, 2051.0783778260716);
  top = step(top, y, 1230.3393547979972);
  let bottom = plus(y, 15.744926110709835);
  bottom = step(bottom, y, 117.6939508913125);
  bottom = step(bottom, y, 537.1811018620099);
  bottom = step(bottom, y, 1621.3895745666903);
  bottom = step(bottom, y, 3290.7992357334597);
  bottom = step(bottom, y, 4362.619090143247);
  bottom = step(bottom, y, 3439.3676741437216);
  bottom = step(bottom, y, 1230.3393548037495);
  return f64x2.div(times(top, SQRT_HALF_PI), bottom);
}

/** Mills ratio for y = x / sqrt(2) > 4. */
function millsFar(y: v128): v128 {
  const z = f64x2.div(f64x2.splat(1), f64x2.mul(y, y));
  let top = plus(times(z, 0.016315387137302097), 0.30532663496123236);
  top = step(top, z, 0.36034489994980445);
  top = step(top, z, 0.12578172611122926);
  top = step(top, z, 0.016083785148742275);
  top = step(top, z, 0.0006587491615298378);
  let bottom = plus(z, 2.568520192289822);
  bottom = step(bottom, z, 1.8729528499234673);
  bottom = step(bottom, z, 0.5279051029514285);
  bottom = step(bottom, z, 0.06051834131244132);
  bottom = step(bottom, z, 0.0023352049762686918);
  const rest = f64x2.sub(f64x2.splat(0.5641895835477563), f64x2.div(f64x2.mul(z, top), bottom));
  return f64x2.div(times(rest, SQRT_HALF_PI), y);
}

/** Mills ratio for x >= CENTRAL; anything below it. */
export function millsRatio(x: v128): v128 {
  const y = times(x, PER_SQRT_2);
  const near = f64x2.le(y, f64x2.splat(4));
  if (i64x2.all_true(near)) return millsNear(y);
  if (!v128.any_true(near)) return millsFar(y);
  return v128.bitselect(millsNear(y), millsFar(y), near);
}
