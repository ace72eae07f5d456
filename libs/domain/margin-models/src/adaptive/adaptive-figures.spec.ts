import { describe, expect, it } from '@jest/globals';
import { dec, ModelInputError, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { AdaptiveFigures, type FiguredPosition, type Figures } from './adaptive-figures.js';
import { adaptivePortfolio, assessHeld } from './adaptive-portfolio.model.js';
import type { Market, Portfolio } from '../margin-model.js';
import {
  figuredBookOf,
  instrumentOf,
  marketAt,
  parameters,
  portfolioOf,
  positionsOf,
  scheduleAt,
} from './adaptive.fixtures.js';
import { centsUp } from './certain-cents.js';
import { amounts, calm, IDS, portfolios, stirred } from './random-portfolios.fixtures.js';

const figures = new Map([calm, stirred].map((market) => [market, new AdaptiveFigures(market, parameters)]));

const figuresOf = (market: Market, portfolio: Portfolio): Figures => {
  const quick = figures.get(market) as AdaptiveFigures;
  return quick.of(figuredBookOf(quick, portfolio, market));
};

const written = ({ value, requirements }: Figures): unknown => ({
  value: value.toFixed(),
  requirements: Object.fromEntries(Object.entries(requirements).map(([level, amount]) => [level, amount.toFixed()])),
});

describe('figures without lines [CLR-ADP-009]', () => {
  it('are those of the whole assessment to the last digit, whatever is held', () => {
    fc.assert(
      fc.property(fc.constantFrom(calm, stirred), portfolios, (market, portfolio) => {
        const held = { ...portfolio, orders: [] };
        expect(written(figuresOf(market, held))).toEqual(written(adaptivePortfolio.assess(held, market, parameters)));
      }),
      { numRuns: 200 },
    );
  });

  it('are so where the requirement is a whole number of cents, which float64 can not tell from a hair more', () => {
    // At a rate of 2 % a contract at 50,000 asks for 1,000 dollars, a hair more of it for a cent more.
    const brackets = [{ floor: dec(0), rate: dec('0.02'), deduction: dec(0) }];
    const schedule = scheduleAt('1', { maintenance: { scalar: dec(1), brackets } });
    const market = marketAt('1', ['BTC-PERP'], { adaptive: new Map([['BTC', schedule]]) });
    const quick = new AdaptiveFigures(market, parameters);
    const callOf = (quantity: string): string =>
      text(
        quick.of(figuredBookOf(quick, portfolioOf(positionsOf(['BTC-PERP', quantity, 50_000])), market)).requirements[
          'maintenance'
        ] ?? dec(0),
      );
    expect([callOf('1'), callOf('1.00000000000000000001'), callOf('0.99999999999999999999')]).toEqual([
      '1000',
      '1000.01',
      '1000',
    ]);
  });

  it('are so of one state of an account after another, of which only what differs is added up', () => {
    const change = fc.record({ place: fc.nat({ max: IDS.length - 1 }), quantity: fc.option(amounts) });
    fc.assert(
      fc.property(
        fc.constantFrom(calm, stirred),
        fc.array(amounts, { minLength: IDS.length, maxLength: IDS.length }),
        fc.array(change, { minLength: 1, maxLength: 12 }),
        (market, quantities, changes) => {
          const quick = figures.get(market) as AdaptiveFigures;
          const positionAt = (place: number, quantity: Decimal): FiguredPosition =>
            quick.position({ instrument: instrumentOf(IDS[place] as string), quantity }, dec(0));
          const held = new Map(quantities.map((quantity, place) => [place, positionAt(place, quantity)]));
          const collateral = [{ asset: 'USD', amount: dec(1_000) }];
          // At sizes of its owner that are larger than all of these, all states are looked at on the same ranges.
          const ownerSizes = new Map([['BTC', { long: dec('1e14'), short: dec('1e14') }]]);
          for (const { place, quantity } of changes) {
            if (quantity === null) held.delete(place);
            else held.set(place, positionAt(place, quantity));
            const inOrder = [...held].sort(([a], [b]) => a - b).map(([, position]) => position);
            const book = { collateral, held: inOrder, ownerSizes };
            expect(written(quick.of(book))).toEqual(written(assessHeld(book, market, parameters)));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are left to decimals where figures are beyond what float64 is trusted with', () => {
    const portfolio = portfolioOf(positionsOf(['BTC-PERP', dec('1e95'), 50_000]), [
      { asset: 'USD', amount: dec('1e99') },
    ]);
    const quick = figuresOf(calm, portfolio);
    expect(written(quick)).toEqual(written(adaptivePortfolio.assess(portfolio, calm, parameters)));
  });

  it('are refused where the assessment refuses', () => {
    const unknown = portfolioOf(positionsOf(['BTC-26JUN26-90000-C', 1]));
    expect(() => figuresOf(calm, unknown)).toThrow(ModelInputError);
  });
});

describe('cents of a figure within a bound', () => {
  it.each`
    figure       | bound       | cents     | why
    ${'0'}       | ${'0'}      | ${'0'}    | ${'nothing is nothing'}
    ${'1.234'}   | ${'0.0005'} | ${'1.24'} | ${'up, wherever it lies'}
    ${'1.234'}   | ${'0.005'}  | ${null}   | ${'1.23 or 1.24'}
    ${'10'}      | ${'0'}      | ${null}   | ${'exactly at a cent the product has its own rounding'}
    ${'NaN'}     | ${'0'}      | ${null}   | ${'no number'}
    ${'1'}       | ${'NaN'}    | ${null}   | ${'no bound'}
    ${'1234e15'} | ${'0'}      | ${null}   | ${'float64 has no cents there'}
  `('$figure +- $bound: $why', ({ figure, bound, cents }: Record<string, string | null>) => {
    const found = centsUp(Number(figure), Number(bound));
    expect(found === null ? null : text(found)).toBe(cents);
  });
});
