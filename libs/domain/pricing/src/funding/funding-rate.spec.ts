import { ZERO, dec, instantOf, isoOf, sum, text } from '@ballast/kernel';
import * as fc from 'fast-check';
import { fundingRate, impactPremium, nextFundingAt, weightedPremium } from './funding-rate.js';
import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';

describe('funding rate [CLR-PRC-041]', () => {
  it.each`
    premium      | rate         | why
    ${'0.0008'}  | ${'0.0003'}  | ${'W41: .08 % - .05 %'}
    ${'0.0002'}  | ${'0.0001'}  | ${'W41: the interest corrects it entirely'}
    ${'-0.001'}  | ${'-0.0005'} | ${'W41: -.10 % + .05 %'}
    ${'0'}       | ${'0.0001'}  | ${'without premium only the interest'}
    ${'0.0006'}  | ${'0.0001'}  | ${'exactly at the interest clamp'}
    ${'0.00061'} | ${'0.00011'} | ${'just beyond it'}
    ${'0.0081'}  | ${'0.0075'}  | ${'capped'}
    ${'-0.5'}    | ${'-0.0075'} | ${'capped on the other side'}
  `('is $rate for a premium of $premium: $why', ({ premium, rate }: { premium: string; rate: string }) => {
    expect(text(fundingRate(dec(premium), BUNDLED_RULES))).toBe(rate);
  });

  it('never exceeds the cap and never falls when the premium rises', () => {
    const premium = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => dec(n).div(1e8));
    fc.assert(
      fc.property(premium, premium, (a, b) => {
        const [low, high] = a.lt(b) ? [a, b] : [b, a];
        const [rateLow, rateHigh] = [fundingRate(low, BUNDLED_RULES), fundingRate(high, BUNDLED_RULES)];
        expect(rateLow.lte(rateHigh)).toBe(true);
        expect(rateHigh.abs().lte(BUNDLED_RULES.funding.cap)).toBe(true);
      }),
    );
  });
});

describe('premium [CLR-PRC-040]', () => {
  it.each`
    bid        | ask        | premium     | why
    ${'59990'} | ${'60010'} | ${'0'}      | ${'the index lies in the book'}
    ${'60000'} | ${'60000'} | ${'0'}      | ${'exactly at both'}
    ${'60060'} | ${'60070'} | ${'0.001'}  | ${'even selling at depth pays 60 more than the index'}
    ${'59930'} | ${'59940'} | ${'-0.001'} | ${'even buying at depth costs 60 less'}
  `('is $premium of an index of 60,000: $why', ({ bid, ask, premium }: Record<string, string>) => {
    expect(text(impactPremium(dec(bid as string), dec(ask as string), dec(60_000)))).toBe(premium);
  });

  const average = (samples: readonly string[]) =>
    samples.reduce((running, sample, i) => weightedPremium(running, dec(sample), i + 1), ZERO);

  it('weighs samples of 1, 2, 3 basis points to 2.333333 (W42)', () => {
    expect(text(average(['1', '2', '3']).toDecimalPlaces(6))).toBe('2.333333');
  });

  it('equals the sum of i * sample over the sum of i for any samples', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 }), (samples) => {
        const weighted = sum(samples.map((sample, i) => dec(sample).times(i + 1)));
        const expected = weighted.div((samples.length * (samples.length + 1)) / 2);
        expect(average(samples.map(String)).minus(expected).abs().lt('1e-30')).toBe(true);
      }),
    );
  });
});

describe('the next fixing [CLR-PRC-042]', () => {
  it.each`
    now                           | next                      | why
    ${'2020-03-12T00:00:00Z'}     | ${'2020-03-12T08:00:00Z'} | ${'strictly after a fixing'}
    ${'2020-03-12T07:59:59.999Z'} | ${'2020-03-12T08:00:00Z'} | ${'the last millisecond before'}
    ${'2020-03-12T15:00:00Z'}     | ${'2020-03-12T16:00:00Z'} | ${'in between'}
    ${'2020-03-12T23:59:00Z'}     | ${'2020-03-13T00:00:00Z'} | ${'over midnight'}
  `('after $now is $next: $why', ({ now, next }: { now: string; next: string }) => {
    expect(isoOf(nextFundingAt(instantOf(now), BUNDLED_RULES.funding))).toBe(next);
  });
});
