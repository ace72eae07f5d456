import type { QuoteEvents } from '@ballast/facts';
import { DAY_MS, ONE, dec, text, type Decimal, type Instant } from '@ballast/kernel';
import { ignoreInput, refusedMoment } from '../ignored-input.js';
import type { PricingState } from '../pricing.state.js';
import { isMoment, quotedPremium } from '../quoted-price.js';
import type { Decays } from '../rules/pricing-documents.js';
import type { PricingRules } from '../rules/pricing-rules.js';

/** Digits of a volume a day: cents. */
const VOLUME_DIGITS = 2;

/**
 * Takes what the market of a linear perpetual traded in a window, and how deep its book is. What is traded at present fades with age,
 *   volume' = w * volume + (1 - w) * traded * day / window,  w = 2^(-window / half-life)
 * @see docs/spec/pricing.md CLR-PRC-022
 */
export function observeMarketActivity(
  state: PricingState,
  { instrument, from, at, ...activity }: QuoteEvents['MarketActivityObserved'],
  now: Instant,
  decays: Decays,
  rules: PricingRules,
): void {
  const record = state.perpetuals.get(instrument);
  if (record === undefined) return ignoreInput(state, 'unknown-instrument');
  const before = record.activity;
  const refusal = refusedMoment(at, before?.at, now, rules);
  if (refusal !== null) return ignoreInput(state, refusal);
  const volume = quotedPremium(activity.volume);
  const bidDepth = quotedPremium(activity.bidDepth);
  const askDepth = quotedPremium(activity.askDepth);
  if (!isMoment(from) || from >= at || !isAmount(volume) || !isAmount(bidDepth) || !isAmount(askDepth)) {
    return ignoreInput(state, 'malformed-message');
  }
  // A window that overlaps the last one would count its trades twice.
  if (before !== null && from < before.at) return ignoreInput(state, 'late-quote');
  const windowMs = at - from;
  const traded = volume.times(DAY_MS).div(windowMs);
  const daily = before === null ? traded : mixed(dec(before.dailyVolume), decays.volume(windowMs), traded);
  record.activity = {
    dailyVolume: text(daily.toDecimalPlaces(VOLUME_DIGITS)),
    observedMs: Math.min((before?.observedMs ?? 0) + windowMs, rules.market.volumeHalfLifeMs),
    bidDepth: text(bidDepth),
    askDepth: text(askDepth),
    at,
  };
}

const isAmount = (figure: ReturnType<typeof quotedPremium>): figure is Decimal =>
  figure !== null && figure !== 'malformed';

const mixed = (old: Decimal, weight: Decimal, fresh: Decimal): Decimal =>
  old.times(weight).plus(fresh.times(ONE.minus(weight)));
