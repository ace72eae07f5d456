import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import type { Market, Portfolio } from '@ballast/margin-models';
import { BTC, BTC_INVERSE, marketOf, order, portfolioOf, position } from '../methodology/contract-book.fixtures.js';
import { driftSizeAdjusted } from './drift-size-adjusted.model.js';
import { DRIFT_SIZE_ADJUSTED_DEFAULTS } from './drift-size-adjusted.parameters.js';

const { document } = DRIFT_SIZE_ADJUSTED_DEFAULTS;
const assess = (portfolio: Portfolio, market: Market) =>
  driftSizeAdjusted.assess(portfolio, market, driftSizeAdjusted.readParameters(document));
const market = marketOf({ 'BTC-PERP': '100', 'ETH-PERP': '10' });

describe('Drift of a portfolio', () => {
  it('has the same surplus at both levels as requirement and collateral say', () => {
    const { value, requirements } = assess(
      portfolioOf('500', [position(BTC, '10', { entryPrice: dec('80') })]),
      market,
    );
    // Maintenance: 500 + 200 of profit; initial: the profit counts up to 100, so the surplus is 500 + 100 - 100.
    expect(text(value)).toBe('700');
    expect(text(requirements.maintenance!)).toBe('50');
    expect(text(value.minus(requirements.initial!))).toBe('500');
  });

  it('grows with the root of the size', () => {
    const ratio = (size: string) => {
      const { requirements } = assess(portfolioOf('0', [position(BTC, size)]), market);
      return text(requirements.maintenance!.div(dec(size).times(100)));
    };
    expect(ratio('1')).toBe('0.05');
    expect(ratio('1000000')).toBe('0.09');
  });

  it('values assets at the lower of price and average for new risk, and by what the venue holds', () => {
    const parameters = driftSizeAdjusted.readParameters({
      ...document,
      spots: { ...document.spots, BTC: { ...document.spots.BTC, scaleStartValue: '1000' } },
    });
    const prices = new Map([['BTC', { price: dec('100'), averagePrice: dec('90'), platformAmount: dec('20') }]]);
    const collateral = [{ asset: 'BTC', amount: dec('1') }];
    const { value, requirements } = driftSizeAdjusted.assess(
      { collateral, positions: [], orders: [] },
      marketOf({}, { collateral: prices }),
      parameters,
    );
    expect(text(value)).toBe('90');
    // 90 x 0.8 x 1,000 / 2,000 = 36 for new risk.
    expect(text(requirements.initial!)).toBe('54');
  });

  it('counts open orders by the worse side and a cent each', () => {
    const orders = [order(BTC, 'buy', '1'), order(BTC, 'sell', '3')];
    const { requirements } = assess(portfolioOf('0', [position(BTC, '1')], orders), market);
    expect(text(requirements.initial!)).toBe('20.02');
  });

  it('refuses coin-settled contracts, and documents that are out of order', () => {
    const prices = marketOf({ 'BTC-PERP-INVERSE': '100' });
    expect(() => assess(portfolioOf('0', [position(BTC_INVERSE, '1')]), prices)).toThrow('linear contracts only');
    const low = { ...document, otherPerp: { initial: '0.01', maintenance: '0.05', imfFactor: '0' } };
    expect(() => driftSizeAdjusted.readParameters(low)).toThrow('otherPerp.initial: is below maintenance; raise it');
    const spots = { BTC: { ...document.spots.BTC, initialAsset: 'Infinity' } };
    expect(() => driftSizeAdjusted.readParameters({ ...document, spots })).toThrow(
      'spots.BTC.initialAsset: write a decimal',
    );
  });
});
