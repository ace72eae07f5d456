import { type Decimal } from '@ballast/kernel';

/** The nearest whole tick, half to even. */
export function onTick(value: Decimal, tick: Decimal): Decimal {
  return value.div(tick).toDecimalPlaces(0).times(tick);
}
