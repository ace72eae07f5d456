import { ZERO, clamp, dec, maxOf, type Decimal, type Instant } from '@ballast/kernel';
import type { PricingRules } from '../rules/pricing-rules.js';

/** First fixing strictly after the given moment. */
export function nextFundingAt(instant: Instant, { periodMs }: PricingRules['funding']): Instant {
  return (Math.floor(instant / periodMs) + 1) * periodMs;
}

/**
 * Premium of a perpetual over the index at the depth that matters: (max(0, impactBid - index) - max(0, index - impactAsk)) / index.
 * Zero while the index lies between the two.
 * @returns fraction; positive when the perpetual is dear
 */
export function impactPremium(impactBid: Decimal, impactAsk: Decimal, index: Decimal): Decimal {
  return maxOf(ZERO, impactBid.minus(index))
    .minus(maxOf(ZERO, index.minus(impactAsk)))
    .div(index);
}

/**
 * Average of premium samples with weights 1, 2, ..., n, one sample further: a' = a + (p - a) * 2 / (n + 1).
 * Equal to sum of i * p_i / sum of i, so late samples count more and the rate cannot be set by the first minutes.
 * @param sampleNumber n of the new sample, from 1
 */
export function weightedPremium(average: Decimal, sample: Decimal, sampleNumber: number): Decimal {
  return average.plus(
    sample
      .minus(average)
      .times(2)
      .div(sampleNumber + 1),
  );
}

/**
 * Funding rate of a period: F = P + clamp(I - P, -c, +c), limited to +/- cap.
 * @param premium average premium P, fraction
 * @returns fraction of notional per period; positive: longs pay shorts
 */
export function fundingRate(premium: Decimal, { funding, digits }: PricingRules): Decimal {
  const correction = clamp(
    dec(funding.interest).minus(premium),
    dec(funding.interestClamp).neg(),
    dec(funding.interestClamp),
  );
  return clamp(premium.plus(correction), dec(funding.cap).neg(), dec(funding.cap)).toDecimalPlaces(digits.fundingRate);
}
