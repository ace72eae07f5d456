import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import type { Market, Portfolio } from '@ballast/margin-models';
import fc from 'fast-check';
import { BTC, ETH, marketOf, order, portfolioOf, position } from '../methodology/contract-book.fixtures.js';
import { mangoHealth } from './mango-health.model.js';
import { MANGO_HEALTH_DEFAULTS } from './mango-health.parameters.js';

const { document } = MANGO_HEALTH_DEFAULTS;
const assess = (portfolio: Portfolio, market: Market) =>
  mangoHealth.assess(portfolio, market, mangoHealth.readParameters(document));
const market = marketOf({ 'BTC-PERP': '100', 'ETH-PERP': '10' });

describe('Mango health of a portfolio', () => {
  it('is value less requirement, at each of three levels', () => {
    const portfolio = { ...portfolioOf('-50', [position(BTC, '2', { entryPrice: dec('90') })]), collateral: [] };
    const prices = new Map([['ETH', { price: dec('10') }]]);
    const collateral = [
      { asset: 'USD', amount: dec('-50') },
      { asset: 'ETH', amount: dec('10') },
    ];
    const { value, requirements } = assess(
      { ...portfolio, collateral },
      marketOf({ 'BTC-PERP': '100' }, { collateral: prices }),
    );
    expect(text(value)).toBe('70');
    const health = (level: string) => text(value.minus(requirements[level]!));
    // 100 x 0.8 - (50 + 180 - 200 x 0.8) and at maintenance weights 100 x 0.9 - (50 + 180 - 200 x 0.9).
    expect([health('initial'), health('liquidation-end'), health('maintenance')]).toEqual(['10', '10', '40']);
  });

  it('scales initial weights only by what the venue holds', () => {
    const parameters = mangoHealth.readParameters({
      ...document,
      tokens: { ...document.tokens, BTC: { ...document.tokens.BTC, depositScaleStart: '100' } },
    });
    const prices = new Map([['BTC', { price: dec('100'), platformAmount: dec('2') }]]);
    const { requirements } = mangoHealth.assess(
      { collateral: [{ asset: 'BTC', amount: dec('1') }], positions: [], orders: [] },
      marketOf({}, { collateral: prices }),
      parameters,
    );
    expect(Object.values(requirements).map(text)).toEqual(['60', '20', '10']);
  });

  it('counts orders by the worse side', () => {
    const { value, requirements } = assess(portfolioOf('0', [position(BTC, '1')], [order(BTC, 'sell', '3')]), market);
    // -2 x 1.2 x 100 + 300 sold - 100 paid = -40.
    expect(text(value.minus(requirements.initial!))).toBe('-40');
  });

  it('asks most for new risk, less to end a liquidation, least to start one, and never less than nothing', () => {
    const amount = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(amount, amount, amount, (cash, btc, eth) => {
        const { requirements } = assess(
          portfolioOf(String(cash), [position(BTC, String(btc)), position(ETH, String(eth))]),
          market,
        );
        const { initial, maintenance } = requirements;
        const end = requirements['liquidation-end']!;
        expect(initial!.gte(end) && end.gte(maintenance!) && maintenance!.gte(0)).toBe(true);
      }),
    );
  });

  it('refuses weights that are better for new risk than for maintenance', () => {
    const read = (BTC_WEIGHTS: unknown) => () =>
      mangoHealth.readParameters({ ...document, tokens: { BTC: BTC_WEIGHTS } });
    const { asset, liability } = document.tokens.BTC;
    expect(read({ asset: { initial: '0.9', maintenance: '0.8' }, liability })).toThrow(
      'tokens.BTC.asset.initial: is above maintenance',
    );
    expect(read({ asset, liability: { initial: '1.1', maintenance: '1.2' } })).toThrow(
      'tokens.BTC.liability.initial: is below maintenance',
    );
  });
});
