import { characterOf } from './character.js';
import fc from 'fast-check';
import { clearingTimeDepth, dailyDepth, executionDistance, halfSpread } from './liquidity.js';

const BTC = characterOf('BTC').liquidity;

describe('depth of the market', () => {
  it.each`
    volatility | expected  | why
    ${0.01}    | ${2.5e9}  | ${'calm: all of it'}
    ${0.04}    | ${2.5e9}  | ${'exactly at the calm volatility'}
    ${0.08}    | ${1.25e9} | ${'twice the volatility: half'}
    ${0.4}     | ${0.25e9} | ${'ten times: a tenth'}
    ${4}       | ${0.1e9}  | ${'never below 4 %'}
  `('at $volatility a day is $expected USD: $why', ({ volatility, expected }) => {
    expect(dailyDepth(BTC, volatility as number)).toBeCloseTo(expected as number, 3);
  });

  it('limits close-outs at one clearing time to 3 % of it', () => {
    expect(clearingTimeDepth(BTC, 0.4)).toBeCloseTo(7.5e6, 3);
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
