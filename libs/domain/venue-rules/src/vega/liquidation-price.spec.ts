import { describe, expect, it } from '@jest/globals';
import { dec } from '@ballast/kernel';
import fc from 'fast-check';
import { type LeveragedPosition, liquidationPrice, maintenanceAt } from './liquidation-price.js';
import { targetStake } from './target-stake.js';

const held = (position: string, funding = '0', linear = '0.05', quadratic = '0'): LeveragedPosition => ({
  position: dec(position),
  slippage: { linear: dec(linear), quadratic: dec(quadratic) },
  riskFactors: { long: dec('0.1'), short: dec('0.11') },
  fundingPerUnit: dec(funding),
});

describe('the price at which an account is liquidated [CLR-LQM-012]', () => {
  it('a long of 10 with 300 at 100: (300 - 1000) / (.15 * 10 - 10) is 82.35', () => {
    expect(liquidationPrice(dec('100'), dec('300'), held('10')).toDecimalPlaces(2).toString()).toBe('82.35');
  });

  it('a long that is paid for in full is never liquidated: 0, not below', () => {
    expect(liquidationPrice(dec('100'), dec('1000'), held('10')).toString()).toBe('0');
    expect(liquidationPrice(dec('100'), dec('5000'), held('10')).toString()).toBe('0');
  });

  const figures = fc.record({
    position: fc.integer({ min: -100_000, max: 100_000 }).filter((n) => n !== 0),
    mark: fc.integer({ min: 1, max: 1_000_000 }),
    funding: fc.integer({ min: -300, max: 300 }),
    multiple: fc.integer({ min: 10, max: 40 }),
  });

  it('with collateral of just the maintenance it is the mark; otherwise collateral and profit are the maintenance there', () => {
    fc.assert(
      fc.property(figures, ({ position, mark, funding, multiple }) => {
        const account = held(`${position}`, `${funding}`);
        const maintenance = maintenanceAt(dec(mark), account);
        expect(liquidationPrice(dec(mark), maintenance, account).minus(mark).abs().lte(dec(mark).times('1e-30'))).toBe(
          true,
        );
        const collateral = maintenance.times(multiple).div(10);
        const price = liquidationPrice(dec(mark), collateral, account);
        const wealth = collateral.plus(account.position.times(price.minus(mark)));
        if (price.gt(0)) {
          expect(wealth.minus(maintenanceAt(price, account)).abs().lte(wealth.abs().plus(mark).times('1e-25'))).toBe(
            true,
          );
        } else expect(wealth.gte(maintenanceAt(price, account))).toBe(true);
      }),
    );
  });

  it('maintenance that grows as fast as profit has no such price', () => {
    expect(() => liquidationPrice(dec('100'), dec('300'), held('10', '0', '0.9'))).toThrow(
      expect.objectContaining({ code: 'liquidation-price-undefined', field: 'position' }),
    );
    expect(() => liquidationPrice(dec('100'), dec('300'), held('0'))).toThrow(
      expect.objectContaining({ code: 'liquidation-price-undefined' }),
    );
  });
});

describe('the stake that liquidity providers owe [CLR-LQM-013]', () => {
  it.each([
    ['1000', '10', '1', '0.168849', '1688'],
    ['1000', '0', '1', '0.168849', '0'],
    ['1000', '10', '2.5', '0.1', '2500'],
  ])(
    'mark %s, open interest %s, scaling %s, factor %s: %s, rounded down',
    (mark, interest, scaling, factor, expected) => {
      expect(targetStake(dec(mark), dec(interest), dec(scaling), dec(factor)).toString()).toBe(expected);
    },
  );
});
