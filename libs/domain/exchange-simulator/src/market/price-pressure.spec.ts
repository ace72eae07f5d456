import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS } from '@ballast/kernel';
import { characterOf } from './character.js';
import { impactOf } from './liquidity.js';
import { moveOf, noPressure, withCloseOut, type PricePressure } from './price-pressure.js';

const NOON = 1_583_928_000_000;
const market = { price: 8_000, liquidity: characterOf('BTC').liquidity, volatility: 0.04 };
const sold = (pressure: PricePressure, minute: number, coins: number): PricePressure =>
  withCloseOut(pressure, 'BTC', NOON + minute * MINUTE_MS, -coins * 1e8);
const moveAt = (pressure: PricePressure, minute: number): number =>
  moveOf(pressure, 'BTC', NOON + minute * MINUTE_MS, market);

describe('the pressure of close-outs on a price', () => {
  const once = sold(noPressure(), 0, 1_000);

  it('pushes it by two thirds of their impact, the way they traded', () => {
    // 1,000 BTC at 8,000 USD, faded over a minute: 8 million times exp(-1/30).
    const impact = impactOf(market.liquidity, 0.04, 8e6 * Math.exp(-1 / 30));
    expect(moveAt(once, 1)).toBeCloseTo((-2 / 3) * impact, 12);
    const bought = withCloseOut(noPressure(), 'BTC', NOON, 1_000e8);
    expect(moveAt(bought, 1)).toBe(-moveAt(once, 1));
  });

  it('is felt from the next clearing time on: at its own the depth that was taken says it all', () => {
    expect(moveAt(once, 0)).toBe(0);
  });

  it('fades, and is forgotten after two hours', () => {
    expect(moveAt(once, 61) / moveAt(once, 1)).toBeCloseTo(Math.exp(-1), 9);
    expect(moveAt(once, 119)).toBeLessThan(0);
    expect(moveAt(once, 120)).toBe(0);
  });

  it('grows with the square root of what was sold, and never beyond a fifth of the price', () => {
    expect(moveAt(sold(noPressure(), 0, 4_000), 1) / moveAt(once, 1)).toBeCloseTo(2, 9);
    const panic = { ...market, volatility: 0.16 };
    expect(moveOf(sold(noPressure(), 0, 1e7), 'BTC', NOON + MINUTE_MS, panic)).toBe(-0.2);
  });

  it('is nothing where as much was bought as sold, and moves no other underlying', () => {
    const even = withCloseOut(once, 'BTC', NOON, 1_000e8);
    expect(moveAt(even, 1)).toBe(0);
    expect(moveOf(once, 'ETH', NOON + MINUTE_MS, market)).toBe(0);
  });

  it('comes out the same in whatever order the fills of different times are folded', () => {
    const fills = fc.array(
      fc.record({ minute: fc.integer({ min: 0, max: 400 }), coins: fc.integer({ min: -500, max: 500 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(
        fills.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([inOrder, shuffled]) => {
          const fold = (all: typeof inOrder): PricePressure =>
            all.reduce((pressure, { minute, coins }) => sold(pressure, minute, coins), noPressure());
          const [a, b] = [fold(inOrder), fold(shuffled)];
          expect(b.units.get('BTC') ?? new Map()).toEqual(a.units.get('BTC') ?? new Map());
          const later = NOON + 7 * HOUR_MS;
          expect(moveOf(b, 'BTC', later, market)).toBe(moveOf(a, 'BTC', later, market));
        },
      ),
    );
  });
});
