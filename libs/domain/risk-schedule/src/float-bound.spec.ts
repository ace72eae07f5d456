import { dec, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { floatBound, floatOf } from './float-bound.js';

describe('the error bound of float64 sums [CLR-MRG-090]', () => {
  const cent = 0.01;
  const money = fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }).map((units) => dec(units).div(700));
  const size = fc.integer({ min: 1, max: 2_000_000_000 }).map((units) => dec(units).div(700));
  const weight = fc.integer({ min: 0, max: 3_000 }).map((thousandths) => dec(thousandths).div(1_000));
  const book = fc.integer({ min: 1, max: 4 }).chain((scenarios) =>
    fc.record({
      equity: money,
      charges: size,
      weights: fc.tuple(weight, weight, weight),
      positions: fc.array(
        fc.record({ quantity: money, values: fc.array(money, { minLength: scenarios, maxLength: scenarios }) }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  );

  it('is 0.03 and 8.0e-8 dollars for ten positions of 40 million with three roundings to the cent (W130)', () => {
    expect((floatBound(17, 40_000_000) * 1e8).toFixed(1)).toBe('8.0');
    expect((floatBound(17, 40_000_000) + 3 * cent).toFixed(9)).toBe('0.030000080');
  });

  it('holds a surplus in float64 to the one in decimals, and each is off by something', () => {
    let apart = 0;
    fc.assert(
      fc.property(book, ({ equity, charges, weights: [a, c, f], positions }) => {
        const scenarios = positions[0]?.values.map((_, s) => s) ?? [];
        const least = scenarios
          .map((s) =>
            positions.reduce((sum, { quantity, values }) => sum.plus(quantity.times(values[s] as Decimal)), dec(0)),
          )
          .reduce((low, sum) => (sum.lt(low) ? sum : low), dec(0));
        const exact = a.times(equity).minus(c.times(charges)).plus(f.times(least));

        const [byEquity, byCharges, byLoss] = [floatOf(a), floatOf(c), floatOf(f)];
        let low = 0;
        let reach = 0;
        for (const s of scenarios) {
          let sum = 0;
          for (const { quantity, values } of positions) sum += floatOf(quantity) * floatOf(values[s] as Decimal);
          low = Math.min(low, sum);
        }
        for (const { quantity, values } of positions) {
          reach += Math.abs(floatOf(quantity)) * Math.max(...values.map((value) => Math.abs(floatOf(value))));
        }
        const float = byEquity * floatOf(equity) - byCharges * floatOf(charges) + byLoss * low;
        const magnitude = byEquity * Math.abs(floatOf(equity)) + byCharges * floatOf(charges) + byLoss * reach;
        // Factors of a term: four of its inputs, two products, one sum per position and two beside them.
        const error = exact.minus(dec(float)).abs();
        if (!error.isZero()) apart += 1;
        expect(error.lte(dec(floatBound(positions.length + 8, magnitude)))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(apart).toBeGreaterThan(100);
  });
});
