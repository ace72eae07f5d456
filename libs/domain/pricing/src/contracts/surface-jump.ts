import type { SurfaceJump } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import { publishedText, type SurfaceRules } from '@ballast/valuation';
import { waitBeyondBand } from '../index/shared-jump.js';

/** What quotes fail that contradict each other. */
export const CONTRADICTED = 'quotes-contradict';

/** What a smile fails that is too far from the last one, beside the gates. */
export const NOT_BELIEVED = 'jump';

/**
 * Whether the volatility near the money is further from the last one than any market moves between two price sets: then the quotes of
 * the expiry share a fault, such as premiums of ten contracts. Quotes that stay beyond the band, and within the band around where they
 * were first found there, are believed after `holdMs`. They are held against what was published last, so a drift is followed step by step.
 *
 * @param volatility that the quotes make, per year
 * @param believed the one published last
 * @param before why the quotes of the last price set were not believed, if so
 * @returns null when it is believed
 * @see docs/spec/pricing.md CLR-PRC-057
 */
export function surfaceJump(
  volatility: number,
  believed: number,
  asOf: Instant,
  before: SurfaceJump | undefined,
  { band, holdMs }: Pick<SurfaceRules['jump'], 'band' | 'holdMs'>,
): SurfaceJump | null {
  if (isWithinFactor(volatility, believed, 1 + band)) return null;
  const found = publishedText(volatility);
  const stays = before !== undefined && isWithinFactor(volatility, Number(before.first), 1 + band);
  const wait = waitBeyondBand(stays ? before : { first: found, since: asOf }, asOf, holdMs);
  return wait && { volatility: found, ...wait };
}

/** True from `reference / factor` to `reference * factor`, ends included. */
const isWithinFactor = (value: number, reference: number, factor: number): boolean =>
  value <= reference * factor && value * factor >= reference;
