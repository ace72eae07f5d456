import type { OptionType } from '@ballast/instruments';
import { dec, type Decimal } from '@ballast/kernel';
import { outOfTheMoneyValue } from '@ballast/valuation';

/** What a European option on a forward is valued from. */
export interface OptionTerms {
  readonly type: OptionType;
  readonly strike: Decimal;
  /** Per year, not negative. */
  readonly volatility: number;
  /** Years of 365 days to expiry. */
  readonly years: number;
}

/**
 * Value of one unit, Black-76: discount * (F N(d1) - K N(d2)) for a call, settlement currency.
 * Only the side out of the money comes from the float formula; the other is put-call parity in decimals,
 * `call - put = discount * (F - K)`, so that boxes and synthetic forwards are exact.
 */
export function optionValue(
  { type, strike, volatility, years }: OptionTerms,
  forward: Decimal,
  discount?: Decimal,
): Decimal {
  const timeValue = dec(outOfTheMoneyValue(forward.toNumber(), strike.toNumber(), volatility * Math.sqrt(years)));
  const intrinsic = type === 'call' ? forward.minus(strike) : strike.minus(forward);
  const value = intrinsic.gt(0) ? timeValue.plus(intrinsic) : timeValue;
  return discount === undefined ? value : value.times(discount);
}
