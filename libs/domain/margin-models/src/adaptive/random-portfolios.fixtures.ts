import { dec, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import type { Market, OpenOrder, Portfolio } from '../margin-model.js';
import { instrumentOf, marketAt, portfolioOf, positionsOf, scheduleAt, SPOT, tableAt } from './adaptive.fixtures.js';

/** One contract of each kind, options of two expiries. */
export const IDS = [
  'BTC-PERP',
  'BTC-PERP-INVERSE',
  'BTC-27MAR26',
  'BTC-27MAR26-50000-C',
  'BTC-27MAR26-50000-P',
  'BTC-27MAR26-60000-C',
  'BTC-27MAR26-40000-P-INVERSE',
  'BTC-26JUN26-55000-C',
];

export const calm = marketAt('1.3', IDS);

/** Longs on a lower notice table, shorts on a trigger between, doubtful prices. */
export const stirred: Market = {
  ...calm,
  underlyings: new Map([['BTC', { spot: dec(SPOT), confidence: dec('0.3') }]]),
  adaptive: new Map([
    [
      'BTC',
      scheduleAt('2.4', { notice: [tableAt('2.4'), tableAt('1.2')], trigger: { long: null, short: tableAt('1.7') } }),
    ],
  ]),
};

/** Any sign, up to six digits, up to four of them after the point. */
export const amounts = fc
  .tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([whole, places]) => dec(whole).times(dec(10).pow(-places)));

const quantity = (id: string, lots: Decimal): Decimal => (id.endsWith('PERP-INVERSE') ? lots.times(1_000) : lots);
const held = fc.tuple(fc.constantFrom(...IDS), amounts, fc.option(fc.integer({ min: 30_000, max: 70_000 })));
const orders: fc.Arbitrary<OpenOrder> = fc
  .record({
    id: fc.constantFrom(...IDS),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    size: amounts,
    reduceOnly: fc.boolean(),
  })
  .map(({ id, side, size, reduceOnly }) => ({
    instrument: instrumentOf(id),
    side,
    quantity: quantity(id, size.abs().plus('0.1')),
    reduceOnly,
  }));

/** Up to six lots of any contract, cash, a coin or its debt, orders, an owner with more accounts. */
export const portfolios: fc.Arbitrary<Portfolio> = fc
  .record({
    positions: fc.array(held, { maxLength: 6 }),
    orders: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(orders, { maxLength: 2 })),
    dollars: amounts,
    coins: fc.option(amounts),
    owner: fc.option(fc.tuple(amounts, amounts)),
  })
  .map(({ positions, orders: open, dollars, coins, owner }) => ({
    ...portfolioOf(
      positionsOf(
        ...positions.map(([id, lots, entry]) =>
          entry === null || id.split('-').length > 3
            ? ([id, quantity(id, lots)] as const)
            : ([id, quantity(id, lots), entry] as const),
        ),
      ),
      [{ asset: 'USD', amount: dollars }, ...(coins === null ? [] : [{ asset: 'BTC', amount: coins }])],
      open,
    ),
    ...(owner !== null && {
      ownerSizes: new Map([['BTC', { long: owner[0].abs().times(50_000), short: owner[1].abs().times(50_000) }]]),
    }),
  }));
