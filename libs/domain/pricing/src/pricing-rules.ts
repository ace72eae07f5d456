import type { InstrumentId, Underlying } from '@ballast/facts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type DecimalString } from '@ballast/kernel';

/** What holds for one source of an index. */
export interface SourceRules {
  /** A quote older than this makes its source STALE. */
  readonly staleAfterMs: number;
  /** Share in the average of the clamped prices, relative to the other sources; > 0. */
  readonly weight: DecimalString;
  /** Why the source is EXCLUDED; null when it is not. Four eyes: a change of this table is reviewed like code. */
  readonly excludedBecause: string | null;
}

/** Every figure that pricing decides by. A change of any of them is a new id, and replay shows what it changes. */
export interface PricingRules {
  readonly id: string;
  readonly source: SourceRules;
  /** Deviations from `source` by `<underlying>/<venue>`. */
  readonly sourceExceptions: { readonly [underlyingAndVenue: string]: Partial<SourceRules> };
  readonly index: {
    /** Every price is limited to median * (1 +/- this) before the average. */
    readonly clamp: DecimalString;
    /** From so many LIVE sources on the index is LIVE. */
    readonly quorum: number;
    /** A single source, or one of two that disagree by more, counts only within this fraction of the last index. */
    readonly lastIndexBand: DecimalString;
    /** A source clamped for longer than this is an OUTLIER: still clamped and counted, but not for the quorum. */
    readonly outlierAfterMs: number;
    /** Consecutive good quotes (OUTLIER: price sets without clamp) before a source is LIVE again. */
    readonly rejoinAfter: number;
    /** A venue's clock may be ahead of clearing time by this much; a quote from further ahead is ignored. */
    readonly maxAheadMs: number;
  };
  readonly mark: {
    /** The mark stays within index * (1 +/- band). */
    readonly band: DecimalString;
    /** Bands of perpetuals that have another one. */
    readonly bandExceptions: { readonly [instrument: InstrumentId]: DecimalString };
    /** Weight of a new basis in the moving average, for a step of `basisStepMs`. */
    readonly basisWeight: { readonly numerator: number; readonly denominator: number };
    readonly basisStepMs: number;
    /** An own book older than this counts as if it stood at the index. */
    readonly bookStaleAfterMs: number;
  };
  readonly funding: {
    /** Funding is fixed at every multiple of this since 1970, that is at 00, 08 and 16 UTC. */
    readonly periodMs: number;
    /** Interest, fraction per period. */
    readonly interest: DecimalString;
    /** The interest corrects the premium by at most this. */
    readonly interestClamp: DecimalString;
    /** |rate| is at most this, fraction per period. */
    readonly cap: DecimalString;
    /** Impact notional, USD, is this over the initial margin rate at the highest leverage. */
    readonly impactMargin: DecimalString;
  };
  /** Everything but the linear perpetuals. */
  readonly contracts: {
    /** The mark of an inverse perpetual stays within index * (1 +/- this). */
    readonly perpetualBand: DecimalString;
    /** That of a dated future within index * (1 +/- (this + perYear * years to expiry)): its basis is a carry. */
    readonly futureBand: DecimalString;
    readonly futureBandPerYear: DecimalString;
    /** Quotes of an option older than this count no more; nor does a surface that was fitted to them. */
    readonly chainStaleAfterMs: number;
    /** Put-call parity is read off so many strikes nearest to the index. */
    readonly parityStrikes: number;
    /** Variation is settled at this time of the day, after 00:00 UTC. */
    readonly variationTimeOfDayMs: number;
    /** `<name>@<version>` of the scenario set of the risk arrays. */
    readonly scenarioSet: string;
  };
  readonly volatility: {
    readonly fastHalfLifeMs: number;
    readonly slowHalfLifeMs: number;
    /** Daily volatility before any return is known. */
    readonly start: DecimalString;
    /** That of underlyings that have another one. */
    readonly startExceptions: { readonly [underlying: Underlying]: DecimalString };
    /** Marks of this long before the start go into the seed. */
    readonly lastMarksMs: number;
  };
  /** How figures are cut for the log. What is published is also what the next figure is computed from. */
  readonly digits: {
    /** All after the point. Index, median, quotes, candidates and basis, USD. */
    readonly price: number;
    readonly premium: number;
    readonly fundingRate: number;
    readonly volatility: number;
  };
}

/**
 * The rules in force.
 * [V] read in the venue's own text, [S] from secondary sources, [K] from general knowledge, [P] our own choice.
 */
export const PRICING_RULES: PricingRules = {
  id: 'pricing-rules@1',
  // [P] One missed quote at minute cadence still counts, two do not. Deribit 3 min in older docs [V], Binance 5 min [S].
  source: { staleAfterMs: 90 * SECOND_MS, weight: '1', excludedBecause: null },
  sourceExceptions: {},
  index: {
    clamp: '0.005', // Deribit index [V]
    quorum: 3, // [P]
    lastIndexBand: '0.05', // [P] beyond the largest one-minute moves of 12 March 2020 and 10 October 2025
    outlierAfterMs: 5 * MINUTE_MS, // [P]
    rejoinAfter: 3, // [P]
    maxAheadMs: 2 * SECOND_MS, // [P]
  },
  mark: {
    band: '0.01', // [P] Deribit perpetuals 0.5 % [K]
    bandExceptions: {},
    basisWeight: { numerator: 2, denominator: 31 }, // Deribit, Thalex: 30 s average in steps of a second [S]
    basisStepMs: SECOND_MS,
    bookStaleAfterMs: 90 * SECOND_MS, // [P] Thalex falls back to the index when depth is missing [S]
  },
  funding: {
    periodMs: 8 * HOUR_MS, // Binance family [V]
    interest: '0.0001', // [V]
    interestClamp: '0.0005', // [V]
    cap: '0.0075', // [P] per 8 hours; Hyperliquid about 4 % an hour [K]
    impactMargin: '200', // Binance [V]
  },
  contracts: {
    perpetualBand: '0.01', // [P] as the linear perpetuals
    futureBand: '0.01', // [P] Deribit bounds the basis of its futures too, by figures it sets for each [S]
    futureBandPerYear: '0.25', // [P] beyond the basis of 2021, about 20 % a year [K]
    chainStaleAfterMs: 5 * MINUTE_MS, // [P]
    parityStrikes: 5, // [P]
    variationTimeOfDayMs: 8 * HOUR_MS, // Deribit settles daily at 08:00 UTC [S]
    scenarioSet: 'adaptive-scenarios@1',
  },
  volatility: {
    fastHalfLifeMs: 10 * MINUTE_MS, // [P] AVSL table, H_fast
    slowHalfLifeMs: 10 * DAY_MS, // [P] AVSL table, H_slow
    start: '0.1', // [P]
    startExceptions: { BTC: '0.03', ETH: '0.04', USDC: '0.002', USDT: '0.002' }, // [P] AVSL table, s_base
    lastMarksMs: HOUR_MS, // the price trigger of AVSL looks back one hour
  },
  digits: { price: 8, premium: 16, fundingRate: 8, volatility: 18 },
};

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
