import { describe, expect, it } from '@jest/globals';
import { type Decimal, text } from '@ballast/kernel';
import { mangoRunners } from './mango.runners.js';

const TOKEN = { price: '5', assetWeight: '0.5', liabilityWeight: '1.5', balance: '100' };
const health = (token: object, healthType = 'init') => {
  const result = mangoRunners.account_health!({
    id: 'case',
    kind: 'account_health',
    params: {},
    inputs: { healthType, tokens: { T: { ...TOKEN, ...token } }, reservedOrders: [], perp: null },
  });
  return text((result as { readonly health: Decimal }).health);
};

describe('cases of Mango, read', () => {
  it.each([
    ['no totals', {}, '250'],
    ['amounts, scaled from a value', { deposits: '200', depositWeightScaleStart: '500' }, '125'],
    ['values, within an object', { scaling: { depositsValue: '1000', depositScaleStart: '500' } }, '125'],
    ['an object per side', { deposits: { total: '200', scaleStart: '500' } }, '125'],
    ['an object per scale', { depositScale: { start: '500', value: '1000' } }, '125'],
    ['a start called a scale', { depositsValue: '1000', depositWeightScale: '500' }, '125'],
    [
      'tokens that orders may bring',
      { deposits: '100', potentialSerumTokens: '100', depositWeightScaleStartQuote: '500' },
      '125',
    ],
    ['borrows, which do not matter to an asset', { borrows: '200', borrowScaleStart: '500' }, '250'],
    ['borrows of a debt', { balance: '-100', borrows: '200', borrowScaleStart: '500' }, '-1500'],
    ['totals without a start', { deposits: '200', borrows: '200' }, '250'],
  ])('%s', (_what, token, expected) => {
    expect(health(token)).toBe(expected);
  });

  it.each([
    ['neither limits nor quote', { baseAmount: '2' }, '255'],
    ['the least ask', { baseAmount: '2', lowestPlacedAsk: '2' }, '253.2'],
    ['no ask', { baseAmount: '2', lowestPlacedAsk: '0' }, '255'],
    ['the inverse of the greatest bid', { quoteAmount: '10', highestPlacedBidInv: '0.1' }, '252.5'],
    ['the greatest bid', { quoteAmount: '10', highestBid: '10' }, '252.5'],
  ])('reserved orders with %s', (_what, orders, expected) => {
    const result = mangoRunners.account_health!({
      id: 'case',
      kind: 'account_health',
      params: {},
      inputs: {
        healthType: 'init',
        tokens: { T: TOKEN, USD: { price: '1', assetWeight: '0.8', liabilityWeight: '1.2', balance: '0' } },
        reservedOrders: [{ base: 'T', quote: 'USD', ...orders }],
      },
    });
    expect(text((result as { readonly health: Decimal }).health)).toBe(expected);
  });

  it('reads a kind of health however it is written, and refuses others', () => {
    const scaled = { deposits: '200', depositScaleStart: '500' };
    expect(['Init', 'maint', 'LiquidationEnd', 'liquidation_end'].map((kind) => health(scaled, kind))).toEqual([
      '125',
      '250',
      '250',
      '250',
    ]);
    expect(() => health({}, 'final')).toThrow('healthType');
  });
});
