/**
 * Powers of two and the binary parts of a float: the only place that looks at bits. Everything else in this folder is
 * `+ - * /` and `sqrt`, which IEEE 754 fixes to the last bit, so the same inputs give the same bits on every engine and in
 * WebAssembly.
 */
const POWERS = new Float64Array(2_047);
POWERS[1_023] = 1;
for (let k = 1; k <= 1_023; k++) {
  POWERS[1_023 + k] = (POWERS[1_022 + k] as number) * 2;
  POWERS[1_023 - k] = (POWERS[1_024 - k] as number) * 0.5;
}

/** 2^k, exact, for whole k in [-1023, 1023]. */
export function powerOfTwo(k: number): number {
  return POWERS[1_023 + k] as number;
}

const bits = new DataView(new ArrayBuffer(8));

/** The high 32 bits of a float: sign, 11 bits of exponent, 20 bits of mantissa. */
export function highWord(x: number): number {
  bits.setFloat64(0, x);
  return bits.getInt32(0);
}

/** The float with these high 32 bits and the low 32 bits of `x`. */
export function withHighWord(x: number, high: number): number {
  bits.setFloat64(0, x);
  bits.setInt32(0, high);
  return bits.getFloat64(0);
}
