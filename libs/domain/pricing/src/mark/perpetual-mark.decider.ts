import type { InstrumentMark, UnderlyingPrices } from '@ballast/facts';
import { ZERO, dec, text, type Decimal, type Instant } from '@ballast/kernel';
import { fundingRate, impactPremium, nextFundingAt, weightedPremium } from '../funding/funding-rate.js';
import type { UnderlyingRecord } from '../index/underlying.state.js';
import type { Decays } from '../rules/pricing-documents.js';
import { markBand, type PricingRules } from '../rules/pricing-rules.js';
import { bookInForce } from './book-in-force.js';
import { measuredMarket } from './measured-market.js';
import { markCandidates, markPrice, smoothedBasis } from './mark-price.js';
import type { PerpetualRecord } from './perpetual.state.js';

/** Mark, premium and predicted rate of a linear perpetual at the index of a price set. */
export function priceInstrument(
  record: PerpetualRecord,
  index: Decimal,
  { indexAt }: UnderlyingRecord,
  asOf: Instant,
  decays: Decays,
  rules: PricingRules,
): InstrumentMark {
  const { digits } = rules;
  const { instrument, tick } = record.specification;
  // Without a book that counts nobody trades away from the index: the basis fades and the premium is zero.
  const book = bookInForce(record.book, index, asOf, rules);
  const sample = book === null ? ZERO : dec(book.mid).minus(index);
  const basis = (
    record.mark === null || indexAt === null
      ? sample
      : smoothedBasis(dec(record.mark.basis), sample, decays.basis(asOf - indexAt))
  ).toDecimalPlaces(digits.price);
  const premium = weightedPremium(
    record.mark === null ? ZERO : dec(record.mark.premium),
    book === null ? ZERO : impactPremium(dec(book.impactBid), dec(book.impactAsk), index),
    record.samples + 1,
  ).toDecimalPlaces(digits.premium);
  const candidates = markCandidates(
    index,
    basis,
    book === null ? index : dec(book.last),
    dec(record.fundingRate),
    nextFundingAt(asOf, rules.funding) - asOf,
    rules,
  );
  const { mark, branch } = markPrice(candidates, index, dec(markBand(rules, instrument.id)), tick);
  const market = measuredMarket(record, mark, asOf, rules);
  return {
    instrument: instrument.id,
    underlying: instrument.underlying,
    mark: text(mark),
    branch,
    candidates: { m1: text(candidates.m1), m2: text(candidates.m2), m3: text(candidates.m3) },
    basis: text(basis),
    premium: text(premium),
    predictedFundingRate: text(fundingRate(premium, rules)),
    ...(market === undefined ? {} : { market }),
  };
}

/** On HALT the last mark stands, also for a first set that has nothing but history: then it is the index. */
export function frozenMark(
  { specification: { instrument, tick }, mark: last, samples }: PerpetualRecord,
  { index }: UnderlyingPrices,
  rules: PricingRules,
): InstrumentMark {
  if (last !== null) {
    const { market: _measured, ...frozen } = last;
    // A funding period that has seen no price yet has neither premium nor rate.
    return samples > 0
      ? { ...frozen, branch: 'frozen' }
      : { ...frozen, branch: 'frozen', premium: '0', predictedFundingRate: '0' };
  }
  const at = dec(index);
  const { mark } = markPrice({ m1: at, m2: at, m3: at }, at, dec(markBand(rules, instrument.id)), tick);
  return {
    instrument: instrument.id,
    underlying: instrument.underlying,
    mark: text(mark),
    branch: 'frozen',
    candidates: { m1: index, m2: index, m3: index },
    basis: '0',
    premium: '0',
    predictedFundingRate: '0',
  };
}
