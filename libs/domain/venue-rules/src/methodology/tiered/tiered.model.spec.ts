import { describe, expect, it } from '@jest/globals';
import { dec, ModelInputError, text } from '@ballast/kernel';
import type { Market, Portfolio, PositionHolding } from '@ballast/margin-models';
import fc from 'fast-check';
import { binanceTiered } from '../../binance/binance.preset.js';
import { bybitTiered } from '../../bybit/bybit.preset.js';
import { hyperliquidTiered } from '../../hyperliquid/hyperliquid.preset.js';
import {
  BTC,
  BTC_EXPIRED,
  BTC_INVERSE,
  ETH,
  lineAmount,
  marketOf,
  order,
  perpetual,
  portfolioOf,
  position,
} from '../contract-book.fixtures.js';
import { linearLiquidationPrice, tieredInitial, tieredMaintenance, tierOf } from './tier-margin.js';
import { marketOf as tiersOf } from './tiered.parameters.js';

const PRESETS = [binanceTiered, bybitTiered, hyperliquidTiered];
const parametersOf = (model: (typeof PRESETS)[number]) => model.readParameters(model.defaultParameters.document);
const scheduleOf = (model: (typeof PRESETS)[number]) => tiersOf(parametersOf(model), 'BTC', 'linear').schedule;
const BINANCE = scheduleOf(binanceTiered);
const assess = (model: (typeof PRESETS)[number], portfolio: Portfolio, market: Market) =>
  model.assess(portfolio, market, parametersOf(model));

describe('maintenance margin of the Binance table [CLR-MDL-102]', () => {
  it.each`
    notional       | rate       | deduction      | expected       | why
    ${'0'}         | ${'0.004'} | ${'0'}         | ${'0'}         | ${'nothing held'}
    ${'50000'}     | ${'0.004'} | ${'0'}         | ${'200'}       | ${'exactly at the first border'}
    ${'50000.01'}  | ${'0.005'} | ${'50'}        | ${'200.00005'} | ${'a cent above it'}
    ${'3000000'}   | ${'0.025'} | ${'16300'}     | ${'58700'}     | ${'W15: 200 + 1,000 + 7,500 + 50,000'}
    ${'-3000000'}  | ${'0.025'} | ${'16300'}     | ${'58700'}     | ${'a short is margined like a long'}
    ${'500000000'} | ${'0.5'}   | ${'100016300'} | ${'149983700'} | ${'the last tier is open'}
  `('$notional -> $expected: $why', ({ notional, rate, deduction, expected }: Record<string, string>) => {
    const tier = tierOf(dec(notional!), BINANCE);
    expect([text(tier.rate), text(tier.deduction)]).toEqual([rate, deduction]);
    expect(text(tieredMaintenance(dec(notional!), BINANCE))).toBe(expected);
  });

  it('asks for initial margin at the highest leverage of the tier', () => {
    expect(text(tieredInitial(dec('50000'), BINANCE))).toBe('400');
    expect(text(tieredInitial(dec('3000000'), BINANCE))).toBe('150000');
  });
});

describe('liquidation price of a linear position [CLR-MDL-103]', () => {
  it('of an isolated long solves with rate and deduction of the tier (W17)', () => {
    const found = linearLiquidationPrice({ size: dec('10'), from: dec('50000'), collateral: dec('10000') }, BINANCE)!;
    expect(found.price.toFixed(6)).toBe('49363.636364');
    expect(text(found.tier.deduction)).toBe('1300');
    expect(found.maintenance.toFixed(6)).toBe('3636.363636');
    // Equity there is what was set aside less the loss: 10,000 - 10 x (50,000 - 49,363.63...).
    expect(
      dec('10000')
        .minus(dec('10').times(dec('50000').minus(found.price)))
        .toFixed(6),
    ).toBe('3636.363636');
  });

  it('of a cross position counts equity at the mark (W20)', () => {
    const schedule = scheduleOf(hyperliquidTiered);
    const found = linearLiquidationPrice({ size: dec('1'), from: dec('100000'), collateral: dec('5000') }, schedule)!;
    expect(found.price.toFixed(6)).toBe('96202.531646');
    expect(found.maintenance.toFixed(6)).toBe('1202.531646');
  });

  it('moves to the tier that the notional is in at that price', () => {
    // 25 at 42,000 are 1.05 million (2.5 %), but the position is liquidated below the border of a million (1 %).
    const found = linearLiquidationPrice({ size: dec('25'), from: dec('42000'), collateral: dec('80000') }, BINANCE)!;
    expect(text(found.tier.rate)).toBe('0.01');
    expect(found.price.times(25).lt('1000000')).toBe(true);
    // A short grows into the next tier on its way: 24 at 41,000 are 984,000.
    const short = linearLiquidationPrice({ size: dec('-24'), from: dec('41000'), collateral: dec('60000') }, BINANCE)!;
    expect(text(short.tier.rate)).toBe('0.025');
    expect(short.price.times(24).gt('1000000')).toBe(true);
  });

  it('does not exist for a long that is paid in full', () => {
    expect(linearLiquidationPrice({ size: dec('1'), from: dec('100'), collateral: dec('100') }, BINANCE)).toBeNull();
  });

  it('is where equity meets maintenance, in exactly one tier, whatever the position', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRESETS),
        fc.integer({ min: -2_000_000, max: 2_000_000 }).filter((size) => size !== 0),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 50_000_000 }),
        (model, milli, from, backing) => {
          const size = dec(milli).div(1000);
          const collateral = dec(backing);
          const found = linearLiquidationPrice({ size, from: dec(from), collateral }, scheduleOf(model));
          if (found === null) {
            expect(size.gt(0) && collateral.gte(size.times(from))).toBe(true);
            return;
          }
          const equity = collateral.plus(size.times(found.price.minus(from)));
          const maintenance = tieredMaintenance(size.times(found.price), scheduleOf(model));
          expect(equity.minus(maintenance).abs().lt('1e-20')).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('every preset', () => {
  it.each(PRESETS)('$id is continuous at every border', (model) => {
    const schedule = scheduleOf(model);
    for (const [k, { from, rate, deduction }] of schedule.entries()) {
      const before = schedule[k - 1];
      if (before === undefined) continue;
      const fromBelow = from.times(before.rate).minus(before.deduction);
      expect(from.times(rate).minus(deduction).minus(fromBelow).abs().lt('1e-25')).toBe(true);
    }
  });

  it.each(PRESETS)('$id never asks for less for more, and never for a negative amount', (model) => {
    const schedule = scheduleOf(model);
    const amount = fc.integer({ min: 0, max: 600_000_000 });
    fc.assert(
      fc.property(amount, amount, (first, second) => {
        const [small, large] = first < second ? [dec(first), dec(second)] : [dec(second), dec(first)];
        expect(tieredMaintenance(small, schedule).gte(0)).toBe(true);
        expect(tieredMaintenance(large, schedule).gte(tieredMaintenance(small, schedule))).toBe(true);
        expect(tieredInitial(large, schedule).gte(tieredInitial(small, schedule))).toBe(true);
        expect(tieredInitial(large, schedule).gte(tieredMaintenance(large, schedule))).toBe(true);
      }),
    );
  });

  it.each(PRESETS)('$id names where its rule is published, and when', ({ source }) => {
    expect(source.text).not.toBe('');
    expect(source.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});

describe('an account by tiers', () => {
  const market = marketOf({ 'BTC-PERP': '60000', 'ETH-PERP': '3000' });

  it('adds contracts up and offsets nothing between them', () => {
    const { value, requirements } = assess(
      binanceTiered,
      portfolioOf('100000', [position(BTC, '50', { entryPrice: dec('59000') }), position(ETH, '-10')]),
      market,
    );
    expect(text(value)).toBe('150000');
    // 3,000,000 -> 58,700 and 30,000 x 0.4 % = 120.
    expect(text(requirements.maintenance!)).toBe('58820');
  });

  it('counts open orders by the worse side, in the initial level only', () => {
    const held = [position(BTC, '1')];
    const orders = [order(BTC, 'buy', '1'), order(BTC, 'sell', '1.5'), order(BTC, 'sell', '9', { reduceOnly: true })];
    const plain = assess(binanceTiered, portfolioOf('0', held), market);
    const { requirements } = assess(binanceTiered, portfolioOf('0', held, orders), market);
    // 2 BTC after the buy, 0.5 short after the sale: 120,000 at 100x.
    expect(text(requirements.initial!)).toBe('1200');
    expect(text(requirements.maintenance!)).toBe(text(plain.requirements.maintenance!));
  });

  it('takes funding not yet booked off the value', () => {
    const { value } = assess(
      binanceTiered,
      portfolioOf('10', [position(BTC, '1', { accruedFunding: dec('3') })]),
      market,
    );
    expect(text(value)).toBe('7');
  });

  it('says where the backstop takes over at Hyperliquid: at two thirds of the maintenance margin (W20)', () => {
    // 96,202.53... is the price at which the account of W20 is liquidated, with 1,202.53... of maintenance.
    const at = marketOf({ 'BTC-PERP': text(dec('95000').div('0.9875')) });
    const levelOf = (lot: PositionHolding): string => {
      const { lines } = assess(hyperliquidTiered, portfolioOf('5000', [lot]), at);
      return lines.find(({ figures }) => figures?.backstopLevel !== undefined)!.figures!.backstopLevel!.toFixed(6);
    };
    expect(levelOf(position(BTC, '1'))).toBe('801.687764');
    expect(levelOf(position(BTC, '1', { isolatedMargin: dec('2000') }))).toBe('801.687764');
  });

  it('[CLR-LQM-040] ranks a position for deleveraging at Binance, with the account or alone', () => {
    const scoresOf = (cash: string, lots: readonly PositionHolding[]): (string | undefined)[] =>
      assess(binanceTiered, portfolioOf(cash, lots), market)
        .lines.filter(({ code }) => code === 'tier-maintenance' || code === 'isolated-position')
        .map(({ figures }) => figures!.deleveragingScore?.toFixed(6));
    const winner = position(BTC, '1', { entryPrice: dec('55000') });
    const loser = position(ETH, '1', { entryPrice: dec('3100') });
    // 5,000 / 10,000 x (250 + 12) / 14,900; a loss is never deleveraged.
    expect(scoresOf('10000', [winner, loser])).toEqual(['0.008792', '0.000000']);
    // 5,000 / 2,000 x 250 / 7,000, and nothing for the contract that the account itself does not hold.
    expect(scoresOf('10000', [{ ...winner, isolatedMargin: dec('2000') }])).toEqual([undefined, '0.089286']);
    // Without equity an account is liquidated, not ranked.
    expect(scoresOf('-5000', [winner])).toEqual([undefined]);
  });

  it('lets an isolated position stand on its own margin [CLR-MDL-104]', () => {
    const lot = position(BTC, '10', { entryPrice: dec('60000'), isolatedMargin: dec('10000') });
    const { value, requirements, lines } = assess(binanceTiered, portfolioOf('25000', [lot]), market);
    expect(text(value)).toBe('15000');
    expect(text(requirements.maintenance!)).toBe('0');
    const [line] = lines.filter(({ code }) => code === 'isolated-position');
    expect(text(line!.figures!.surplus!)).toBe(text(dec('10000').minus(tieredMaintenance(dec('600000'), BINANCE))));
    expect(line!.figures!.liquidationPrice!.gt('59000')).toBe(true);
  });

  it('shows the price that liquidates a position when nothing else moves (W20)', () => {
    const { lines } = assess(
      hyperliquidTiered,
      portfolioOf('5000', [position(BTC, '1', { entryPrice: dec('100000') })]),
      marketOf({ 'BTC-PERP': '100000' }),
    );
    const [line] = lines.filter(({ code }) => code === 'tier-maintenance');
    expect(line!.figures!.liquidationPrice!.toFixed(6)).toBe('96202.531646');
  });

  it('counts an asset by its share, nothing without one, and a debt in full [CLR-MDL-105]', () => {
    const parameters = hyperliquidTiered.readParameters({
      ...(hyperliquidTiered.defaultParameters.document as object),
      collateralShares: { BTC: { share: '0.9' } },
    });
    const prices = new Map(['BTC', 'DOGE', 'ETH'].map((asset) => [asset, { price: dec('10') }]));
    const collateral = [
      { asset: 'BTC', amount: dec('2') },
      { asset: 'DOGE', amount: dec('5') },
      { asset: 'ETH', amount: dec('-1') },
    ];
    const { value } = hyperliquidTiered.assess(
      { collateral, positions: [], orders: [] },
      marketOf({}, { collateral: prices }),
      parameters,
    );
    expect(text(value)).toBe('8');
  });
});

describe('inverse contracts at Bybit', () => {
  it('of an isolated short are liquidated where what was set aside over maintenance is lost (W30)', () => {
    // 60,000 dollars at 50,000: value 1.2 BTC, margin at 10x 0.12 BTC, maintenance 0.006 BTC.
    const lot = position(BTC_INVERSE, '-60000', { entryPrice: dec('50000'), isolatedMargin: dec('6000') });
    const { lines } = assess(bybitTiered, portfolioOf('6000', [lot]), marketOf({ 'BTC-PERP-INVERSE': '50000' }));
    const [line] = lines.filter(({ code }) => code === 'isolated-position');
    expect(text(line!.figures!.maintenance!)).toBe('300');
    expect(line!.figures!.liquidationPrice!.toFixed(6)).toBe('55248.618785');
  });

  it('of a cross long are liquidated where maintenance and the fee of closing are left (W31)', () => {
    const parameters = bybitTiered.readParameters({
      ...(bybitTiered.defaultParameters.document as object),
      collateralShares: { BTC: { share: '1' } },
    });
    const { lines } = bybitTiered.assess(
      {
        collateral: [{ asset: 'BTC', amount: dec('0.5') }],
        positions: [position(BTC_INVERSE, '10000', { entryPrice: dec('8000') })],
        orders: [],
      },
      marketOf({ 'BTC-PERP-INVERSE': '8000' }, { collateral: new Map([['BTC', { price: dec('8000') }]]) }),
      parameters,
    );
    const [line] = lines.filter(({ code }) => code === 'tier-maintenance');
    expect(line!.figures!.liquidationPrice!.toFixed(6)).toBe('5739.083528');
  });

  it('are measured in coin and required in dollars at the mark', () => {
    const lot = position(BTC_INVERSE, '10000', { entryPrice: dec('8000') });
    const { value, requirements } = assess(
      bybitTiered,
      portfolioOf('0', [lot]),
      marketOf({ 'BTC-PERP-INVERSE': '10000' }),
    );
    // 10,000 x (1/8,000 - 1/10,000) = 0.25 BTC; 0.5 % of 1.25 BTC at the entry.
    expect(text(value)).toBe('2500');
    expect(text(requirements.maintenance!)).toBe('62.5');
  });
});

describe('what a tiered model cannot work on', () => {
  const market = marketOf({ 'BTC-PERP': '60000', 'BTC-1JAN26': '60000' });
  const codeOf = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof ModelInputError) return error.code;
      throw error;
    }
    return 'accepted';
  };
  const option = { ...BTC, kind: 'option', type: 'call', strike: dec('1'), expiry: 1, id: 'BTC-C' } as const;

  it.each([
    ['an option', [{ instrument: option, quantity: dec('1') }], marketOf({ 'BTC-C': '1' }), 'instrument-not-supported'],
    ['an expired future', [position(BTC_EXPIRED, '1')], market, 'instrument-expired'],
    ['a contract without a mark', [position(ETH, '1')], market, 'market-missing'],
    ['a mark of zero', [position(BTC, '1')], marketOf({ 'BTC-PERP': '0' }), 'price-not-positive'],
    ['a mark of infinity', [position(BTC, '1')], marketOf({ 'BTC-PERP': 'Infinity' }), 'figure-not-finite'],
    ['a quantity that is not a number', [position(BTC, 'NaN')], market, 'figure-not-finite'],
    ['an entry price below zero', [position(BTC, '1', { entryPrice: dec('-1') })], market, 'price-not-positive'],
  ])('%s', (_what, positions, prices, code) => {
    expect(codeOf(() => assess(binanceTiered, portfolioOf('0', positions), prices))).toBe(code);
  });

  it('an order that says nothing, or a market that has no tiers', () => {
    const orders = [order(BTC, 'buy', '0')];
    expect(codeOf(() => assess(binanceTiered, portfolioOf('0', [], orders), market))).toBe(
      'order-quantity-not-positive',
    );
    const inverse = portfolioOf('0', [position(perpetual('BTC', 'inverse'), '1')]);
    const prices = marketOf({ 'BTC-PERP-INVERSE': '60000' });
    expect(codeOf(() => assess(binanceTiered, inverse, prices))).toBe('market-not-listed');
  });

  it('a fallback or a market that the document does not hold once', () => {
    const markets = [
      { underlying: 'BTC', settlement: 'linear', tiers: [{ from: '0', rate: '0.01', maxLeverage: '10' }] },
    ];
    const reading = (document: unknown) => () => binanceTiered.readParameters(document);
    expect(reading({ markets, fallback: { linear: 'ETH' } })).toThrow('fallback.linear: there is no linear market ETH');
    expect(reading({ markets: [...markets, ...markets] })).toThrow('markets[1]: linear:BTC is listed twice');
    expect(reading({ markets, haircuts: {} })).toThrow('haircuts: leave it out');
  });

  it('explains profit, maintenance and initial margin of each contract', () => {
    const { lines } = assess(
      binanceTiered,
      portfolioOf('5', [position(BTC, '1', { entryPrice: dec('59000') })]),
      market,
    );
    expect(text(lineAmount(lines, 'unrealised-pnl', 'BTC-PERP'))).toBe('1000');
    expect(text(lineAmount(lines, 'collateral', 'USD'))).toBe('5');
  });
});
