import { describe, expect, it } from '@jest/globals';
import { dec, type Decimal, text } from '@ballast/kernel';
import type { MarginModel, ModelResult, Portfolio, PositionHolding } from '@ballast/margin-models';
import fc from 'fast-check';
import { SCENARIO_MODELS } from '../../scenario-models.js';
import {
  EXPIRY_DAYS,
  future,
  held,
  inversePerpetual,
  marketOf,
  option,
  perpetual,
  portfolioOf,
  SPOT,
} from './scenario.fixtures.js';
import { scenarioScan } from './scenario.model.js';

const UNDERLYINGS = Object.keys(SPOT);

/** Relative distance that 40-digit sums may differ by when their terms differ. */
const ROUNDING = dec('1e-30');

const optionOf = fc
  .record({
    underlying: fc.constantFrom(...UNDERLYINGS),
    days: fc.constantFrom(...EXPIRY_DAYS),
    moneyness: fc.constantFrom(70, 85, 100, 115, 140),
    type: fc.constantFrom('call' as const, 'put' as const),
  })
  .map(({ underlying, days, moneyness, type }) =>
    option(
      underlying,
      days,
      text(
        dec(SPOT[underlying] as string)
          .times(moneyness)
          .div(100),
      ),
      type,
    ),
  );
const perpetualOf = fc.constantFrom(...UNDERLYINGS).map(perpetual);
const futureOf = fc
  .record({ underlying: fc.constantFrom(...UNDERLYINGS), days: fc.constantFrom(...EXPIRY_DAYS) })
  .map(({ underlying, days }) => future(underlying, days));

/** Derive lists no dated futures, and the options-only rules no contracts at all. */
const instrumentsOf = (model: MarginModel): fc.Arbitrary<PositionHolding['instrument']> => {
  if (model.id.startsWith('reg-t')) return optionOf;
  if (model.id.startsWith('derive')) return fc.oneof(optionOf, perpetualOf);
  if (model.id.startsWith('okx'))
    return fc.oneof(
      perpetualOf,
      futureOf,
      fc.constantFrom(...UNDERLYINGS).map((name) => inversePerpetual(name, SPOT[name])),
    );
  return fc.oneof(optionOf, perpetualOf, futureOf);
};

const quantity = fc.integer({ min: -500, max: 500 }).filter((lots) => lots !== 0);
const positionsOf = (model: MarginModel, maxLength: number) =>
  fc
    .array(fc.record({ instrument: instrumentsOf(model), lots: quantity }), { minLength: 1, maxLength })
    .map((rows) => rows.map(({ instrument, lots }) => held(instrument, text(dec(lots).div(100)))));

function assess(model: MarginModel, portfolio: Portfolio): ModelResult {
  const market = marketOf(portfolio.positions.map(({ instrument }) => instrument));
  return model.assess(portfolio, market, model.readParameters(model.defaultParameters.document));
}

const near = (actual: Decimal, expected: Decimal): boolean =>
  actual
    .minus(expected)
    .abs()
    .lte(ROUNDING.times(expected.abs().plus(1)));

const runs = { numRuns: 25 };

describe.each([scenarioScan, ...SCENARIO_MODELS].map((model) => [model.id, model] as const))('%s', (_id, model) => {
  it('asks for nothing when nothing is held', () => {
    const { requirements } = assess(model, portfolioOf([]));
    expect(Object.values(requirements).every((requirement) => requirement.isZero())).toBe(true);
    expect(Object.keys(requirements).sort()).toEqual([...model.levels].sort());
  });

  it('explains every figure: values and charges add up to what it says', () => {
    fc.assert(
      fc.property(positionsOf(model, 4), (positions) => {
        const { value, requirements, lines } = assess(model, portfolioOf(positions, '1000'));
        const charges = lines.filter(({ figures }) => figures?.initial !== undefined);
        const values = lines.filter(({ figures }) => figures?.initial === undefined);
        const total = (amounts: readonly Decimal[]): Decimal => amounts.reduce((a, b) => a.plus(b), dec('0'));
        expect(near(total(values.map(({ amount }) => amount)), value)).toBe(true);
        for (const level of model.levels) {
          const explained = total(charges.map(({ figures }) => figures?.[level] ?? dec('0')));
          expect(near(explained, requirements[level] as Decimal)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('gives the profit of every position in every scenario', () => {
    fc.assert(
      fc.property(positionsOf(model, 4), (positions) => {
        for (const { pnl, byPosition } of assess(model, portfolioOf(positions)).scenarios ?? []) {
          const total = byPosition.reduce((all, position) => all.plus(position.pnl), dec('0'));
          expect(total.minus(pnl).abs().lte('1e-25')).toBe(true);
        }
      }),
      runs,
    );
  });
});
