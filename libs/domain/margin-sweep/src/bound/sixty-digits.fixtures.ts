import { Decimal } from '@ballast/kernel';

/** Sixty digits: what floats, and the 40 digits of the kernel, are held against. */
export const Sixty = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });
export type Sixty = Decimal;

const bits = new DataView(new ArrayBuffer(8));

/** The value of a finite float itself. (A decimal made of a number reads its shortest text, which is off by up to half an ulp.) */
export function exactly(float: number): Sixty {
  bits.setFloat64(0, float);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xf_ffff_ffff_ffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
  const size = new Sixty(mantissa.toString()).times(new Sixty(2).pow(Math.max(exponent, 1) - 1_075));
  return word >> 63n === 1n ? size.neg() : size;
}
