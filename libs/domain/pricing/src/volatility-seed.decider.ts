import type { PricingEvents, QuoteEvents } from '@ballast/facts';
import { text, type Decimal, type Instant } from '@ballast/kernel';
import type { PricingRules } from './pricing-rules.js';
import { isMoment, quotedPrice } from './quoted-price.js';
import { returnsOf, volatilityOf, type PricePoint } from './volatility.js';

/** How fast the memory of the two volatilities fades. */
export interface VolatilityDecay {
  readonly fast: (ms: number) => Decimal;
  readonly slow: (ms: number) => Decimal;
}

/**
 * Volatility and the last hour's marks from a price history. Closes that are malformed, out of order or later than
 * now are left out.
 * @returns null when fewer than two closes are usable: the start value of the rules stays
 */
export function seedVolatility(
  { underlying, closes }: QuoteEvents['PriceHistorySupplied'],
  now: Instant,
  decay: VolatilityDecay,
  { digits, volatility }: PricingRules,
): PricingEvents['VolatilitySeeded'] | null {
  const history: PricePoint[] = [];
  for (const { at, price } of closes) {
    const close = quotedPrice(price);
    if (close === null || !isMoment(at) || at > now || at <= (history.at(-1)?.at ?? -1)) continue;
    history.push({ at, price: close.toDecimalPlaces(digits.price) });
  }
  const returns = returnsOf(history);
  const fast = volatilityOf(returns, decay.fast, digits.volatility);
  const slow = volatilityOf(returns, decay.slow, digits.volatility);
  const last = history.at(-1);
  if (fast === null || slow === null || last === undefined) return null;
  return {
    underlying,
    fast: text(fast),
    slow: text(slow),
    lastPrice: text(last.price),
    lastAt: last.at,
    lastHour: history
      .filter(({ at }) => at >= last.at - volatility.lastMarksMs)
      .map(({ at, price }) => ({ at, mark: text(price) })),
  };
}
