import type { Timer } from '@ballast/event-sourcing';
import type { PricingEvents } from '@ballast/facts';
import { DAY_MS, invariant, type Instant } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { PricingState } from '../pricing.state.js';

const TIMER = 'variation-';

/** First settlement of variation strictly after the given moment: 08:00 UTC. */
export function nextVariationAt(
  instant: Instant,
  { contracts: { variationTimeOfDayMs: time } }: PricingRules,
): Instant {
  return (Math.floor((instant - time) / DAY_MS) + 1) * DAY_MS + time;
}

/** Settlements of variation due by now. At its expiry a contract is delivered instead. */
export function dueVariations(state: PricingState, now: Instant): readonly Timer[] {
  const due: Timer[] = [];
  for (const [id, { specification, nextVariationAt: at }] of state.contracts) {
    if (at === null || at > now) continue;
    const { instrument } = specification;
    if (instrument.kind !== 'perpetual' && at >= instrument.expiry) continue;
    due.push({ id: TIMER + id, due: at });
  }
  return due;
}

/** Variation is settled at the last mark before its time. */
export function fixVariationPrice(state: PricingState, { id, due }: Timer): PricingEvents['VariationPriceFixed'] {
  const instrument = id.slice(TIMER.length);
  const risk = state.contracts.get(instrument)?.risk;
  invariant(risk, `variation of ${instrument} without a mark`);
  return { instrument, dueAt: due, price: risk.price };
}
