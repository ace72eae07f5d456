import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import type { Market, Portfolio } from '@ballast/margin-models';
import {
  BTC,
  BTC_INVERSE,
  ETH,
  marketOf,
  order,
  perpetual,
  portfolioOf,
  position,
} from '../methodology/contract-book.fixtures.js';
import { dydxFraction } from './dydx-fraction.model.js';
import { DYDX_FRACTION_DEFAULTS } from './dydx-fraction.parameters.js';

const parameters = dydxFraction.readParameters(DYDX_FRACTION_DEFAULTS.document);
const assess = (portfolio: Portfolio, market: Market) => dydxFraction.assess(portfolio, market, parameters);
const market = marketOf({ 'BTC-PERP': '50000', 'ETH-PERP': '3000', 'DOGE-PERP': '0.1' });

describe('dYdX fractions of a portfolio', () => {
  it('add up per market by its liquidity tier', () => {
    const positions = [position(BTC, '0.1', { entryPrice: dec('49000') }), position(perpetual('DOGE'), '-100000')];
    const { value, requirements } = assess(portfolioOf('1000', positions), market);
    expect(text(value)).toBe('1100');
    // 5,000 x 2 % and 10,000 x 20 %; maintenance 60 % and 50 % of it.
    expect(text(requirements.initial!)).toBe('2100');
    expect(text(requirements.maintenance!)).toBe('1060');
  });

  it('raise the initial level with open interest and leave maintenance alone', () => {
    const sol = perpetual('SOL');
    const openInterest = { mark: dec('100'), openInterest: dec('700000') };
    const crowded = marketOf({}, { instruments: new Map([['SOL-PERP', openInterest]]) });
    const { requirements } = assess(portfolioOf('0', [position(sol, '10')]), crowded);
    // 70 million lie halfway between 40 and 100 million: 5 % + 95 % / 2.
    expect(text(requirements.initial!)).toBe('525');
    expect(text(requirements.maintenance!)).toBe('30');
  });

  it('count orders by the worse side in the initial level only', () => {
    const orders = [order(ETH, 'sell', '5'), order(ETH, 'buy', '1')];
    const { requirements } = assess(portfolioOf('0', [position(ETH, '1')], orders), market);
    expect(text(requirements.initial!)).toBe('240');
    expect(text(requirements.maintenance!)).toBe('36');
  });

  it('take dollars as collateral, nothing else, and every debt in full', () => {
    const prices = new Map(
      ['BTC', 'ETH', 'USDC'].map((asset) => [asset, { price: dec(asset === 'USDC' ? '1' : '100') }]),
    );
    const collateral = [
      { asset: 'USDC', amount: dec('7') },
      { asset: 'BTC', amount: dec('1') },
      { asset: 'ETH', amount: dec('-0.01') },
    ];
    const { value } = assess({ collateral, positions: [], orders: [] }, marketOf({}, { collateral: prices }));
    expect(text(value)).toBe('6');
  });

  it('refuse coin-settled contracts', () => {
    const prices = marketOf({ 'BTC-PERP-INVERSE': '50000' });
    expect(() => assess(portfolioOf('0', [position(BTC_INVERSE, '1')]), prices)).toThrow('linear contracts only');
  });
});

describe('a document of dYdX fractions', () => {
  const { document } = DYDX_FRACTION_DEFAULTS;
  const tier = document.tiers['mid-cap'];

  it.each([
    ['a tier that nobody knows', { ...document, otherTier: 'huge' }, 'name one of the document'],
    ['a market in no tier', { ...document, markets: { BTC: { tier: 'huge' } } }, 'name one of the document'],
    [
      'caps out of order',
      { ...document, tiers: { ...document.tiers, 'mid-cap': { ...tier, openInterestUpperCap: '1' } } },
      'write more than the lower cap',
    ],
    [
      'a fraction above one',
      { ...document, tiers: { ...document.tiers, 'mid-cap': { ...tier, initialFraction: '1.1' } } },
      'write a decimal',
    ],
    [
      'NaN',
      { ...document, tiers: { ...document.tiers, 'mid-cap': { ...tier, initialFraction: 'NaN' } } },
      'write a decimal',
    ],
  ])('is refused with %s', (_what, changed, remedy) => {
    expect(() => dydxFraction.readParameters(changed)).toThrow(remedy);
  });
});
