import { DAY_MS, HOUR_MS, MINUTE_MS, dec, text } from '@ballast/kernel';
import * as fc from 'fast-check';
import { halving } from './decay.js';
import { ewmaVariance, logReturn, nextVolatility, returnsOf, volatilityOf, type PriceReturn } from './volatility.js';

const fast = halving(10 * MINUTE_MS);
const slow = halving(10 * DAY_MS);

describe('volatility [CLR-PRC-030]', () => {
  it('of 4 % a day becomes 4.586938 % after a return of -10 % at weight .94 (W51)', () => {
    const variance = ewmaVariance(dec('0.0016'), dec('0.94'), dec('-0.1'), DAY_MS);
    expect(text(variance)).toBe('0.002104');
    expect(text(variance.sqrt().times(100).toDecimalPlaces(6))).toBe('4.586938');
  });

  it.each`
    elapsed           | weight     | why
    ${0}              | ${'1'}     | ${'nothing is forgotten in no time'}
    ${10 * MINUTE_MS} | ${'0.5'}   | ${'one half-life'}
    ${30 * MINUTE_MS} | ${'0.125'} | ${'three'}
  `('keeps $weight of its past after $elapsed ms: $why', ({ elapsed, weight }: { elapsed: number; weight: string }) => {
    expect(text(fast(elapsed).toDecimalPlaces(30))).toBe(weight);
  });

  it('halves with the variance every half-life of a still price: 3 % -> 2.1213 %', () => {
    const still = nextVolatility(dec('0.03'), fast, dec(0), 10 * MINUTE_MS, 18);
    expect(text(still)).toBe('0.021213203435596426'); // 0.03 / sqrt(2)
  });

  it('does not change when every return is just what it expects', () => {
    const r = dec('0.04').times(dec(MINUTE_MS).div(DAY_MS).sqrt());
    expect(text(nextVolatility(dec('0.04'), slow, r, MINUTE_MS, 18))).toBe('0.04');
  });

  it('of a price that stands still for years is zero, and no endless text', () => {
    expect(text(nextVolatility(dec('0.03'), fast, dec(0), 1_000 * DAY_MS, 18))).toBe('0');
  });

  it('forgets a still time the same in one step as in many', () => {
    let many = dec('0.03');
    for (let i = 0; i < 10; i++) many = nextVolatility(many, fast, dec(0), MINUTE_MS, 18);
    const one = nextVolatility(dec('0.03'), fast, dec(0), 10 * MINUTE_MS, 18);
    expect(many.minus(one).abs().lt('1e-16')).toBe(true);
  });

  it('has a return that agrees with the general logarithm to 24 digits', () => {
    const price = fc.integer({ min: 1, max: 10_000_000 }).map((cents) => dec(cents).div(100));
    fc.assert(
      fc.property(price, price, (from, to) => {
        expect(logReturn(from, to).minus(to.div(from).ln()).abs().lt('1e-24')).toBe(true);
      }),
    );
    expect(text(logReturn(dec(100), dec(100)))).toBe('0');
  });
});

describe('volatility of a price history [CLR-PRC-031]', () => {
  const hourly = (...prices: readonly string[]): readonly PriceReturn[] =>
    returnsOf(prices.map((price, i) => ({ at: i * HOUR_MS, price: dec(price) })));

  it('is not known from a single price', () => {
    expect(volatilityOf(hourly('100'), slow, 16)).toBeNull();
    expect(volatilityOf(hourly(), slow, 16)).toBeNull();
  });

  it('of a single return is that return over the root of its time', () => {
    const expected = dec('1.01').ln().times(dec(24).sqrt()).toDecimalPlaces(12);
    expect(volatilityOf(hourly('100', '101'), slow, 12)?.eq(expected)).toBe(true);
  });

  it('of equal returns is the same for fast and slow, however long the history', () => {
    const wave = hourly(...Array.from({ length: 21 * 24 }, (_, i) => (i % 2 === 0 ? '100' : '101')));
    expect(volatilityOf(wave, slow, 12)?.eq(volatilityOf(wave, fast, 12) ?? 0)).toBe(true);
  });

  it('looks at the last hour when fast and at the days before when slow', () => {
    const calmThenStorm = hourly(...Array.from({ length: 240 }, () => '100'), '95');
    const [quick, steady] = [volatilityOf(calmThenStorm, fast, 12), volatilityOf(calmThenStorm, slow, 12)];
    expect(quick?.gt('0.2')).toBe(true); // 5.1 % in an hour = 25 % a day
    expect(steady?.lt('0.03')).toBe(true);
  });
});
