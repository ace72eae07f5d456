import type { Instant } from '@ballast/kernel';
import type { IgnoredBecause, PricingState } from './pricing.state.js';
import { isMoment } from './quoted-price.js';
import type { PricingRules } from './rules/pricing-rules.js';

/** Counts an input of the exchange that has no effect. */
export function ignoreInput(state: PricingState, because: IgnoredBecause): void {
  state.ignored.set(because, (state.ignored.get(because) ?? 0) + 1);
}

/**
 * Why a quote of that moment does not count: one from before the last one is late, one from ahead of clearing time would
 * block all that follow.
 * @returns null when it counts
 */
export function refusedMoment(
  at: unknown,
  last: Instant | undefined,
  now: Instant,
  { index }: PricingRules,
): IgnoredBecause | null {
  if (!isMoment(at)) return 'malformed-message';
  if (at > now + index.maxAheadMs) return 'quote-ahead-of-time';
  return last !== undefined && at < last ? 'late-quote' : null;
}
