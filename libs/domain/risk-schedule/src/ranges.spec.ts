import { dec, ModelInputError } from '@ballast/kernel';
import fc from 'fast-check';
import { bracketRate } from './brackets.js';
import { floatOf } from './float-bound.js';
import { certainRate, floatRate, floatTable, lowestBracketEnd, RATE_ROUNDING } from './float-rates.js';
import { certainRanges, floatLiquidationRate, floatSchedule, rangeOf, rangesAt, sameRanges } from './ranges.js';
import { scheduleAt, tableAt } from './risk-schedule.fixtures.js';
import { requireRiskSchedule, type RiskSchedule } from './risk-schedule.js';

const scalars = fc.integer({ min: 1000, max: 4000 }).map((thousandths) => String(thousandths / 1000));
const cents = fc.integer({ min: 1, max: 999_999_999_999 });

const schedules: fc.Arbitrary<RiskSchedule> = fc
  .tuple(scalars, scalars, scalars, fc.option(scalars), fc.option(scalars))
  .map(([maintenance, noticed, earlier, long, short]) =>
    scheduleAt(maintenance, {
      notice: [tableAt(noticed), tableAt(earlier)],
      trigger: { long: long === null ? null : tableAt(long), short: short === null ? null : tableAt(short) },
    }),
  );

describe('the liquidation range', () => {
  it('is the lowest of the notice period without a trigger, and never above the maintenance range', () => {
    const schedule = scheduleAt('2', { notice: [tableAt('1.5'), tableAt('1.2')] });
    const size = dec(5_000_000);
    const { spot, scalar } = rangeOf(schedule, size, 'liquidation', 'long');
    expect(spot.eq(bracketRate(tableAt('1.2').brackets, size))).toBe(true);
    expect(scalar.toString()).toBe('1.2');
    const above = scheduleAt('1.1', { notice: [tableAt('1.5')] });
    expect(rangeOf(above, size, 'liquidation', 'long').spot.eq(rangeOf(above, size, 'maintenance', 'long').spot)).toBe(
      true,
    );
  });

  it('follows a price trigger on the side it hits only', () => {
    const schedule = scheduleAt('3', { notice: [tableAt('1')], trigger: { long: tableAt('2.5'), short: null } });
    const ranges = rangesAt(schedule, { long: dec(1_000), short: dec(1_000) }, 'liquidation');
    expect([ranges.long.scalar, ranges.short.scalar].map(String)).toEqual(['2.5', '1']);
  });
});

describe('the float64 forms', () => {
  it('of a rate are within their roundings and the digit of the exact one', () => {
    fc.assert(
      fc.property(scalars, cents, (scalar, size) => {
        const table = tableAt(scalar);
        const notional = dec(size).div(100);
        const exact = bracketRate(table.brackets, notional);
        const float = floatRate(floatTable(table), floatOf(notional));
        expect(Math.abs(float - exact.toNumber())).toBeLessThanOrEqual(RATE_ROUNDING + 1e-15);
      }),
      { numRuns: 200 },
    );
  });

  it('of a liquidation range are as near, whatever notice and trigger say', () => {
    fc.assert(
      fc.property(schedules, cents, fc.constantFrom('long' as const, 'short' as const), (schedule, size, side) => {
        const notional = dec(size).div(100);
        const exact = rangeOf(schedule, notional, 'liquidation', side).spot.toNumber();
        const float = floatLiquidationRate(floatSchedule(schedule), side, floatOf(notional));
        expect(Math.abs(float - exact)).toBeLessThanOrEqual(RATE_ROUNDING + 1e-15);
      }),
      { numRuns: 200 },
    );
  });

  it('are the exact ranges wherever they are certain', () => {
    let certain = 0;
    fc.assert(
      fc.property(schedules, cents, cents, fc.integer({ min: -9, max: 9 }), (schedule, long, short, off) => {
        const sizeOf = (each: number) => ({ size: each / 100, bound: (each / 100) * 1e-13 });
        const found = certainRanges(floatSchedule(schedule), { long: sizeOf(long), short: sizeOf(short) });
        if (found === null) return;
        certain += 1;
        const near = (each: number) =>
          dec(each / 100).plus(
            dec((each / 100) * 1e-13)
              .times(off)
              .div(10),
          );
        const sizes = { long: near(long), short: near(short) };
        expect(sameRanges(found.maintenance, rangesAt(schedule, sizes, 'maintenance'))).toBe(true);
        expect(sameRanges(found.liquidation, rangesAt(schedule, sizes, 'liquidation'))).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(certain).toBeGreaterThan(100);
  });

  it('say nothing at a floor, where the next bracket begins within the bound', () => {
    const table = tableAt('1.3');
    const floats = floatTable(table);
    expect(certainRate(floats, { size: 1_000_000, bound: 0.001 })).toBeNull();
    expect(certainRate(floats, { size: 999_999.9995, bound: 0.001 })).toBeNull();
    expect(certainRate(floats, { size: 999_999.99, bound: 0.001 })?.eq(table.brackets[0]?.rate ?? 0)).toBe(true);
    expect(lowestBracketEnd(scheduleAt('1.3'))).toBe(1_000_000);
  });
});

describe('a published schedule', () => {
  const [first, second, ...rest] = tableAt('1').brackets;
  it.each([
    ['no notice', { notice: [] }, 'notice'],
    ['a scalar below one', { maintenance: { scalar: dec('0.9'), brackets: tableAt('1').brackets } }, 'scalar'],
    ['no bracket', { maintenance: { scalar: dec(1), brackets: [] } }, 'brackets'],
    [
      'floors that do not begin at zero',
      { maintenance: { scalar: dec(1), brackets: [second, ...rest] } },
      'brackets[0]',
    ],
    ['floors that fall', { maintenance: { scalar: dec(1), brackets: [first, second, first] } }, 'floors do not rise'],
    ['a rate above one', { maintenance: { scalar: dec(1), brackets: [{ ...first, rate: dec(2) }] } }, 'rate'],
    ['a jump', { maintenance: { scalar: dec(1), brackets: [first, { ...second, deduction: dec(1) }] } }, 'jumps'],
  ])('is refused with %s', (_, change, what) => {
    const schedule = { ...scheduleAt('1'), ...change } as unknown as RiskSchedule;
    expect(() => requireRiskSchedule(schedule, 'market.adaptive.BTC')).toThrow(ModelInputError);
    expect(() => requireRiskSchedule(schedule, 'market.adaptive.BTC')).toThrow(what);
  });
});
