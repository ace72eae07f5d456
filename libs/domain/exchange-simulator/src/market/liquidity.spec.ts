import { characterOf } from './character.js';
import fc from 'fast-check';
import {
  clearingTimeDepth,
  depthWithin,
  executionDistance,
  halfSpread,
  impactOf,
  stressOf,
  tradedVolume,
} from './liquidity.js';

const BTC = characterOf('BTC').liquidity;

describe('stress', () => {
  it.each`
    volatility | expected | why
    ${0.01}    | ${1}     | ${'calm'}
    ${0.04}    | ${1}     | ${'exactly at the calm volatility'}
    ${0.08}    | ${2}     | ${'in proportion to volatility'}
    ${0.16}    | ${4}     | ${'the most that was measured'}
    ${4}       | ${4}     | ${'never more'}
  `('at $volatility a day is $expected: $why', ({ volatility, expected }) => {
    expect(stressOf(BTC, volatility as number)).toBeCloseTo(expected as number, 12);
  });

  it('is one law: spread and impact of an order are so many times those of calm, and a clearing time carries so many times less', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 1e9 }),
        (volatility, size) => {
          const stress = stressOf(BTC, volatility);
          expect(impactOf(BTC, volatility, size) / impactOf(BTC, 0.04, size)).toBeCloseTo(stress, 9);
          expect(executionDistance(BTC, volatility, 0, size) / executionDistance(BTC, 0.04, 0, size)).toBeCloseTo(
            stress,
            9,
          );
          expect(halfSpread(BTC, volatility)).toBeCloseTo(0.0001 * stress, 12);
          expect(clearingTimeDepth(BTC, volatility) * stress).toBeCloseTo(75e6, 3);
        },
      ),
    );
  });
});

describe('distance of an execution from the middle of the book', () => {
  it('of 10 million USD in a calm book is half the spread and two thirds of the square-root impact', () => {
    // 0.0001 + 2/3 * 0.8 * 0.04 * sqrt(10e6 / 2.5e9)
    expect(executionDistance(BTC, 0.04, 0, 10e6)).toBeCloseTo(0.0001 + 0.00134924, 7);
  });

  it('is the same for one order and for the same size in parts, on average', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5e7 }), fc.integer({ min: 1, max: 5e7 }), (first, second) => {
        const beyondSpread = (taken: number, size: number): number =>
          (executionDistance(BTC, 0.2, taken, size) - halfSpread(BTC, 0.2)) * size;
        const whole = beyondSpread(0, first + second);
        expect(beyondSpread(0, first) + beyondSpread(first, second)).toBeCloseTo(whole, 3);
      }),
    );
  });

  it('grows with what was taken before, with the size and with volatility', () => {
    const base = executionDistance(BTC, 0.1, 1e6, 1e6);
    expect(executionDistance(BTC, 0.1, 2e6, 1e6)).toBeGreaterThan(base);
    expect(executionDistance(BTC, 0.1, 1e6, 2e6)).toBeGreaterThan(base);
    expect(executionDistance(BTC, 0.2, 1e6, 1e6)).toBeGreaterThan(base);
  });
});

describe('what the exchange says of its market', () => {
  it('is the depth that moves the price by a percent, and what follows from it is what an execution costs', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 1e7 }),
        fc.integer({ min: 1, max: 1e7 }),
        (volatility, taken, size) => {
          const depth = depthWithin(BTC, volatility, 0.01);
          expect(impactOf(BTC, volatility, depth)).toBeCloseTo(0.01, 12);
          const area = (taken + size) ** 1.5 - taken ** 1.5;
          const expected = ((2 / 3) * 0.01 * area) / Math.sqrt(depth) / size;
          expect(halfSpread(BTC, volatility) + expected).toBeCloseTo(
            executionDistance(BTC, volatility, taken, size),
            9,
          );
        },
      ),
    );
  });

  it('is a volume that grows with stress: 2.5bn a calm day, four times as much in a wild one', () => {
    expect(tradedVolume(BTC, 0.02, 86_400_000)).toBeCloseTo(2.5e9, 3);
    expect(tradedVolume(BTC, 2, 60_000)).toBeCloseTo(1e10 / 1_440, 3);
  });
});
