import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import {
  isolatedFactorAccepted,
  type IsolatedOrder,
  isolatedOrderMargin,
  isolatedPositionChange,
  isolatedPositionMargin,
  switchToIsolated,
} from './isolated-mode.js';

const terms = (marginFactor: string, positionFactor = '10') => ({
  marginFactor: dec(marginFactor),
  positionFactor: dec(positionFactor),
});
type Lot = readonly [size: string, price: string];
const orders = (side: 'buy' | 'sell', ...lots: Lot[]): IsolatedOrder[] =>
  lots.map(([size, price]) => ({ side, size: dec(size), price: dec(price) }));

const buys = orders('buy', ['30', '20'], ['10', '50'], ['20', '40']);
const sells = orders('sell', ['30', '50'], ['10', '20'], ['20', '40']);

describe('orders in isolated mode are margined at their own prices, the larger side', () => {
  // Figures asserted in core/risk/isolated_margin_test.go of vegaprotocol/vega (AGPL-3.0): half of the value, ten to a unit.
  it.each([
    ['buys alone: .5 (10 * 50 + 20 * 40 + 30 * 20) / 10', '0', buys, '0', '95'],
    ['a long position does not matter to buys', '20', buys, '0', '95'],
    ['a short of 4 takes from the best buy: 6 at 50', '-4', buys, '0', '85'],
    ['a short of 20 takes the best and half of the next', '-20', buys, '0', '50'],
    ['a short of 60 takes all', '-60', buys, '0', '0'],
    ['a short of more takes all', '-90', buys, '0', '0'],
    ['sells alone: .5 (10 * 20 + 20 * 40 + 30 * 50) / 10', '0', sells, '0', '125'],
    ['a long of 4 takes from the best sell: 6 at 20', '4', sells, '0', '121'],
    ['both sides: the larger', '0', [...buys, ...sells], '0', '125'],
    ['both sides with a long of 25: buys 95 over sells 85', '25', [...buys, ...sells], '0', '95'],
    ['auction at 42 lifts the lower prices of buys', '0', buys, '42', '130'],
    ['auction at 42 and a short of 20', '-20', buys, '42', '84'],
    ['auction at 42 lifts sells', '0', sells, '42', '138'],
    ['auction at 42 and a long of 20: 10 * 42 + 30 * 50', '20', sells, '42', '96'],
    ['no orders', '5', [], '42', '0'],
  ])('%s', (_why, position, given, auctionPrice, expected) => {
    expect(text(isolatedOrderMargin(dec(position), given, dec(auctionPrice), terms('0.5')))).toBe(expected);
  });

  it('the margin is rounded down: 2 * 15912 * .9 = 28641.6', () => {
    const given = orders('sell', ['2', '15912']);
    expect(text(isolatedOrderMargin(dec('-4'), given, dec('0'), terms('0.9', '1')))).toBe('28641');
  });

  it('the order of the orders does not matter', () => {
    const order = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      size: fc.nat({ max: 50 }).map((size) => dec(size)),
      price: fc.nat({ max: 50 }).map((price) => dec(price)),
    });
    fc.assert(
      fc.property(fc.array(order, { maxLength: 8 }), fc.integer({ min: -100, max: 100 }), (given, position) => {
        const margin = (list: IsolatedOrder[]) => text(isolatedOrderMargin(dec(position), list, dec(7), terms('0.3')));
        expect(margin([...given].reverse())).toBe(margin(given));
      }),
    );
  });
});

describe('a position in isolated mode [CLR-MDL-145]', () => {
  it.each([
    ['-1', '15900', '0.7', '1', '11130'],
    ['3', '15900', '0.333', '10', '1588'],
    ['0', '15900', '0.7', '1', '0'],
  ])('%s at %s, factor %s, %s to a unit is margined with %s', (position, entry, factor, unit, expected) => {
    expect(text(isolatedPositionMargin(dec(position), dec(entry), terms(factor, unit)))).toBe(expected);
  });

  it.each([
    ['above both together', '0.36', true],
    ['exactly as much', '0.35', false],
    ['below', '0.34', false],
  ])('the factor has to exceed risk and slippage: %s', (_why, factor, accepted) => {
    const riskFactors = { long: dec('0.1'), short: dec('0.25') };
    expect(isolatedFactorAccepted(dec(factor), riskFactors, dec('0.1'))).toBe(accepted);
  });
});

describe('switching to isolated mode', () => {
  const account = {
    position: dec('1'),
    averageEntryPrice: dec('1000'),
    orders: [] as IsolatedOrder[],
    auctionPrice: dec('0'),
    marginBalance: dec('10'),
    orderMarginBalance: dec('0'),
    generalBalance: dec('500'),
  };

  it.each([
    ['tops up the position: 500 - 10', account, '0.5', '490', '0'],
    [
      'also the orders',
      { ...account, generalBalance: dec('10000'), orders: orders('buy', ['1', '1000']) },
      '0.3',
      '290',
      '300',
    ],
    [
      'gives back what is too much',
      {
        ...account,
        generalBalance: dec('0'),
        marginBalance: dec('610'),
        orderMarginBalance: dec('400'),
        orders: orders('buy', ['1', '1000']),
      },
      '0.3',
      '-310',
      '-100',
    ],
    ['without a position the initial margin does not matter', { ...account, position: dec('0') }, '0.5', '-10', '0'],
  ])('%s', (_why, given, factor, margin, order) => {
    const outcome = switchToIsolated(given, dec('55'), terms(factor, '1'));
    expect(outcome.accepted && [text(outcome.marginTransfer), text(outcome.orderMarginTransfer)]).toEqual([
      margin,
      order,
    ]);
  });

  it.each([
    ['590 more than the 500 there', account, '0.6', 'general-account-insufficient'],
    ['exactly what is there is enough', account, '0.51', undefined],
    ['10 is not above the cross initial margin of 55', account, '0.01', 'position-margin-not-above-initial'],
    ['neither is 55', account, '0.055', 'position-margin-not-above-initial'],
    ['but 56 is', account, '0.056', undefined],
  ])('%s', (_why, given, factor, reason) => {
    const outcome = switchToIsolated(given, dec('55'), terms(factor, '1'));
    expect(outcome.accepted ? undefined : outcome.reason).toBe(reason);
  });
});

describe('a change of position in isolated mode settles into one transfer', () => {
  const change = (
    oldPosition: string,
    side: 'buy' | 'sell',
    marginBalance: string,
    markPrice: string,
    ...lots: Lot[]
  ) => {
    const trades = lots.map(([size, price]) => ({ size: dec(size), price: dec(price) }));
    const given = { oldPosition: dec(oldPosition), side, trades, marginBalance: dec(marginBalance) };
    const transfer = isolatedPositionChange(
      markPrice === '' ? given : { ...given, markPrice: dec(markPrice) },
      terms('0.5'),
    );
    return `${transfer.direction} ${text(transfer.amount)}`;
  };

  // Figures asserted in core/risk/isolated_margin_test.go of vegaprotocol/vega (AGPL-3.0).
  it.each<[string, string, 'buy' | 'sell', string, string, Lot[], string]>([
    [
      'opening long: .5 (60 + 100) / 10',
      '0',
      'buy',
      '1000',
      '',
      [
        ['5', '12'],
        ['10', '10'],
      ],
      'topup 8',
    ],
    [
      'opening short',
      '0',
      'sell',
      '1000',
      '',
      [
        ['10', '10'],
        ['5', '12'],
      ],
      'topup 8',
    ],
    ['growing', '15', 'buy', '1000', '', [['5', '12']], 'topup 3'],
    [
      'long 20 to 5, sold at 10 on average: (40 - 2 * 2) 15/20',
      '20',
      'sell',
      '40',
      '12',
      [
        ['5', '12'],
        ['10', '10'],
      ],
      'release 27',
    ],
    [
      'short 20 to 5, at 11 on average: (40 - 2) 15/20',
      '-20',
      'buy',
      '40',
      '12',
      [
        ['5', '10'],
        ['10', '12'],
      ],
      'release 28',
    ],
    ['closing all releases all that is left', '20', 'sell', '40', '10', [['20', '10']], 'release 40'],
    ['a loss beyond the balance releases nothing', '20', 'sell', '40', '100', [['5', '10']], 'release 0'],
    [
      'long 20 to short 5: 1000 - .5 * 5 * 12 / 10',
      '20',
      'sell',
      '1000',
      '',
      [
        ['15', '11'],
        ['10', '12'],
      ],
      'release 997',
    ],
    [
      'with 1 there, 2 are missing',
      '20',
      'sell',
      '1',
      '',
      [
        ['15', '11'],
        ['10', '12'],
      ],
      'topup 2',
    ],
    [
      'short 20 to long 5: 1000 - .5 * 5 * 11 / 10',
      '-20',
      'buy',
      '1000',
      '',
      [
        ['10', '12'],
        ['15', '11'],
      ],
      'release 998',
    ],
    ['crossing within the first trade', '20', 'sell', '1', '', [['25', '12']], 'topup 2'],
    ['crossing that leaves as much as there is', '20', 'sell', '3', '', [['25', '12']], 'none 0'],
  ])('%s', (_why, oldPosition, side, balance, mark, trades, expected) => {
    expect(change(oldPosition, side, balance, mark, ...trades)).toBe(expected);
  });

  it('needs trades, and a mark when it reduces', () => {
    expect(() => change('20', 'sell', '40', '12')).toThrow(expect.objectContaining({ code: 'trades-empty' }));
    expect(() => change('20', 'sell', '40', '', ['5', '12'])).toThrow(
      expect.objectContaining({ code: 'mark-price-missing' }),
    );
  });
});
