import { describe, expect, it } from '@jest/globals';
import type { Instrument } from '@ballast/instruments';
import { dec, text } from '@ballast/kernel';
import type { InstrumentMarket, Market, OpenOrder, Portfolio, PositionHolding } from '@ballast/margin-models';
import { vegaLadder } from './vega-ladder.model.js';

const perpetual = (id: string, underlying: string, contractSize = '1'): Instrument => ({
  kind: 'perpetual',
  id,
  underlying,
  settlement: 'linear',
  contractSize: dec(contractSize),
});
const btc = perpetual('BTC-PERP', 'BTC');
const eth = perpetual('ETH-PERP', 'ETH', '0.1');

const document = {
  unit: '1',
  scaling: { search: '1.1', initial: '1.2', release: '1.4' },
  markets: {
    BTC: { riskFactors: { long: '0.1', short: '0.2' }, slippage: { linear: '0.01', quadratic: '0' } },
    ETH: { riskFactors: { long: '0.1', short: '0.2' }, slippage: { linear: '0', quadratic: '0' } },
  },
};

const market = (btcMarket: Partial<InstrumentMarket> = {}): Market => ({
  asOf: 0,
  underlyings: new Map(),
  expiries: new Map(),
  instruments: new Map([
    ['BTC-PERP', { mark: dec('100'), ...btcMarket }],
    ['ETH-PERP', { mark: dec('50') }],
  ]),
  collateral: new Map([['BTC', { price: dec('100') }]]),
});

function assess(given: Partial<Portfolio>, prices = market(), parameters: unknown = document) {
  const portfolio: Portfolio = { collateral: [], positions: [], orders: [], ...given };
  return vegaLadder.assess(portfolio, prices, vegaLadder.readParameters(parameters));
}
const held = (instrument: Instrument, quantity: string, more: Partial<PositionHolding> = {}): PositionHolding => ({
  instrument,
  quantity: dec(quantity),
  ...more,
});
const order = (side: 'buy' | 'sell', quantity: string, price?: string): OpenOrder => ({
  instrument: btc,
  side,
  quantity: dec(quantity),
  ...(price === undefined ? {} : { price: dec(price) }),
});

const requirementTexts = (result: ReturnType<typeof assess>) =>
  Object.fromEntries(Object.entries(result.requirements).map(([level, amount]) => [level, text(amount)]));

describe('an account under the ladder', () => {
  it('has the sum of the levels of its contracts: 100 * (.1 + .01) * 3, and .1 * 50 * 10 * .1', () => {
    const result = assess({ positions: [held(btc, '3'), held(eth, '10')] });
    expect(requirementTexts(result)).toEqual({ release: '53', initial: '45', search: '41', maintenance: '38' });
  });

  it('is worth its collateral and the profit since entry', () => {
    const result = assess({
      collateral: [
        { asset: 'USD', amount: dec('1000') },
        { asset: 'BTC', amount: dec('2') },
      ],
      positions: [held(btc, '3', { entryPrice: dec('90') }), held(eth, '-10', { entryPrice: dec('40') })],
    });
    expect(text(result.value)).toBe('1220');
  });

  it('is asked for funding it owes and not credited with funding it is owed', () => {
    const maintenance = (accruedFunding: string) =>
      text(assess({ positions: [held(btc, '-3', { accruedFunding: dec(accruedFunding) })] }).requirements.maintenance!);
    expect(maintenance('7')).toBe('70');
    expect(maintenance('-7')).toBe('63');
  });

  it('counts resting orders but not those that may only reduce', () => {
    const maintenance = (orders: OpenOrder[], prices = market()) =>
      text(assess({ positions: [held(btc, '3')], orders }, prices).requirements.maintenance!);
    expect(maintenance([order('buy', '2')])).toBe('53');
    expect(maintenance([{ ...order('sell', '50'), reduceOnly: true }])).toBe('33');
    expect(maintenance([order('buy', '2', '500')])).toBe('53');
  });

  it('in auction counts orders at their own price or the uncrossing price', () => {
    const maintenance = (price: string, auctionPrice: string) =>
      text(
        assess({ orders: [order('buy', '2', price)] }, market({ auctionPrice: dec(auctionPrice) })).requirements
          .maintenance!,
      );
    expect(maintenance('500', '0')).toBe('100');
    expect(maintenance('500', '600')).toBe('120');
    expect(maintenance('0', '0')).toBe('0');
  });

  it('explains maintenance by lines that add up to it before rounding', () => {
    const { lines } = assess({ positions: [held(btc, '3.333')], orders: [order('buy', '2')] });
    const parts = ['slippage', 'position-risk', 'order-risk', 'funding-increment'];
    const total = lines
      .filter(({ code }) => parts.includes(code))
      .reduce((sum, { amount }) => sum.plus(amount), dec(0));
    expect(text(total)).toBe('56.663');
    expect(text(lines.find(({ code }) => code === 'maintenance-level')!.amount)).toBe('57');
  });

  it('does not depend on the order of positions, orders and lots', () => {
    const positions = [held(btc, '3'), held(eth, '-7'), held(btc, '-5.5')];
    const orders = [order('buy', '2', '90'), order('sell', '4', '110')];
    const shuffled = assess({ positions: [...positions].reverse(), orders: [...orders].reverse() });
    expect(requirementTexts(shuffled)).toEqual(requirementTexts(assess({ positions, orders })));
  });

  it('the default parameters are read and ask for something', () => {
    const { requirements } = assess({ positions: [held(btc, '1')] }, market(), vegaLadder.defaultParameters.document);
    expect(requirements.maintenance!.gt(0)).toBe(true);
    expect(vegaLadder.levels.every((level) => level in requirements)).toBe(true);
  });
});

describe('what the ladder cannot work on is refused', () => {
  const option: Instrument = {
    kind: 'option',
    id: 'BTC-O',
    underlying: 'BTC',
    settlement: 'linear',
    contractSize: dec(1),
    type: 'call',
    strike: dec(100),
    expiry: 1,
  };

  it.each<[string, Partial<Portfolio>, Market]>([
    [
      'instrument-not-supported',
      { positions: [held(option, '1')] },
      { ...market(), instruments: new Map([['BTC-O', { mark: dec(1) }]]) },
    ],
    ['instrument-not-supported', { positions: [held({ ...btc, settlement: 'inverse' }, '1')] }, market()],
    ['market-missing', { positions: [held(perpetual('X-PERP', 'X'), '1')] }, market()],
    ['price-not-positive', { positions: [held(btc, '1')] }, market({ mark: dec(0) })],
    ['figure-not-finite', { positions: [held(btc, 'NaN')] }, market()],
    ['figure-not-finite', { positions: [held(btc, '1', { entryPrice: dec('Infinity') })] }, market()],
  ])('%s', (code, portfolio, prices) => {
    expect(() => assess(portfolio, prices)).toThrow(expect.objectContaining({ code }));
  });

  it('a market without parameters is named', () => {
    const { BTC } = document.markets;
    const code = 'market-parameters-missing';
    expect(() => assess({ positions: [held(eth, '1')] }, market(), { ...document, markets: { BTC } })).toThrow(
      expect.objectContaining({ code, field: 'markets.ETH' }),
    );
  });

  const marketWith = (more: object) => ({ ...document, markets: { BTC: { ...document.markets.BTC, ...more } } });
  it.each([
    ['write a decimal', 'unit', { ...document, unit: '0' }],
    ['write a decimal', 'unit', { ...document, unit: 'NaN' }],
    [
      'write search <= initial <= release',
      'scaling',
      { ...document, scaling: { search: '1.3', initial: '1.2', release: '1.4' } },
    ],
    ['write a decimal', 'scaling.search', { ...document, scaling: { search: '0.9', initial: '1.2', release: '1.4' } }],
    ['leave it out', 'surplus', { ...document, surplus: '1' }],
    ['write a', 'markets', { ...document, markets: undefined }],
    ['write either', 'markets.BTC', marketWith({ riskFactors: undefined })],
    ['write either', 'markets.BTC', marketWith({ logNormal: { riskAversion: '0.01', tau: '1', mu: '0', sigma: '1' } })],
    ['write a decimal', 'markets.BTC.riskFactors.long', marketWith({ riskFactors: { long: '-1', short: '0' } })],
    [
      'write a decimal above 0 below 1',
      'markets.BTC.logNormal.riskAversion',
      marketWith({ riskFactors: undefined, logNormal: { riskAversion: '1', tau: '1', mu: '0', sigma: '1' } }),
    ],
  ])('a document: %s at %s', (remedy, field, bad) => {
    const message: unknown = expect.stringContaining(remedy);
    expect(() => vegaLadder.readParameters(bad)).toThrow(expect.objectContaining({ field, message }));
  });
});
