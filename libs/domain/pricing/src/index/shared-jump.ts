import type { PriceJump } from '@ballast/facts';
import { ONE, dec, text, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { UnderlyingRecord } from './underlying.state.js';

/** A level beyond a band at which sources or quotes stand. */
export interface JumpedLevel {
  /** What the first price set that found them there made of them: an index in USD, a volatility per year. */
  readonly first: DecimalString;
  /** Its time. */
  readonly since: Instant;
}

/**
 * Whether an index is further from the last one that was believed than any market moves between two price sets: then all
 * sources share a fault, such as a price per thousand, and nothing is decided on it. Sources that stay beyond the band, and
 * within the band around where they were first found there, are believed after `jumpHoldMs`: a market that did move, or was away
 * for long, is not stopped for good. Whatever else they do begins the wait anew.
 *
 * @param index what the sources make at a price set
 * @returns null when it is believed
 * @see docs/spec/pricing.md CLR-PRC-014
 */
export function sharedJump(
  index: Decimal,
  asOf: Instant,
  { index: believed, jump: before }: Pick<UnderlyingRecord, 'index' | 'jump'>,
  { jumpBand, jumpHoldMs }: PricingRules['index'],
): PriceJump | null {
  const band = dec(jumpBand);
  if (believed === null || isWithinBand(index, dec(believed), band)) return null;
  const stays = before !== null && isWithinBand(index, dec(before.first), band);
  const wait = waitBeyondBand(stays ? before : { first: text(index), since: asOf }, asOf, jumpHoldMs);
  return wait && { index: text(index), ...wait };
}

/** How long a level beyond a band is still not believed; null when it has stayed for long enough. */
export function waitBeyondBand(
  { first, since }: JumpedLevel,
  asOf: Instant,
  holdMs: number,
): (JumpedLevel & { readonly believedFrom: Instant }) | null {
  const believedFrom = since + holdMs;
  return asOf >= believedFrom ? null : { first, since, believedFrom };
}

/** True from `reference / (1 + band)` to `reference * (1 + band)`, ends included; multiplied, so that nothing is rounded. */
export function isWithinBand(price: Decimal, reference: Decimal, band: Decimal): boolean {
  const factor = ONE.plus(band);
  return price.lte(reference.times(factor)) && price.times(factor).gte(reference);
}
