import type { PricingEvents, UnderlyingPrices } from '@ballast/facts';
import { dec, invariant, type Instant } from '@ballast/kernel';
import { byName } from './by-name.js';
import { underlyingOf as underlyingOfListing, type Listing } from './contracts/contract.state.js';
import { noteIndexes } from './contracts/contracts.evolve.js';
import { worstOf } from './contracts/price-status.js';
import { nextFundingAt } from './funding/funding-rate.js';
import { pricesPublished } from './index/underlying-prices.js';
import { underlyingOf } from './index/underlying.state.js';
import { frozenMark, priceInstrument } from './mark/perpetual-mark.decider.js';
import type { Market, PricingState } from './pricing.state.js';
import type { Decays } from './rules/pricing-documents.js';
import type { PricingRules } from './rules/pricing-rules.js';
import { impliedVolatility } from './volatility/implied-volatility.js';

/**
 * True when a price set is due: the first tick of each interval of the exchange's cadence, counted from 1970, so that
 * ticks that come a little early or late neither double nor drift.
 */
export function priceSetDue(state: PricingState, market: Market, now: Instant): boolean {
  const interval = (instant: Instant): number => Math.floor(instant / market.priceSetEveryMs);
  return state.lastAsOf === null || interval(now) > interval(state.lastAsOf);
}

/**
 * The price set of a moment: a mark of every admitted linear perpetual. Its status is the worst of the underlyings that
 * have contracts; a coin that is collateral only halts nobody else's trading.
 */
export function composePriceSet(
  state: PricingState,
  underlyings: PricingEvents['PriceSetPublished']['underlyings'],
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): PricingEvents['PriceSetPublished'] {
  const perpetuals = byName(state.perpetuals).filter(([, { admitted }]) => admitted);
  const traded = [...perpetuals.map(([, record]) => record), ...state.contracts.values()].filter(
    ({ admitted }) => admitted,
  );
  return {
    number: state.priceSets + 1,
    asOf,
    status: worstOf(traded.map((listing) => pricesOf(underlyings, listing).status)),
    underlyings,
    marks: perpetuals.map(([, record]) => {
      const prices = pricesOf(underlyings, record);
      return prices.status === 'HALT'
        ? frozenMark(record, prices, rules)
        : priceInstrument(
            record,
            dec(prices.index),
            underlyingOf(state, underlyingOfListing(record)),
            asOf,
            decays,
            rules,
          );
    }),
  };
}

/** The set with what the options of each underlying say of its volatility, where they say anything. */
export function withImpliedVolatility(
  set: PricingEvents['PriceSetPublished'],
  surfaces: readonly PricingEvents['SurfacePublished'][],
  { volatility, digits }: PricingRules,
): PricingEvents['PriceSetPublished'] {
  const underlyings = Object.entries(set.underlyings).map(([underlying, prices]): [string, UnderlyingPrices] => {
    const own = surfaces.filter((surface) => surface.underlying === underlying);
    const implied = impliedVolatility(own, set.asOf, volatility.impliedHorizonMs, digits.volatility);
    return [underlying, implied === undefined ? prices : { ...prices, volatility: { ...prices.volatility, implied } }];
  });
  return { ...set, underlyings: Object.fromEntries(underlyings) };
}

function pricesOf(underlyings: PricingEvents['PriceSetPublished']['underlyings'], listing: Listing): UnderlyingPrices {
  const prices = underlyings[underlyingOfListing(listing)];
  invariant(prices, `${listing.specification.instrument.id} was admitted without a price`);
  return prices;
}

export function priceSetPublished(
  state: PricingState,
  set: PricingEvents['PriceSetPublished'],
  rules: PricingRules,
): void {
  const { number, asOf, marks } = set;
  invariant(number === state.priceSets + 1, `price set ${number} does not follow ${state.priceSets}`);
  state.priceSets = number;
  state.lastAsOf = asOf;
  pricesPublished(state, set, rules);
  noteIndexes(state, set);
  for (const mark of marks) {
    const record = state.perpetuals.get(mark.instrument);
    invariant(record, `pricing has no perpetual ${mark.instrument}`);
    record.mark = mark;
    if (mark.branch !== 'frozen') record.samples += 1;
    record.nextFundingAt ??= nextFundingAt(asOf, rules.funding);
  }
}
