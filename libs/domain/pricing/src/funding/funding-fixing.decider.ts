import type { Timer } from '@ballast/event-sourcing';
import type { InstrumentId, PricingEvents } from '@ballast/facts';
import { compareText, dec, invariant, text, ZERO, type Instant } from '@ballast/kernel';
import { fundingRate, nextFundingAt } from './funding-rate.js';
import type { PerpetualRecord } from '../mark/perpetual.state.js';
import { isDelisted } from '../delisting/delisting.evolve.js';
import type { PricingState } from '../pricing.state.js';
import type { PricingRules } from '../rules/pricing-rules.js';

const TIMER = 'funding-';

/** Fixings due by now, earliest first. An instrument has none before its first price set. */
export function dueFixings(state: PricingState, now: Instant): readonly Timer[] {
  const due: Timer[] = [];
  for (const [instrument, { nextFundingAt }] of state.perpetuals) {
    if (nextFundingAt !== null && nextFundingAt <= now && !isDelisted(state, instrument))
      due.push({ id: TIMER + instrument, due: nextFundingAt });
  }
  return due.sort((a, b) => a.due - b.due || compareText(a.id, b.id));
}

/** True for a timer of `dueFixings`. */
export function isFixing({ id }: Timer): boolean {
  return id.startsWith(TIMER);
}

/**
 * Fixes the funding of the period that ends: rate from the average premium, at the last mark before the fixing. A
 * period without any price (HALT from end to end) has no rate, so nobody pays for it.
 */
export function fixFunding(
  state: PricingState,
  { id, due }: Timer,
  rules: PricingRules,
): PricingEvents['FundingRateFixed'] {
  const instrument = id.slice(TIMER.length);
  const { mark: last, samples, cumulativeIndex } = perpetualOf(state, instrument);
  invariant(last, `funding of ${instrument} without a mark`);
  const rate = samples === 0 ? ZERO : fundingRate(dec(last.premium), rules);
  return {
    instrument,
    dueAt: due,
    rate: text(rate),
    mark: last.mark,
    cumulativeIndex: text(dec(cumulativeIndex).plus(rate.times(last.mark))),
    samples,
  };
}

export function fundingRateFixed(
  state: PricingState,
  { instrument, rate, cumulativeIndex, dueAt }: PricingEvents['FundingRateFixed'],
  rules: PricingRules,
): void {
  const record = perpetualOf(state, instrument);
  record.fundingRate = rate;
  record.cumulativeIndex = cumulativeIndex;
  record.samples = 0;
  record.nextFundingAt = nextFundingAt(dueAt, rules.funding);
}

function perpetualOf({ perpetuals }: PricingState, instrument: InstrumentId): PerpetualRecord {
  const record = perpetuals.get(instrument);
  invariant(record, `pricing has no perpetual ${instrument}`);
  return record;
}
