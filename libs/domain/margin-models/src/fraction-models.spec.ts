import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { BTC, ETH, marketOf, order, portfolioOf, position } from './contract-book.fixtures.js';
import { FRACTION_MODELS } from './fraction-models.js';
import type { MarginModel, Portfolio } from './margin-model.js';

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

  it('never requires a negative amount, nor less for a larger position on either side, strictest level first', () => {
    const size = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(size, size, fc.constantFrom(1, -1), (first, second, side) => {
        const [small, large] = [Math.min(first, second), Math.max(first, second)].map((units) =>
          required(model, portfolioOf('0', [position(BTC, dec(units).times(side).div(1000).toFixed())])),
        );
        for (const [level, amount] of large!.entries()) {
          expect(small![level]!.gte(0)).toBe(true);
          expect(amount.gte(small![level]!)).toBe(true);
          const next = large![level + 1];
          if (next !== undefined) expect(amount.gte(next)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('comes to the same in whatever order positions and orders stand, to the last digit', () => {
    const orders = [order(BTC, 'buy', '0.1'), order(ETH, 'sell', '3.3'), order(BTC, 'sell', '0.7')];
    fc.assert(
      fc.property(fc.array(lot, { minLength: 2, maxLength: 5 }), (lots) => {
        const result = assess(model, portfolioOf('1234.5', lots, orders));
        const mirrored = assess(model, portfolioOf('1234.5', [...lots].reverse(), [...orders].reverse()));
        expect(text(mirrored.value)).toBe(text(result.value));
        expect(Object.values(mirrored.requirements).map(text)).toEqual(Object.values(result.requirements).map(text));
      }),
      { numRuns: 20 },
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
