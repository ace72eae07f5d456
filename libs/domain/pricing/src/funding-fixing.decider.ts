import type { Timer } from '@ballast/event-sourcing';
import type { InstrumentId, InstrumentMark, PricingEvents } from '@ballast/facts';
import { compareText, dec, invariant, text, ZERO, type Instant } from '@ballast/kernel';
import { fundingRate } from './funding-rate.js';
import type { PricingRules } from './pricing-rules.js';
import type { PerpetualRecord, PricingState } from './pricing.state.js';

const TIMER = 'funding-';

/** Fixings due by now, earliest first. An instrument has none before its first price set. */
export function dueFixings(state: PricingState, now: Instant): readonly Timer[] {
  const due: Timer[] = [];
  for (const [instrument, { nextFundingAt }] of state.perpetuals) {
    if (nextFundingAt !== null && nextFundingAt <= now) due.push({ id: TIMER + instrument, due: nextFundingAt });
  }
  return due.sort((a, b) => a.due - b.due || compareText(a.id, b.id));
}

/** @throws InvariantViolation when the timer is none of `dueFixings` */
export function instrumentOf(timer: Timer): InstrumentId {
  invariant(timer.id.startsWith(TIMER), `unknown timer ${timer.id}`);
  return timer.id.slice(TIMER.length);
}

/**
 * Fixes the funding of the period that ends: rate from the average premium, at the last mark before the fixing. A
 * period without any price (HALT from end to end) has no rate, so nobody pays for it.
 */
export function fixFunding(
  instrument: InstrumentId,
  record: PerpetualRecord,
  dueAt: Instant,
  rules: PricingRules,
): PricingEvents['FundingRateFixed'] {
  const { mark, premium } = record.mark as InstrumentMark;
  const rate = record.samples === 0 ? ZERO : fundingRate(dec(premium), rules);
  return {
    instrument,
    dueAt,
    rate: text(rate),
    mark,
    cumulativeIndex: text(dec(record.cumulativeIndex).plus(rate.times(mark))),
    samples: record.samples,
  };
}
