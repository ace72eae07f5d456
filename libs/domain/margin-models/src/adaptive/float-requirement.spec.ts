import { describe, expect, it } from '@jest/globals';
import { floatOf, rangesAt, type RiskSchedule } from '@ballast/risk-schedule';
import { dec } from '@ballast/kernel';
import fc from 'fast-check';
import { AdaptiveFigures, requirementBound } from './adaptive-figures.js';
import { instrumentOf, parameters, SPOT } from './adaptive.fixtures.js';
import { FloatRequirements, type FloatHolding, type FloatLevel } from './float-requirement.js';
import { calm, IDS } from './random-portfolios.fixtures.js';
import { scanOfOne } from './scan.js';

const LEVEL = levelOf(calm.adaptive?.get('BTC') as RiskSchedule);

function levelOf(schedule: RiskSchedule): FloatLevel {
  const ranges = rangesAt(schedule, { long: dec(1_000_000), short: dec(1_000_000) }, 'maintenance');
  const least = SPOT * floatOf(parameters.shortOptionMinimum);
  return {
    scan: scanOfOne(parameters, ranges, true),
    minimum: { call: least * floatOf(ranges.short.spot), put: least * floatOf(ranges.long.spot) },
  };
}

/** From a ten thousandth of a contract to a hundred billions of them, either side. */
const holdings: fc.Arbitrary<FloatHolding> = fc
  .tuple(fc.constantFrom(...IDS), fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: -4, max: 11 }), fc.boolean())
  .map(([id, digits, places, isLong]) => {
    const quantity = dec(digits)
      .times(dec(10).pow(places))
      .times(isLong ? 1 : -1);
    return new AdaptiveFigures(calm, parameters).position({ instrument: instrumentOf(id), quantity }, dec(0)).exposure
      .holding;
  });

const changes = fc.array(fc.record({ place: fc.nat(), holding: fc.option(holdings) }), {
  minLength: 40,
  maxLength: 120,
});

describe('sums of which only what differs is added up [CLR-ADP-009]', () => {
  it('stay within the bound of all that ever went into them, however long the chain and however far apart the sizes', () => {
    let similar = 0;
    fc.assert(
      fc.property(fc.array(holdings, { minLength: 20, maxLength: 60 }), changes, (first, chain) => {
        const kept = new FloatRequirements(parameters);
        let held = first;
        kept.ofSimilar(held, LEVEL);
        for (const { place, holding } of chain) {
          const at = place % held.length;
          held = [...held.slice(0, at), ...(holding === null ? [] : [holding]), ...held.slice(at + 1)];
          const [one, anew] = [kept.ofSimilar(held, LEVEL), new FloatRequirements(parameters).of(held, LEVEL)];
          if (one.terms > anew.terms) similar += 1;
          expect(one.terms).toBeLessThanOrEqual(2 * held.length);
          expect(Math.abs(one.total - anew.total)).toBeLessThanOrEqual(requirementBound(one) + requirementBound(anew));
        }
      }),
      { numRuns: 30 },
    );
    expect(similar).toBeGreaterThan(100);
  });
});
