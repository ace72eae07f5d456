import type { PriceStatus, SourceState } from '@ballast/facts';
import { ONE, ZERO, clamp, dec, type Decimal } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';

/** A price that may enter the index. */
export interface SourcePrice {
  readonly venue: string;
  readonly state: SourceState;
  readonly mid: Decimal;
  readonly weight: Decimal;
}

export interface IndexPrice {
  readonly status: Exclude<PriceStatus, 'HALT'>;
  readonly index: Decimal;
  /** Before the clamp. */
  readonly median: Decimal;
  /** What entered the average, by venue; a venue that did not count is absent. */
  readonly clamped: ReadonlyMap<string, Decimal>;
}

/** Middle of an odd number of values, mean of the two middle ones of an even number. */
export function medianOf(values: readonly Decimal[]): Decimal {
  const sorted = [...values].sort((a, b) => a.cmp(b));
  const upper = sorted[Math.floor(sorted.length / 2)] as Decimal;
  if (sorted.length % 2 === 1) return upper;
  return upper.plus(sorted[sorted.length / 2 - 1] as Decimal).div(2);
}

/**
 * Index over its sources: index = sum of weight * clamp(mid, median * (1 - c), median * (1 + c)) / sum of weights.
 * So no single one of three or more sources moves it by more than about c / n, whatever it quotes, and an outlier is
 * seen in the published inputs instead of being dropped.
 *
 * Sources LIVE and OUTLIER count. With fewer than the quorum of three there is no majority to clamp to: only LIVE ones
 * count if there is any, two are averaged, and a single one, or each of two that disagree by more than the band, counts
 * only within the band around every reference: so nobody walks the index alone.
 *
 * @param sources sorted by venue
 * @param references prices that others made: the last index that a majority stands behind, the own book; none: the band is open
 * @returns null when no source counts: HALT
 */
export function indexPrice(
  sources: readonly SourcePrice[],
  references: readonly Decimal[],
  rules: PricingRules,
): IndexPrice | null {
  const { quorum, clamp: clampRate } = rules.index;
  const live = sources.filter(({ state }) => state === 'LIVE');
  const counting = sources.filter(({ state }) => state === 'LIVE' || state === 'OUTLIER');
  const few = counting.length < quorum;
  const chosen = few
    ? withoutMajority(live.length > 0 ? live : counting, references, dec(rules.index.anchorBand))
    : counting;
  if (chosen.length === 0) return null;

  const median = medianOf(chosen.map(({ mid }) => mid)).toDecimalPlaces(rules.digits.price);
  const width = median.times(clampRate);
  const low = median.minus(width).toDecimalPlaces(rules.digits.price);
  const high = median.plus(width).toDecimalPlaces(rules.digits.price);
  const clamped = new Map(chosen.map(({ venue, mid }) => [venue, few ? mid : clamp(mid, low, high)]));

  let weighted = ZERO;
  let weights = ZERO;
  for (const { venue, weight } of chosen) {
    weighted = weighted.plus((clamped.get(venue) as Decimal).times(weight));
    weights = weights.plus(weight);
  }
  return {
    status: live.length >= quorum ? 'LIVE' : 'DEGRADED',
    index: weighted.div(weights).toDecimalPlaces(rules.digits.price),
    median,
    clamped,
  };
}

function withoutMajority(
  sources: readonly SourcePrice[],
  references: readonly Decimal[],
  band: Decimal,
): readonly SourcePrice[] {
  if (sources.length > 1 && agree(sources, band)) return sources;
  return sources.filter(({ mid }) => references.every((price) => mid.div(price).minus(ONE).abs().lte(band)));
}

/** True if every price is within the band around their median. */
function agree(sources: readonly SourcePrice[], band: Decimal): boolean {
  const median = medianOf(sources.map(({ mid }) => mid));
  return sources.every(({ mid }) => mid.div(median).minus(ONE).abs().lte(band));
}
