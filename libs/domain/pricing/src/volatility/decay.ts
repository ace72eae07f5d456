import { Decimal, dec } from '@ballast/kernel';

/** Distinct lengths of time kept before the table starts anew; live ticks are rarely exactly a second apart. */
const KEPT = 4_096;

/**
 * Remembers base^(ms / unitMs) by ms: the power is the dearest operation of a price set, and steps repeat. The memory
 * changes no result, so it is no part of any state.
 */
export function powerOver(base: Decimal, unitMs: number): (ms: number) => Decimal {
  const known = new Map<number, Decimal>();
  return (ms) => {
    const before = known.get(ms);
    if (before !== undefined) return before;
    if (known.size >= KEPT) known.clear();
    const power = base.pow(dec(ms).div(unitMs));
    known.set(ms, power);
    return power;
  };
}

/** Weight that an old value keeps after a time: 2^(-ms / halfLife), in (0, 1]. */
export function halving(halfLifeMs: number): (ms: number) => Decimal {
  return powerOver(dec('0.5'), halfLifeMs);
}
