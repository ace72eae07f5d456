import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import type { MarginModel, Portfolio } from '@ballast/margin-models';
import fc from 'fast-check';
import { FRACTION_MODELS } from './fraction-models.js';
import { BTC, ETH, marketOf, order, portfolioOf, position } from './methodology/contract-book.fixtures.js';

const market = marketOf({ 'BTC-PERP': '61234.567', 'ETH-PERP': '2345.6789' });
const assess = (model: MarginModel, portfolio: Portfolio) =>
  model.assess(portfolio, market, model.readParameters(model.defaultParameters.document));
const required = (model: MarginModel, portfolio: Portfolio) => Object.values(assess(model, portfolio).requirements);

const lot = fc.record({
  instrument: fc.constantFrom(BTC, ETH),
  quantity: fc.integer({ min: -99_999, max: 99_999 }).map((units) => dec(units).div(7)),
  entryPrice: fc.integer({ min: 1, max: 99_999 }).map((price) => dec(price).div(3)),
});

describe.each(FRACTION_MODELS.map((model) => [model.id, model] as const))('%s', (_id, model) => {
  it('has parameters that are data: they read the same after a round trip through JSON', () => {
    const { document } = model.defaultParameters;
    expect(model.readParameters(JSON.parse(JSON.stringify(document)))).toEqual(model.readParameters(document));
  });

  it('requires nothing of an empty account, at every level that it names', () => {
    const { value, requirements } = assess(model, portfolioOf('0', []));
    expect(Object.keys(requirements)).toEqual(model.levels);
    expect([value, ...Object.values(requirements)].every((amount) => amount.isZero())).toBe(true);
  });

  it('requires most at the strictest level', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (units) => {
        const amounts = required(model, portfolioOf('0', [position(BTC, dec(units).div(1000).toFixed())]));
        expect(amounts.every((amount, level) => level === 0 || amount.lte(amounts[level - 1]!))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('never asks for less at the first level because of orders, and for no more when they only reduce', () => {
    fc.assert(
      fc.property(
        lot,
        fc.integer({ min: 1, max: 1_000 }),
        fc.constantFrom('buy' as const, 'sell' as const),
        (held, units, side) => {
          const without = required(model, portfolioOf('0', [held]));
          const of = (reduceOnly: boolean) =>
            required(model, portfolioOf('0', [held], [order(BTC, side, String(units), { reduceOnly })]));
          expect(of(false)[0]!.gte(without[0]!)).toBe(true);
          expect(of(true).map(text)).toEqual(without.map(text));
        },
      ),
      { numRuns: 20 },
    );
  });
});
