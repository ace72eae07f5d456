import { type Decimal, maxOf, sum, text, ZERO } from '@ballast/kernel';
import type { OptionHolding } from '@ballast/margin-models';

/**
 * Short options of one expiry that no long option of the other type at the same strike offsets, base units:
 * per strike, max(0, short calls - long puts) + max(0, short puts - long calls).
 */
export function nakedShorts(options: readonly Pick<OptionHolding, 'type' | 'strike' | 'size'>[]): Decimal {
  const strikes = new Map<string, { call: Decimal; put: Decimal }>();
  for (const { type, strike, size } of options) {
    const legs = strikes.get(text(strike)) ?? { call: ZERO, put: ZERO };
    legs[type] = legs[type].plus(size);
    strikes.set(text(strike), legs);
  }
  const naked = (short: Decimal, other: Decimal): Decimal =>
    short.gte(0) ? ZERO : maxOf(short.neg().minus(maxOf(other, ZERO)), ZERO);
  return sum([...strikes.values()].map(({ call, put }) => naked(call, put).plus(naked(put, call))));
}
