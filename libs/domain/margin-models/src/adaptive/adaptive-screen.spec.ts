import { describe, expect, it } from '@jest/globals';
import { dec, ZERO, ModelInputError, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import type { Market, ModelResult, OpenOrder, Portfolio } from '../margin-model.js';
import { assessAdaptive } from './adaptive-portfolio.model.js';
import { AdaptiveScreen, surplusAtLevel, type ScreenedFigure, type ScreenedFigures } from './adaptive-screen.js';
import { averageRate } from './adaptive-rates.js';
import {
  instrumentOf,
  marketAt,
  parameters,
  portfolioOf,
  positionsOf,
  scheduleAt,
  SPOT,
  tableAt,
} from './adaptive.fixtures.js';
import { certainRate } from './certain-ranges.js';

const IDS = [
  'BTC-PERP',
  'BTC-PERP-INVERSE',
  'BTC-27MAR26',
  'BTC-27MAR26-50000-C',
  'BTC-27MAR26-50000-P',
  'BTC-27MAR26-60000-C',
  'BTC-27MAR26-40000-P-INVERSE',
  'BTC-26JUN26-55000-C',
];
const LEVELS = ['initial', 'call', 'liquidation'] as const;

const calm = marketAt('1.3', IDS);
/** Longs on a lower notice table, shorts on a trigger between, doubtful prices. */
const stirred: Market = {
  ...calm,
  underlyings: new Map([['BTC', { spot: dec(SPOT), confidence: dec('0.3') }]]),
  adaptive: new Map([
    [
      'BTC',
      scheduleAt('2.4', { notice: [tableAt('2.4'), tableAt('1.2')], trigger: { long: null, short: tableAt('1.7') } }),
    ],
  ]),
};
const screens = new Map([calm, stirred].map((market) => [market, new AdaptiveScreen(market, parameters)]));

const amount = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([whole, places]) => dec(whole).times(dec(10).pow(-places)));
const quantity = (id: string, lots: Decimal): Decimal => (id.endsWith('PERP-INVERSE') ? lots.times(1_000) : lots);
const held = fc.tuple(fc.constantFrom(...IDS), amount, fc.option(fc.integer({ min: 30_000, max: 70_000 })));
const order: fc.Arbitrary<OpenOrder> = fc
  .record({
    id: fc.constantFrom(...IDS),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    size: amount,
    reduceOnly: fc.boolean(),
  })
  .map(({ id, side, size, reduceOnly }) => ({
    instrument: instrumentOf(id),
    side,
    quantity: quantity(id, size.abs().plus('0.1')),
    reduceOnly,
  }));
const portfolios: fc.Arbitrary<Portfolio> = fc
  .record({
    positions: fc.array(held, { maxLength: 6 }),
    orders: fc.array(order, { maxLength: 2 }),
    dollars: amount,
    coins: fc.option(amount),
    owner: fc.option(fc.tuple(amount, amount)),
  })
  .map(({ positions, orders, dollars, coins, owner }) => ({
    ...portfolioOf(
      positionsOf(
        ...positions.map(([id, lots, entry]) =>
          entry === null || id.split('-').length > 3
            ? ([id, quantity(id, lots)] as const)
            : ([id, quantity(id, lots), entry] as const),
        ),
      ),
      [{ asset: 'USD', amount: dollars }, ...(coins === null ? [] : [{ asset: 'BTC', amount: coins }])],
      orders,
    ),
    ...(owner !== null && {
      ownerSizes: new Map([['BTC', { long: owner[0].abs().times(50_000), short: owner[1].abs().times(50_000) }]]),
    }),
  }));

const distance = ({ figure }: ScreenedFigure, exact: Decimal): number => dec(figure).minus(exact).abs().toNumber();
const UNSURE: ScreenedFigure = { figure: 0, bound: Infinity };
const unsure: ScreenedFigures = {
  value: UNSURE,
  requirements: { initial: UNSURE, call: UNSURE, liquidation: UNSURE },
};
const surplusOf = ({ value, requirements }: ModelResult, level: string): Decimal =>
  value.minus(requirements[level] ?? ZERO);

describe('the float64 screen of portfolios [CLR-ADP-008]', () => {
  it('is within its bound of every exact figure, and says nothing of the sign that is not so', () => {
    let decided = 0;
    fc.assert(
      fc.property(fc.constantFrom(calm, stirred), portfolios, (market, portfolio) => {
        const exact = assessAdaptive(portfolio, market, parameters);
        const screened = screens.get(market)?.figures(portfolio);
        if (!screened) return;
        decided += 1;
        expect(distance(screened.value, exact.value)).toBeLessThanOrEqual(screened.value.bound);
        for (const level of LEVELS) {
          const required = screened.requirements[level];
          expect(distance(required, exact.requirements[level] as Decimal)).toBeLessThanOrEqual(required.bound);
          expect(['exact', sign(surplusOf(exact, level))]).toContain(surplusAtLevel(screened, level));
        }
      }),
      { numRuns: 150 },
    );
    expect(decided).toBeGreaterThan(140);
  });

  it('leaves to decimals what is within cents of a level, and decides seven cents away from it', () => {
    fc.assert(
      fc.property(
        portfolios.filter(({ positions }) => positions.length > 0),
        fc.constantFrom(...LEVELS),
        fc.integer({ min: -15, max: 15 }),
        (portfolio, level, cents) => {
          const away = surplusOf(assessAdaptive(portfolio, calm, parameters), level).minus(dec(cents).div(100));
          const collateral = [...portfolio.collateral, { asset: 'USD', amount: away.neg() }];
          const near = { ...portfolio, collateral };
          const exact = surplusOf(assessAdaptive(near, calm, parameters), level);
          const said = screens.get(calm)?.surplus(near, level);
          expect(['exact', sign(exact)]).toContain(said);
          // Of huge figures float64 itself is cents off.
          const { value, requirements } = screens.get(calm)?.figures(near) ?? unsure;
          const certain = value.bound + requirements[level].bound < 0.03;
          if (certain && Math.abs(cents) > 6) expect(said).toBe(sign(exact));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('throws what the model throws', () => {
    const unknown = portfolioOf(positionsOf(['BTC-26JUN26-90000-C', 1]));
    const screen = new AdaptiveScreen(calm, parameters);
    expect(() => screen.figures(unknown)).toThrow(ModelInputError);
  });
});

describe('a rate of a size known in float64 only', () => {
  const table = tableAt('1.3');
  it('is the exact one wherever it is one at all', () => {
    let decided = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), fc.integer({ min: -9, max: 9 }), (cents, off) => {
        const size = cents / 100;
        const bound = size * 1e-13;
        const rate = certainRate(table, { size, bound });
        if (rate === null) return;
        decided += 1;
        const exact = dec(size).plus(dec(bound).times(off).div(10));
        expect(rate.eq(averageRate(table.brackets, exact))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(decided).toBeGreaterThan(270);
  });

  it('is none at a floor, where the next bracket begins within the bound', () => {
    expect(certainRate(table, { size: 1_000_000, bound: 0.001 })).toBeNull();
    expect(certainRate(table, { size: 999_999.9995, bound: 0.001 })).toBeNull();
    expect(certainRate(table, { size: 999_999.99, bound: 0.001 })?.eq(table.brackets[0]?.rate ?? 0)).toBe(true);
  });
});

const sign = (surplus: Decimal): string => (surplus.gt(0) ? 'above' : surplus.isNegative() ? 'below' : 'exact');
