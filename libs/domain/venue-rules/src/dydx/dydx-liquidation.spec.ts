import { describe, expect, it } from '@jest/globals';
import { dec, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { bankruptcyQuoteDelta } from './bankruptcy-price.js';
import { liquidationBounds, remainingBlockLimit } from './block-limits.js';
import { deleverage, sizeOf } from './deleveraging.js';
import { fillablePrice } from './fillable-price.js';
import { accountRisk, type FractionAccount, type FractionPosition } from './fraction-requirement.js';
import { insuranceFundDelta } from './insurance-fund-delta.js';
import { compareRisk } from './risk-priority.js';
import { undercollateralisedTransition } from './state-transition.js';

const held = (
  market: string,
  size: string,
  oraclePrice: string,
  rest: Partial<FractionPosition> = {},
): FractionPosition => ({
  market,
  size: dec(size),
  oraclePrice: dec(oraclePrice),
  initialFraction: dec('0.2'),
  maintenanceFraction: dec('0.5'),
  ...rest,
});
const account = (quoteBalance: string, ...positions: FractionPosition[]): FractionAccount => ({
  quoteBalance: dec(quoteBalance),
  positions,
});
const BTC_LONG = held('BTC', '0.1', '50000');
const RULE = { bankruptcyAdjustment: dec('1'), spreadToMaintenance: dec('0.1') };

describe('bankruptcy value of a slice [CLR-LQM-020]', () => {
  it.each`
    quote      | size      | delta      | expected    | why
    ${'-5000'} | ${'0.1'}  | ${'-0.1'}  | ${'5000'}   | ${'nothing is left: the oracle value'}
    ${'-4501'} | ${'0.1'}  | ${'-0.1'}  | ${'4501'}   | ${'a long gives up its collateral of 499'}
    ${'-4501'} | ${'0.1'}  | ${'-0.05'} | ${'2250.5'} | ${'half the slice takes half of it'}
    ${'-5100'} | ${'0.1'}  | ${'-0.1'}  | ${'5100'}   | ${'collateral below zero is owed by the buyer'}
    ${'4900'}  | ${'-0.1'} | ${'0.1'}   | ${'-4900'}  | ${'a short pays less than it owes'}
    ${'5499'}  | ${'-0.1'} | ${'0.1'}   | ${'-5499'}  | ${'a short gives up its collateral of 499'}
  `('of $delta with $quote is $expected: $why', ({ quote, size, delta, expected }: Record<string, string>) => {
    const holder = account(quote!, held('BTC', size!, '50000'));
    expect(text(bankruptcyQuoteDelta(holder, 'BTC', dec(delta!)))).toBe(expected);
  });

  it('shares collateral below zero rounded away from zero, so that the fund is not short by a unit', () => {
    // -1 x 1 / 3 of collateral is floored to -0.333334.
    const thirds = account('-3.0', ...['A', 'B', 'C'].map((market) => held(market, '1', '0.6666666')));
    expect(text(bankruptcyQuoteDelta(thirds, 'A', dec('-1')))).toBe('1');
    const uneven = account('-4', ...['A', 'B', 'C'].map((market) => held(market, '1', '1')));
    expect(text(bankruptcyQuoteDelta(uneven, 'A', dec('-1')))).toBe('1.333334');
  });

  it.each([
    ['larger than the position', 'BTC', '-0.10000001'],
    ['of the same sign as the position', 'BTC', '0.1'],
    ['of nothing', 'BTC', '0'],
    ['in a market without a position', 'ETH', '-0.1'],
  ])('is refused for a delta %s', (_what, market, delta) => {
    const refused = expect.objectContaining({ code: 'invalid-close-delta', field: 'closeDelta' });
    const holder = account('-5000', BTC_LONG);
    expect(() => bankruptcyQuoteDelta(holder, market, dec(delta))).toThrow(refused);
    expect(() => fillablePrice(holder, market, dec(delta), RULE)).toThrow(refused);
    expect(() => insuranceFundDelta(holder, market, dec(delta), dec('50000'), dec('0.01'))).toThrow(refused);
  });

  it('is refused where no maintenance margin says how to share', () => {
    const free = account('-5000', { ...BTC_LONG, initialFraction: ZERO });
    const refused = expect.objectContaining({ code: 'no-maintenance-margin' });
    expect(() => bankruptcyQuoteDelta(free, 'BTC', dec('-0.1'))).toThrow(refused);
    expect(() => fillablePrice(free, 'BTC', dec('-0.1'), RULE)).toThrow(refused);
  });

  it('of the whole account takes all collateral, to the unit, and never less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -60_000, max: 60_000 }),
        fc.integer({ min: -1_000, max: 1_000 }).filter((size) => size !== 0),
        (quote, milli) => {
          const size = dec(milli).div(1000);
          const holder = account(String(quote), { ...BTC_LONG, size });
          const after = holder.quoteBalance.plus(bankruptcyQuoteDelta(holder, 'BTC', size.neg()));
          expect(after.isZero()).toBe(true);
        },
      ),
    );
  });
});

describe('fillable price [CLR-LQM-021]', () => {
  it.each`
    quote      | size      | spread   | adjustment | expected   | why
    ${'-4501'} | ${'0.1'}  | ${'0.1'} | ${'1'}     | ${'49999'} | ${'W21: a unit of collateral is missing'}
    ${'-4501'} | ${'0.1'}  | ${'1.5'} | ${'1'}     | ${'49985'} | ${'W21 with a spread of 150 %'}
    ${'-5000'} | ${'0.1'}  | ${'0.1'} | ${'1'}     | ${'49500'} | ${'W22: no collateral, the whole spread'}
    ${'-9000'} | ${'0.1'}  | ${'0.1'} | ${'1'}     | ${'49500'} | ${'no more than the whole spread'}
    ${'-1000'} | ${'0.1'}  | ${'0.1'} | ${'1'}     | ${'50000'} | ${'collateral over maintenance: the oracle'}
    ${'-4750'} | ${'0.1'}  | ${'0.1'} | ${'2'}     | ${'49500'} | ${'adjusted twice as fast'}
    ${'5499'}  | ${'-0.1'} | ${'0.1'} | ${'1'}     | ${'50001'} | ${'a short may be bought above the oracle'}
  `(
    'with $quote and $size is $expected: $why',
    ({ quote, size, spread, adjustment, expected }: Record<string, string>) => {
      const rule = { bankruptcyAdjustment: dec(adjustment!), spreadToMaintenance: dec(spread!) };
      const holder = account(quote!, held('BTC', size!, '50000'));
      expect(text(fillablePrice(holder, 'BTC', dec(size!).neg(), rule))).toBe(expected);
    },
  );

  it('does not depend on how much of the position is closed', () => {
    const holder = account('-4501', BTC_LONG);
    expect(text(fillablePrice(holder, 'BTC', dec('-0.01'), RULE))).toBe('49999');
  });
});

describe('insurance fund [CLR-LQM-022]', () => {
  const holder = account('-4501', BTC_LONG);

  it.each`
    fillPrice  | cap        | expected  | why
    ${'49800'} | ${'0.015'} | ${'74.7'} | ${'W24: 1.5 % of 4,980, less than the 479 left over'}
    ${'49800'} | ${'0.005'} | ${'24.9'} | ${'W24: 0.5 %'}
    ${'44900'} | ${'0.015'} | ${'-11'}  | ${'W24: the fund pays what is missing'}
    ${'45010'} | ${'0.015'} | ${'0'}    | ${'exactly the bankruptcy value'}
    ${'45020'} | ${'0.015'} | ${'1'}    | ${'no more than is left over'}
  `('at $fillPrice receives $expected: $why', ({ fillPrice, cap, expected }: Record<string, string>) => {
    expect(text(insuranceFundDelta(holder, 'BTC', dec('-0.1'), dec(fillPrice!), dec(cap!)))).toBe(expected);
  });

  it('takes its fee of the amount that closing a short costs', () => {
    const short = account('4900', held('BTC', '-0.1', '50000'));
    expect(text(insuranceFundDelta(short, 'BTC', dec('0.1'), dec('44100'), dec('0.005')))).toBe('22.05');
  });

  it('never receives anything from a fill at or beyond the bankruptcy price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 45_010 }), (fillPrice) => {
        const delta = insuranceFundDelta(holder, 'BTC', dec('-0.1'), dec(fillPrice), dec('0.015'));
        expect(delta.lte(0)).toBe(true);
      }),
    );
  });
});

const risk = (netCollateral: string, maintenance: string, initial = '0') => ({
  netCollateral: dec(netCollateral),
  maintenance: dec(maintenance),
  initial: dec(initial),
});

describe('which account is liquidated first [CLR-LQM-023]', () => {
  it.each`
    first             | second             | expected | why
    ${['50', '100']}  | ${['100', '100']}  | ${1}     | ${'the lower ratio'}
    ${['100', '50']}  | ${['0', '100']}    | ${-1}    | ${'2 against 0'}
    ${['-100', '50']} | ${['-100', '100']} | ${1}     | ${'-2 against -1'}
    ${['0', '50']}    | ${['0', '100']}    | ${-1}    | ${'same ratio: the larger requirement'}
    ${['50', '100']}  | ${['50', '100']}   | ${0}     | ${'alike'}
    ${['100', '100']} | ${['100', '0']}    | ${1}     | ${'a requirement against none'}
    ${['-1', '0']}    | ${['0', '0']}      | ${1}     | ${'neither has any: the lower collateral'}
    ${['0', '0']}     | ${['0', '0']}      | ${0}     | ${'two empty accounts'}
    ${['0', '0']}     | ${['0', '10']}     | ${-1}    | ${'both products zero: the larger requirement'}
  `('$first against $second is $expected: $why', ({ first, second, expected }) => {
    const [one, other] = [first, second].map((pair) => risk(...(pair as [string, string])));
    expect(compareRisk(one!, other!)).toBe(expected);
    expect(compareRisk(other!, one!) + compareRisk(one!, other!)).toBe(0);
  });
});

describe('a change that leaves an account below its initial requirement', () => {
  it.each`
    before                  | after            | expected                       | why
    ${['50', '100', '80']}  | ${['40', '70']}  | ${'still-undercollateralised'} | ${'40/70 is below 50/80'}
    ${['50', '100', '80']}  | ${['50', '80']}  | ${'accepted'}                  | ${'nothing changed'}
    ${['50', '100', '80']}  | ${['35', '56']}  | ${'accepted'}                  | ${'exactly the same ratio, smaller'}
    ${['50', '100', '80']}  | ${['200', '81']} | ${'still-undercollateralised'} | ${'maintenance may not rise, however good the ratio'}
    ${['100', '100', '80']} | ${['10', '80']}  | ${'newly-undercollateralised'} | ${'it met its requirement exactly before'}
    ${['-2', '1', '1']}     | ${['-1', '0']}   | ${'still-undercollateralised'} | ${'only one maintenance is zero'}
    ${['-1', '0', '0']}     | ${['100', '1']}  | ${'still-undercollateralised'} | ${'maintenance rises from zero'}
    ${['-2', '0', '0']}     | ${['-1', '0']}   | ${'accepted'}                  | ${'both zero and collateral rises'}
    ${['-2', '0', '0']}     | ${['-2', '0']}   | ${'still-undercollateralised'} | ${'both zero and collateral stays'}
    ${['0', '0', '0']}      | ${['-1', '0']}   | ${'newly-undercollateralised'} | ${'both zero and collateral falls'}
  `('$before -> $after is $expected: $why', ({ before, after, expected }) => {
    const [netCollateral, initial, maintenance] = before as [string, string, string];
    const verdict = undercollateralisedTransition(
      risk(netCollateral, maintenance, initial),
      risk(...(after as [string, string])),
    );
    expect(verdict).toBe(expected);
  });
});

describe('deleveraging', () => {
  const short = (quote: string) => account(quote, held('BTC', '-1', '50000'));
  const long = (quote: string) => account(quote, held('BTC', '1', '50000'));

  it('moves quote and base from one account to the other, and loses neither', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50_000, max: 54_999 }), fc.integer({ min: 1, max: 100 }), (quote, percent) => {
        const [liquidated, offsetting] = [short(String(quote)), long('50000')];
        const result = deleverage(liquidated, offsetting, 'BTC', dec(percent).div(100));
        if (!result.done) throw new Error(`refused: ${result.side}`);
        const total = result.liquidated.quoteBalance.plus(result.offsetting.quoteBalance);
        expect(text(total)).toBe(String(quote + 50_000));
        expect(sizeOf(result.liquidated, 'BTC').plus(sizeOf(result.offsetting, 'BTC')).isZero()).toBe(true);
      }),
    );
  });

  it('leaves the liquidated account at zero when all of it goes', () => {
    const result = deleverage(short('54999'), long('-45001'), 'BTC', dec('1'));
    if (!result.done) throw new Error('refused');
    expect(accountRisk(result.liquidated).netCollateral.isZero()).toBe(true);
    expect(text(result.offsetting.quoteBalance)).toBe('9998');
  });

  it('is refused where the opposite account would end below zero', () => {
    const result = deleverage(short('50000'), long('-50001'), 'BTC', dec('1'));
    expect(result).toEqual({ done: false, side: 'offsetting', reason: 'still-undercollateralised' });
  });

  it.each([
    ['that both accounts grow by', '-0.1'],
    ['larger than both positions', '1.1'],
    ['of nothing', '0'],
  ])('is refused for a delta %s', (_what, delta) => {
    const refused = expect.objectContaining({ code: 'invalid-close-delta' });
    expect(() => deleverage(short('54999'), long('50000'), 'BTC', dec(delta))).toThrow(refused);
  });

  it('is refused against an account on the same side, or with a smaller position', () => {
    const refused = expect.objectContaining({ code: 'invalid-close-delta' });
    expect(() => deleverage(short('54999'), short('54999'), 'BTC', dec('1'))).toThrow(refused);
    const small = account('50000', held('BTC', '0.5', '50000'));
    expect(() => deleverage(short('54999'), small, 'BTC', dec('1'))).toThrow(refused);
  });
});

describe('limits of a block', () => {
  it.each`
    size      | minNotional | maxPortion | min        | max        | why
    ${'1'}    | ${'1000'}   | ${'0.5'}   | ${'1000'}  | ${'25000'} | ${'between minimum and half'}
    ${'-1'}   | ${'1000'}   | ${'0.5'}   | ${'1000'}  | ${'25000'} | ${'a short alike'}
    ${'0.01'} | ${'1000'}   | ${'1'}     | ${'500'}   | ${'500'}   | ${'a small position may go whole'}
    ${'1'}    | ${'30000'}  | ${'0.1'}   | ${'30000'} | ${'30000'} | ${'the minimum overrides the portion'}
    ${'0'}    | ${'1000'}   | ${'0.5'}   | ${'0'}     | ${'0'}     | ${'nothing held'}
  `(
    'of a position of $size are $min to $max: $why',
    ({ size, minNotional, maxPortion, min, max }: Record<string, string>) => {
      const limits = { minNotional: dec(minNotional!), maxPortion: dec(maxPortion!) };
      const bounds = liquidationBounds(dec(size!), dec('50000'), limits);
      expect([text(bounds.min), text(bounds.max)]).toEqual([min, max]);
    },
  );

  it('of an account are what is left', () => {
    expect(text(remainingBlockLimit(dec('0.00015'), dec('0.0001'), 'notional'))).toBe('0.00005');
    expect(text(remainingBlockLimit(dec('5'), dec('5'), 'notional'))).toBe('0');
    expect(() => remainingBlockLimit(dec('5'), dec('6'), 'notional')).toThrow(
      expect.objectContaining({ code: 'block-limit-exceeded', field: 'notional' }),
    );
  });
});
