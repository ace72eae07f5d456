import type { PricingEvents, QuoteEvents } from '@ballast/facts';
import { text, type Instant } from '@ballast/kernel';
import { ignoreInput } from '../ignored-input.js';
import { quotedUnderlying, underlyingOf, type UnderlyingRecord } from '../index/underlying.state.js';
import type { PricingState } from '../pricing.state.js';
import { isMoment, quotedPrice } from '../quoted-price.js';
import type { Decays } from '../rules/pricing-documents.js';
import type { PricingRules } from '../rules/pricing-rules.js';
import { returnsOf, volatilityOf, type PricePoint } from './volatility.js';

/** History is taken by a decision (VolatilitySeeded); here only what comes too late or for nobody is counted. */
export function observeHistory(
  state: PricingState,
  { underlying }: QuoteEvents['PriceHistorySupplied'],
  rules: PricingRules,
): void {
  const record = quotedUnderlying(state, underlying, rules);
  if (record === null) ignoreInput(state, 'unknown-underlying');
  else if (!takesHistory(record)) ignoreInput(state, 'late-history');
}

/** History counts only before the first price of its underlying: later it would rewrite what was published. */
function takesHistory({ index }: UnderlyingRecord): boolean {
  return index === null;
}

/**
 * Volatility and the last hour's marks from a price history. Closes that are malformed, out of order or later than
 * now are left out.
 * @returns null when the history counts no more, or fewer than two closes are usable: the start value of the rules stays
 */
export function seedVolatility(
  state: PricingState,
  { underlying, closes }: QuoteEvents['PriceHistorySupplied'],
  now: Instant,
  decays: Decays,
  rules: PricingRules,
): PricingEvents['VolatilitySeeded'] | null {
  const record = state.underlyings.get(underlying);
  if (record === undefined || !takesHistory(record)) return null;
  const { digits, volatility } = rules;
  const history: PricePoint[] = [];
  for (const { at, price } of closes) {
    const close = quotedPrice(price, rules);
    if (close === null || !isMoment(at) || at > now || at <= (history.at(-1)?.at ?? -1)) continue;
    history.push({ at, price: close.toDecimalPlaces(digits.price) });
  }
  const returns = returnsOf(history);
  const fast = volatilityOf(returns, decays.fast, digits.volatility);
  const slow = volatilityOf(returns, decays.slow, digits.volatility);
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

export function volatilitySeeded(state: PricingState, seed: PricingEvents['VolatilitySeeded']): void {
  const record = underlyingOf(state, seed.underlying);
  record.volatility = { fast: seed.fast, slow: seed.slow };
  record.index = seed.lastPrice;
  record.anchor = seed.lastPrice;
  record.indexAt = seed.lastAt;
}
