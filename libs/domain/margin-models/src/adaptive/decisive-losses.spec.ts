import { describe, expect, it } from '@jest/globals';
import { dec, text, type Decimal } from '@ballast/kernel';
import { type SideRanges } from '@ballast/risk-schedule';
import fc from 'fast-check';
import { parameters } from './adaptive.fixtures.js';
import { decisiveLosses, linearLosses, scanFor, type Losses } from './decisive-losses.js';
import { everyLoss } from './every-loss.fixtures.js';
import type { Exposure } from './exposure.js';
import { publishedScenarios, scanPoints } from './scenario-grid.js';
import { requirementOf, underlyingRequirement } from './underlying-requirement.js';

const ids = publishedScenarios(parameters.grid).map(({ id }) => id);
const UNMOVED = 'spot+0/vol+0';

/** Values without any shape: whatever a publisher might publish, equal ones included. */
const shapeless = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 10 ** 12 })), {
    minLength: ids.length,
    maxLength: ids.length,
  })
  .map((values) => new Map(ids.map((id, i) => [id, dec(values[i] ?? 0).times('0.0000001')])));

const EXPIRIES = ['spot', '2026-03-27T08:00:00.000Z', '2026-06-26T08:00:00.000Z'];
const digits = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 30 }))
  .map(([whole, places]) => dec(whole.toString()).times(dec(`1e-${places}`)));

const exposureOf = (
  i: number,
  expiry: string,
  units: Decimal,
  values: ReadonlyMap<string, Decimal> | null,
): Exposure => ({
  subject: `contract-${i}`,
  underlying: 'BTC',
  expiry,
  linear: values === null ? units : dec(0),
  option: values === null ? null : { type: i % 2 === 0 ? 'call' : 'put', units, values, unmoved: values.get(UNMOVED)! },
  delta: dec(0),
  confidence: dec(1),
});

const exposures = fc
  .array(fc.tuple(fc.constantFrom(...EXPIRIES), digits, fc.option(shapeless)), { minLength: 1, maxLength: 5 })
  .map((drawn) => drawn.map(([expiry, units, values], i) => exposureOf(i, expiry, units, values)));

const side = fc
  .tuple(fc.integer({ min: 1, max: 500_000_000 }), fc.integer({ min: 10, max: 80 }))
  .map(([rate, tenths]) => ({ spot: dec(rate).times('1e-9'), scalar: dec(tenths).div(10) }));
const ranges: fc.Arbitrary<SideRanges> = fc.record({ long: side, short: side });

const written = ({ alone, byExpiry, joint, worst }: Losses): unknown => ({
  alone: alone.map((loss) => loss.toFixed()),
  byExpiry: byExpiry.map((loss) => loss.toFixed()),
  joint: joint.toFixed(),
  worst: worst?.id ?? null,
});

function expectEqual(held: readonly Exposure[], at: SideRanges): void {
  const withOptions = held.some(({ option }) => option !== null);
  const points = scanPoints(parameters.grid, at, parameters.volatilityShock, withOptions);
  const filtered = decisiveLosses(held, scanFor(held, at, parameters));
  expect(written(filtered)).toEqual(written(everyLoss(held, points)));
}

describe('the float64 filter of losses [CLR-ADP-007]', () => {
  it('finds the greatest losses of any book to the last digit, and the same worst scenario', () => {
    fc.assert(
      fc.property(exposures, ranges, (held, at) => expectEqual(held, at)),
      { numRuns: 60 },
    );
  });

  it('finds them where positions cancel but for the last digits of 40', () => {
    const tiny = fc.integer({ min: -3, max: 3 }).map((n) => dec(n).times('1e-22'));
    fc.assert(
      fc.property(
        fc.constantFrom(...EXPIRIES),
        shapeless,
        fc.array(fc.tuple(digits, tiny), { minLength: 1, maxLength: 3 }),
        ranges,
        (expiry, values, pairs, at) => {
          // Every long has its short of the same values; what is left is far below what float64 sees.
          const held = pairs.flatMap(([units, rest], i) => [
            exposureOf(2 * i, expiry, units, values),
            exposureOf(2 * i + 1, expiry, units.neg().plus(rest), new Map(values)),
          ]);
          expectEqual(held, at);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves everything to decimals where figures are beyond what float64 is trusted with', () => {
    const values = new Map(ids.map((id, i) => [id, dec(i % 7).times('1e95')]));
    const at = { long: { spot: dec('0.03'), scalar: dec(1) }, short: { spot: dec('0.04'), scalar: dec(1) } };
    expectEqual([exposureOf(0, 'spot', dec(-1), values), exposureOf(1, 'spot', dec('1e200'), null)], at);
  });

  it('is the same in a second account with the same arrays, long or short', () => {
    const at = { long: { spot: dec('0.03'), scalar: dec(1) }, short: { spot: dec('0.04'), scalar: dec(1) } };
    fc.assert(
      fc.property(shapeless, digits, digits, (values, first, second) => {
        expectEqual([exposureOf(0, 'spot', first, values)], at);
        expectEqual([exposureOf(0, 'spot', second, values)], at);
      }),
      { numRuns: 20 },
    );
  });
});

describe('losses of linear exposures', () => {
  it('are those of looking at every point of the range, to 30 digits', () => {
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1, maxLength: 4 }), (linears) => {
        const at = { long: { spot: dec('0.03'), scalar: dec(1) }, short: { spot: dec('0.04'), scalar: dec(1) } };
        const exposures = linears.map((linear, i) => exposureOf(i, i % 2 === 0 ? 'spot' : '2026', linear, null));
        const [quick, every] = [
          linearLosses(exposures, at),
          everyLoss(exposures, scanFor(exposures, at, parameters).points),
        ];
        const written = (losses: typeof quick): unknown =>
          [...losses.alone, ...losses.byExpiry, losses.joint].map((loss) => loss.toSignificantDigits(30).toString());
        expect(written(quick)).toEqual(written(every));
        expect(quick.worst?.id).toBe(every.worst?.id);
      }),
      { numRuns: 50 },
    );
  });

  it('are, of one alone, all that it requires, digit for digit as of several [CLR-ADP-004]', () => {
    fc.assert(
      fc.property(digits, (linear) => {
        const at = { long: { spot: dec('0.03'), scalar: dec(1) }, short: { spot: dec('0.04'), scalar: dec(1) } };
        const [exposure] = [exposureOf(0, 'spot', linear, null)];
        const alone = underlyingRequirement([exposure], at, dec(100), parameters);
        const general = requirementOf(linearLosses([exposure], at), [exposure], at, dec(100), parameters);
        const written = ({ worst, alone: each, ...figures }: typeof alone): unknown => [
          Object.entries(figures).map(([name, figure]) => [name, text(figure)]),
          each.map(text),
          worst?.id,
        ];
        expect(written(alone)).toEqual(written(general));
      }),
      { numRuns: 100 },
    );
  });
});
