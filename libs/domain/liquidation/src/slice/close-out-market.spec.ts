import { dec, text } from '@ballast/kernel';
import type { MeasuredMarket } from '@ballast/facts';
import fc from 'fast-check';
import { LIQUIDATION_COST, POLICY } from '../liquidation.fixtures.js';
import { closeOutPace, expectedRate, measuredBook } from './close-out-market.js';

const PERPETUAL = 'BTC-PERP';

const market = (changes: Partial<MeasuredMarket> = {}): MeasuredMarket => ({
  instrument: PERPETUAL,
  dailyVolume: '20000000000',
  bids: { distance: '0.002', depth: '4000000' },
  asks: { distance: '0', depth: '9000000' },
  ...changes,
});

const scheduled = (measured?: MeasuredMarket) => ({
  liquidationCost: { ...LIQUIDATION_COST, participation: '0.05', averageDailyVolume: '20000000000' },
  ...(measured === undefined ? {} : { market: measured }),
});

describe('what an order is expected to cost [CLR-LIQ-045]', () => {
  const book = { distance: dec('0.002'), depth: dec('4000000') };

  it.each`
    taken        | notional     | rate                      | why
    ${'0'}       | ${'1000000'} | ${'0.0053333333333333'}   | ${'20 bp of distance and 2/3 of a root of a quarter percent'}
    ${'1000000'} | ${'1000000'} | ${'0.008094757082487301'} | ${'behind a million of others'}
    ${'0'}       | ${'0'}       | ${'0.002'}                | ${'nothing costs the distance'}
  `('$notional behind $taken: $why', ({ taken, notional, rate }: Record<string, string>) => {
    const expected = expectedRate(book, dec(taken!), dec(notional!));
    expect(expected.toNumber()).toBeCloseTo(Number(rate), 14);
    expect(expected.decimalPlaces()).toBeLessThanOrEqual(16);
  });

  it('is all of it where nothing rests', () => {
    expect(text(expectedRate({ distance: dec('0.01'), depth: dec('0') }, dec('0'), dec('1')))).toBe('1');
  });

  const usd = fc.integer({ min: 1, max: 1e9 }).map((amount) => dec(amount));

  it('is the same in parts as at once, never below the distance, and never beyond all of it', () => {
    fc.assert(
      fc.property(usd, usd, usd, (depth, first, second) => {
        const of = { distance: dec('0.001'), depth };
        const whole = expectedRate(of, dec('0'), first.plus(second));
        expect(whole.gte('0.001') && whole.lte('1')).toBe(true);
        const [before, after] = [expectedRate(of, dec('0'), first), expectedRate(of, first, second)];
        fc.pre(after.lt('1'));
        const parts = before.times(first).plus(after.times(second)).div(first.plus(second));
        expect(parts.minus(whole).abs().lte('0.000000000000001')).toBe(true);
        expect(after.gte(before)).toBe(true);
      }),
    );
  });
});

describe('the side that a close-out takes [CLR-LIQ-045]', () => {
  it('is the bids for a long and the offers for a short, of the instrument that was measured only', () => {
    expect(measuredBook(scheduled(market()), PERPETUAL, 'long')?.depth.toNumber()).toBe(4_000_000);
    expect(measuredBook(scheduled(market()), PERPETUAL, 'short')?.depth.toNumber()).toBe(9_000_000);
    expect(measuredBook(scheduled(market()), 'BTC-27MAR26', 'long')).toBeUndefined();
    expect(measuredBook(scheduled(), PERPETUAL, 'long')).toBeUndefined();
  });
});

describe('the pace [CLR-LIQ-038, CLR-LIQ-045]', () => {
  const deep = { distance: '0', depth: '100000000' };
  /** Follows a thin book down to half of the approved pace; the bundled policy does not. */
  const following = { ...POLICY, leastMeasuredPace: dec('0.5') };
  const paced = (measured?: MeasuredMarket, instrument = PERPETUAL, policy = following) => {
    const schedule = scheduled(measured);
    return closeOutPace(schedule, instrument, measuredBook(schedule, instrument, 'long'), policy);
  };

  it('is by the bundled policy never below the approved one: a thin book bounds what comes beyond it', () => {
    const thin = market({ bids: { distance: '0', depth: '2000000' }, dailyVolume: '40000000000' });
    const pace = paced(thin, PERPETUAL, POLICY);
    expect({ perMinute: text(pace.perMinute), from: pace.from }).toEqual({ perMinute: '3472222.22', from: 'depth' });
    const deeper = market({ bids: { distance: '0', depth: '5000000' }, dailyVolume: '40000000000' });
    expect(text(paced(deeper, PERPETUAL, POLICY).perMinute)).toBe('5000000');
  });

  it.each`
    measured                                                     | perMinute        | from            | why
    ${undefined}                                                 | ${'3472222.22'}  | ${'parameters'} | ${'nothing was measured'}
    ${market({ bids: deep })}                                    | ${'3472222.22'}  | ${'parameters'} | ${'as much is traded as was approved'}
    ${market({ bids: deep, dailyVolume: '1000' })}               | ${'3472222.22'}  | ${'parameters'} | ${'less trade alone slows nothing'}
    ${market({ bids: deep, dailyVolume: '40000000000' })}        | ${'6944444.44'}  | ${'volume'}     | ${'twice as much is traded'}
    ${market({ bids: deep, dailyVolume: '900000000000' })}       | ${'13888888.88'} | ${'volume'}     | ${'four times as much is believed at most'}
    ${market({ bids: { distance: '0', depth: '2000000.009' } })} | ${'2000000'}     | ${'depth'}      | ${'no minute takes more than the first percent of the book'}
    ${market({ bids: { distance: '0', depth: '0' } })}           | ${'1736111.11'}  | ${'depth'}      | ${'an empty book slows it to a half at most'}
  `('$why', ({ measured, perMinute, from }: { measured?: MeasuredMarket; perMinute: string; from: string }) => {
    const pace = paced(measured);
    expect({ perMinute: text(pace.perMinute), from: pace.from }).toEqual({ perMinute, from });
    expect(pace.largestSlice.lte(pace.perMinute)).toBe(true);
  });

  it('is the approved one of every other contract of the underlying', () => {
    const thin = market({ bids: { distance: '0', depth: '0' } });
    expect(paced(thin, 'BTC-27MAR26')).toEqual(paced());
  });

  it('stays between its bounds, whatever a feed says', () => {
    const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(String);
    fc.assert(
      fc.property(amount, amount, (dailyVolume, depth) => {
        const { perMinute, largestSlice } = paced(market({ dailyVolume, bids: { distance: '0', depth } }));
        expect(perMinute.gte('1736111.11') && perMinute.lte('13888888.88')).toBe(true);
        expect(largestSlice.gt(0) && largestSlice.lte(perMinute)).toBe(true);
      }),
    );
  });
});
