import {
  decimal,
  documentKind,
  named,
  partial,
  readBody,
  reasonOrNull,
  record,
  whole,
  type ValueOf,
} from '@ballast/documents';
import type { InstrumentId, Underlying } from '@ballast/facts';
import { DAY_MS, HOUR_MS, MINUTE_MS, UNDERLYING, type DecimalString } from '@ballast/kernel';

const source = {
  /** A quote older than this makes its source STALE. */
  staleAfterMs: whole(1, DAY_MS),
  /** Share in the average of the clamped prices, relative to the other sources. */
  weight: decimal('0.000001', '1000000'),
  /** Why the source is EXCLUDED; null when it is not. */
  excludedBecause: reasonOrNull(),
};

const VENUE_OF_UNDERLYING = {
  pattern: /^[A-Z0-9]{1,12}\/[!-~]{1,120}$/,
  remedy: 'write <underlying>/<venue>, such as "BTC/venue-a"',
};
const LINEAR_PERPETUAL = { pattern: /^[A-Z0-9]{1,12}-PERP$/, remedy: 'write a linear perpetual, such as "BTC-PERP"' };

const dailyVolatility = decimal('0.000001', '10');
/** A band of 1 and more would let a mark fall to zero. */
const band = decimal('0.0001', '0.5');
const halfLife = whole(1_000, 1_000 * DAY_MS);

const PRICING_RULES_FORM = record({
  /** Nothing that is listed costs less, USD; keeps a typing error from being divided by. */
  leastPrice: decimal('0.000000000001', '1'),
  source: record(source),
  /** Deviations from `source` by `<underlying>/<venue>`. */
  sourceExceptions: named(VENUE_OF_UNDERLYING, partial(source)),
  index: record({
    /** Every price is limited to median * (1 +/- this) before the average. */
    clamp: decimal('0.000001', '0.5'),
    /** From so many LIVE sources on the index is LIVE. */
    quorum: whole(1, 100),
    /** A single source, or one of two that disagree by more, counts only within this fraction of the anchor and of the own book. */
    anchorBand: decimal('0.000001', '1'),
    /** An index beyond last * (1 + this), or below last / (1 + this), is not believed, however many sources make it. */
    jumpBand: decimal('0.01', '100'),
    /** Sources that stand beyond the band for so long are believed. */
    jumpHoldMs: whole(1, 7 * DAY_MS),
    /** A source clamped for longer than this is an OUTLIER: still clamped and counted, but not for the quorum. */
    outlierAfterMs: whole(0, DAY_MS),
    /** Consecutive good quotes (OUTLIER: price sets without clamp) before a source is LIVE again. */
    rejoinAfter: whole(1, 1_000),
    /** A venue's clock may be ahead of clearing time by this much; a quote from further ahead is ignored. */
    maxAheadMs: whole(0, HOUR_MS),
  }),
  mark: record({
    /** The mark of a linear perpetual stays within index * (1 +/- band). */
    band,
    /** Bands of perpetuals that have another one. */
    bandExceptions: named(LINEAR_PERPETUAL, band),
    /** Weight of a new basis in the moving average, for a step of `basisStepMs`. */
    basisWeight: record({ numerator: whole(1, 1_000_000), denominator: whole(2, 1_000_000) }),
    basisStepMs: whole(1, DAY_MS),
    /** An own book older than this counts as if it stood at the index. */
    bookStaleAfterMs: whole(1, DAY_MS),
  }),
  market: record({
    /** What is traded at present forgets half of the past in this time, and is published once so much has been observed. */
    volumeHalfLifeMs: halfLife,
    /** What was measured longer ago is measured no more. */
    staleAfterMs: whole(1, DAY_MS),
  }),
  funding: record({
    /** Funding is fixed at every multiple of this since 1970. */
    periodMs: whole(MINUTE_MS, 30 * DAY_MS),
    /** Interest, fraction per period. */
    interest: decimal('-0.1', '0.1'),
    /** The interest corrects the premium by at most this. */
    interestClamp: decimal('0', '0.1'),
    /** |rate| is at most this, fraction per period. */
    cap: decimal('0', '0.5'),
  }),
  /** Everything but the linear perpetuals. */
  contracts: record({
    /** The mark of an inverse perpetual stays within index * (1 +/- this). */
    perpetualBand: band,
    /** That of a dated future within index * (1 +/- (this + perYear * years to expiry)): its basis is a carry. */
    futureBand: band,
    futureBandPerYear: decimal('0', '0.5'),
    /** Quotes of an option older than this count no more; nor does a surface that was fitted to them. */
    chainStaleAfterMs: whole(1, DAY_MS),
    /** Put-call parity is read off so many strikes nearest to the index. */
    parityStrikes: whole(1, 100),
    /** Variation is settled at this time of the day, after 00:00 UTC. */
    variationTimeOfDayMs: whole(0, DAY_MS - 1),
  }),
  volatility: record({
    fastHalfLifeMs: halfLife,
    slowHalfLifeMs: halfLife,
    /** How far ahead the implied volatility looks. */
    impliedHorizonMs: halfLife,
    /** Daily volatility before any return is known. */
    start: dailyVolatility,
    /** That of underlyings that have another one. */
    startExceptions: named(UNDERLYING, dailyVolatility),
    /** Marks of this long before the start go into the seed. */
    lastMarksMs: whole(0, 30 * DAY_MS),
  }),
  /** How figures are cut for the log, after the point. What is published is also what the next figure is computed from. */
  digits: record({
    /** Index, median, quotes, candidates and basis, USD. */
    price: whole(2, 18),
    premium: whole(4, 18),
    fundingRate: whole(4, 18),
    volatility: whole(6, 18),
    /** Of an expiry while its delivery price is averaged. */
    openShare: whole(6, 18),
  }),
});

/** What prices are decided by: the `pricing-rules` document. */
export type PricingRules = ValueOf<typeof PRICING_RULES_FORM>;
export type SourceRules = PricingRules['source'];

/** The `pricing-rules` document. Sources of its figures: docs/spec/pricing.md CLR-PRC-070. */
export const PRICING_RULES = documentKind('pricing-rules', (body) =>
  readBody(body, PRICING_RULES_FORM, ({ mark: { basisWeight }, volatility, leastPrice, digits }) =>
    [
      basisWeight.numerator >= basisWeight.denominator
        ? 'mark.basisWeight.numerator: write less than the denominator, so that the weight is below 1'
        : '',
      volatility.fastHalfLifeMs > volatility.slowHalfLifeMs
        ? 'volatility.fastHalfLifeMs: write no more than volatility.slowHalfLifeMs'
        : '',
      (leastPrice.split('.')[1]?.length ?? 0) > digits.price
        ? 'digits.price: write at least the digits of leastPrice, so that no price is cut to zero'
        : '',
    ].filter((defect) => defect !== ''),
  ),
);

/** Rules of one source, exceptions applied. */
export function sourceRules(rules: PricingRules, underlying: Underlying, venue: string): SourceRules {
  return { ...rules.source, ...rules.sourceExceptions[`${underlying}/${venue}`] };
}

/** Band of a perpetual's mark around the index, exceptions applied. */
export function markBand({ mark }: PricingRules, instrument: InstrumentId): DecimalString {
  return mark.bandExceptions[instrument] ?? mark.band;
}

/** Daily volatility of an underlying before any of its returns is known, exceptions applied. */
export function startVolatility({ volatility }: PricingRules, underlying: Underlying): DecimalString {
  return volatility.startExceptions[underlying] ?? volatility.start;
}
