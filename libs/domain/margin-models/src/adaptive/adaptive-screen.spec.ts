import { describe, expect, it } from '@jest/globals';
import { dec, sum, ModelInputError, type Decimal } from '@ballast/kernel';
import { floatOf } from '@ballast/risk-schedule';
import fc from 'fast-check';
import type { Market, Portfolio, PositionHolding } from '../margin-model.js';
import { lotsByInstrument } from '../reading/holdings.js';
import { assessHeld, type AdaptiveAssessment } from './adaptive-portfolio.model.js';
import { AdaptiveScreen, type FloatPortfolio, type ScreenedFigure } from './adaptive-screen.js';
import { heldBookOf, instrumentOf, parameters, portfolioOf, positionsOf, SPOT } from './adaptive.fixtures.js';
import { sideSizes, valuePositions } from './exposure.js';
import { calm, portfolios, stirred } from './random-portfolios.fixtures.js';

const LEVELS = ['initial', 'maintenance', 'liquidation'] as const;

/** Collateral beyond its caps, at prices that have fallen. */
const capped: Market = {
  ...calm,
  collateral: new Map([
    [
      'BTC',
      {
        price: dec(SPOT),
        averagePrice: dec('52000.5'),
        redemptionValue: dec('49000'),
        platformAmount: dec(90_000),
        confidence: dec('0.2'),
      },
    ],
  ]),
};
const screens = new Map([calm, stirred, capped].map((market) => [market, new AdaptiveScreen(market, parameters)]));

/** The margin run knows no orders. */
const held = portfolios.map((portfolio): Portfolio => ({ ...portfolio, orders: [] }));

/** The same in float64, as the margin run reads it: contracts by instrument, the owner's sizes with this account's own. */
function floatPortfolio(screen: AdaptiveScreen, market: Market, portfolio: Portfolio): FloatPortfolio {
  const lots = lotsByInstrument(portfolio.positions);
  const worths = valuePositions(portfolio.positions, market, parameters.grid).map(({ worth }) => floatOf(worth));
  const owner = portfolio.ownerSizes?.get('BTC');
  return {
    worth: worths.reduce((total, worth) => total + worth, 0),
    worthMagnitude: worths.reduce((total, worth) => total + Math.abs(worth), 0),
    positions: lots.map((same) => {
      const quantity = floatOf(sum(same.map((lot) => lot.quantity)));
      return { contract: screen.contract((same[0] as PositionHolding).instrument), quantity, size: Math.abs(quantity) };
    }),
    collateral: portfolio.collateral.map(({ asset, amount }) => ({ asset, amount: floatOf(amount) })),
    ownerSizes: owner ? new Map([['BTC', { long: floatOf(owner.long), short: floatOf(owner.short), terms: 1 }]]) : null,
  };
}

/** An owner holds at least what the account does. */
function withOwnSizes(market: Market, portfolio: Portfolio): Portfolio {
  const owner = portfolio.ownerSizes?.get('BTC');
  if (owner === undefined) return portfolio;
  const own = sideSizes(valuePositions(portfolio.positions, market, parameters.grid).map(({ exposure }) => exposure));
  const sizes = { long: own.long.plus(owner.long), short: own.short.plus(owner.short) };
  return { ...portfolio, ownerSizes: new Map([['BTC', sizes]]) };
}

const distance = ({ figure }: ScreenedFigure, exact: Decimal): number => dec(figure).minus(exact).abs().toNumber();
const UNSURE = { value: { figure: Infinity, bound: 0 }, maintenance: { figure: 0, bound: 0 } };
const requirement = ({ requirements }: AdaptiveAssessment, level: (typeof LEVELS)[number]): Decimal =>
  requirements[level];

describe('the float64 screen of portfolios [CLR-ADP-008]', () => {
  it('is within its bound of every exact figure', () => {
    let decided = 0;
    fc.assert(
      fc.property(fc.constantFrom(calm, stirred, capped), held, (market, drawn) => {
        const portfolio = withOwnSizes(market, drawn);
        const exact = assessHeld(heldBookOf(portfolio, market), market, parameters);
        const screen = screens.get(market) as AdaptiveScreen;
        const screened = screen.figures(floatPortfolio(screen, market, portfolio));
        if (screened === null) return;
        decided += 1;
        expect(distance(screened.value, exact.value)).toBeLessThanOrEqual(screened.value.bound);
        for (const level of LEVELS) {
          expect(distance(screened[level], requirement(exact, level))).toBeLessThanOrEqual(screened[level].bound);
        }
      }),
      { numRuns: 300 },
    );
    expect(decided).toBeGreaterThan(270);
  });

  it('is so near that an account a few cents from a level is decided without decimals', () => {
    fc.assert(
      fc.property(held, (portfolio) => {
        const screen = screens.get(calm) as AdaptiveScreen;
        const { value, maintenance } = screen.figures(floatPortfolio(screen, calm, portfolio)) ?? UNSURE;
        const magnitude = Math.abs(value.figure) + maintenance.figure;
        if (magnitude < 1e9) expect(value.bound + maintenance.bound).toBeLessThan(0.03);
      }),
      { numRuns: 60 },
    );
  });

  it('says nothing of an asset whose tiers only decimals read', () => {
    const tiers = [
      { upTo: dec(1_000), share: dec(1) },
      { upTo: dec(2_000), share: dec('0.5') },
    ];
    const { assets } = parameters.collateral;
    const rule = assets.get('BTC') as NonNullable<ReturnType<typeof assets.get>>;
    const collateral = { ...parameters.collateral, assets: new Map([['BTC', { ...rule, tiers }]]) };
    const screen = new AdaptiveScreen(calm, { ...parameters, collateral });
    const portfolio = portfolioOf(positionsOf(['BTC-PERP', 1]), [{ asset: 'BTC', amount: dec(1) }]);
    expect(screen.figures(floatPortfolio(screen, calm, portfolio))).toBeNull();
    const dollars = portfolioOf(positionsOf(['BTC-PERP', 1]), [{ asset: 'USD', amount: dec(1) }]);
    expect(screen.figures(floatPortfolio(screen, calm, dollars))).not.toBeNull();
  });

  it('throws what the model throws', () => {
    const screen = new AdaptiveScreen(calm, parameters);
    expect(() => screen.contract(instrumentOf('BTC-26JUN26-90000-C'))).toThrow(ModelInputError);
  });
});
