import type { SourceState } from '@ballast/facts';
import { ZERO, dec, maxOf, minOf, text } from '@ballast/kernel';
import * as fc from 'fast-check';
import { indexPrice, medianOf, type SourcePrice } from './index-price.js';
import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';

const source = (venue: string, mid: string, state: SourceState = 'LIVE', weight = '1'): SourcePrice => ({
  venue,
  state,
  mid: dec(mid),
  weight: dec(weight),
});
const sources = (...mids: readonly string[]): SourcePrice[] => mids.map((mid, i) => source(`venue-${i}`, mid));
const priceOf = (given: readonly SourcePrice[], anchor: string | null = null, book: string | null = null) =>
  indexPrice(
    given,
    [anchor, book].flatMap((price) => (price === null ? [] : [dec(price)])),
    BUNDLED_RULES,
  );

describe('index over its sources [CLR-PRC-010] [CLR-PRC-011]', () => {
  it('is the weighted average of prices clamped to half a percent around the median (W37)', () => {
    const priced = priceOf([
      source('a', '100', 'LIVE', '0.25'),
      source('b', '101', 'LIVE', '0.5'),
      source('c', '120', 'LIVE', '0.25'),
    ]);
    expect(priced && text(priced.median)).toBe('101');
    expect([...(priced?.clamped ?? [])].map(([, price]) => text(price))).toEqual(['100.495', '101', '101.505']);
    expect(priced && text(priced.index)).toBe('101');
  });

  it.each`
    mids                       | clamped                    | why
    ${['100', '100', '100.5']} | ${['100', '100', '100.5']} | ${'exactly at the clamp is as it was'}
    ${['100', '100', '100.6']} | ${['100', '100', '100.5']} | ${'beyond it is cut to it'}
    ${['99.4', '100', '100']}  | ${['99.5', '100', '100']}  | ${'and below it alike'}
  `('clamps $mids to $clamped: $why', ({ mids, clamped }: { mids: string[]; clamped: string[] }) => {
    expect([...(priceOf(sources(...mids))?.clamped.values() ?? [])].map(text)).toEqual(clamped);
  });

  it.each`
    given                                                                               | last     | expected                        | why
    ${sources('100', '101', '102')}                                                     | ${null}  | ${['101', 'LIVE']}              | ${'three are a quorum'}
    ${sources('100', '102')}                                                            | ${null}  | ${['101', 'DEGRADED']}          | ${'two are averaged'}
    ${sources('100', '102')}                                                            | ${'50'}  | ${['101', 'DEGRADED']}          | ${'two that agree need no anchor'}
    ${sources('100', '200')}                                                            | ${'101'} | ${['100', 'DEGRADED']}          | ${'of two that disagree the one near the anchor counts'}
    ${sources('100', '200')}                                                            | ${'150'} | ${null}                         | ${'and neither when both are far'}
    ${sources('105')}                                                                   | ${'100'} | ${['105', 'DEGRADED']}          | ${'one exactly at 5 % of the anchor'}
    ${sources('105.01')}                                                                | ${'100'} | ${null}                         | ${'one beyond it: HALT'}
    ${sources('105.01')}                                                                | ${null}  | ${['105.01', 'DEGRADED']}       | ${'one at the very start'}
    ${sources()}                                                                        | ${'100'} | ${null}                         | ${'none: HALT'}
    ${[source('a', '100'), source('b', '100', 'STALE'), source('c', '100', 'CROSSED')]} | ${'100'} | ${['100', 'DEGRADED']}          | ${'stale and crossed do not count'}
    ${[source('a', '100'), source('b', '101'), source('c', '101', 'EXCLUDED')]}         | ${'100'} | ${['100.5', 'DEGRADED']}        | ${'excluded does not count'}
    ${[source('a', '100'), source('b', '100'), source('c', '130', 'OUTLIER')]}          | ${'100'} | ${['100.16666667', 'DEGRADED']} | ${'an outlier counts clamped, but not for the quorum'}
    ${[source('a', '100'), source('b', '104', 'OUTLIER')]}                              | ${'100'} | ${['100', 'DEGRADED']}          | ${'a single live source goes before an outlier'}
  `(
    'is $expected: $why',
    ({ given, last, expected }: { given: SourcePrice[]; last: string | null; expected: string[] | null }) => {
      const priced = priceOf(given, last);
      expect(priced && [text(priced.index), priced.status]).toEqual(expected);
    },
  );

  it.each`
    given                        | book     | expected | why
    ${sources('104')}            | ${'100'} | ${'104'} | ${'near to both'}
    ${sources('104')}            | ${'99'}  | ${null}  | ${'near to the anchor, not to the own book'}
    ${sources('106')}            | ${'104'} | ${null}  | ${'near to the own book, not to the anchor'}
    ${sources('104', '200')}     | ${'98'}  | ${null}  | ${'so does neither of two that disagree'}
    ${sources('100', '102')}     | ${'50'}  | ${'101'} | ${'two that agree need no book'}
    ${sources('98', '99', '97')} | ${'50'}  | ${'98'}  | ${'nor does a quorum'}
  `(
    'takes a source without a majority only near to the anchor of 100 and the own book: $why',
    ({ given, book, expected }: { given: SourcePrice[]; book: string; expected: string | null }) => {
      const priced = priceOf(given, '100', book);
      expect(priced && text(priced.index)).toBe(expected);
    },
  );

  const mid = fc.integer({ min: 1, max: 10_000_000 }).map((cents) => dec(cents).div(100));
  const several = fc.array(mid, { minLength: 3, maxLength: 9 });
  const live = (mids: readonly ReturnType<typeof dec>[]): SourcePrice[] =>
    mids.map((price, i) => ({ venue: `venue-${i}`, state: 'LIVE', mid: price, weight: dec(1) }));

  it('moves by at most clamp / n when one of n equal sources quotes anything at all', () => {
    fc.assert(
      fc.property(mid, mid, fc.integer({ min: 3, max: 9 }), (honest, rogue, n) => {
        const priced = indexPrice(live([rogue, ...Array<typeof honest>(n - 1).fill(honest)]), [], BUNDLED_RULES);
        const moved = (priced?.index ?? ZERO).minus(honest).abs();
        expect(moved.lte(honest.times(BUNDLED_RULES.index.clamp).div(n).plus('1e-8'))).toBe(true);
      }),
    );
  });

  it('stays within the clamp around the median and within the range of its sources', () => {
    fc.assert(
      fc.property(several, (mids) => {
        const index = indexPrice(live(mids), [], BUNDLED_RULES)?.index ?? ZERO;
        const median = medianOf(mids);
        expect(index.div(median).minus(1).abs().lte(dec(BUNDLED_RULES.index.clamp).plus('1e-5'))).toBe(true);
        const [first, ...rest] = mids as [typeof median, ...(typeof median)[]];
        expect(index.gte(minOf(first, ...rest).times('0.99999'))).toBe(true);
        expect(index.lte(maxOf(first, ...rest).times('1.00001'))).toBe(true);
      }),
    );
  });

  it('does not depend on which venue quotes what, nor in which order they come', () => {
    fc.assert(
      fc.property(
        several.chain((mids) => fc.tuple(fc.constant(mids), fc.shuffledSubarray(mids, { minLength: mids.length }))),
        ([mids, shuffled]) => {
          const one = indexPrice(live(mids), [], BUNDLED_RULES);
          const other = indexPrice(live(shuffled), [], BUNDLED_RULES);
          expect(one && text(one.index)).toBe(other && text(other.index));
        },
      ),
    );
  });
});
