import { parseInstrumentId, tradeAtAverageCost, type AverageCostPosition, type Instrument } from '@ballast/instruments';
import { dec, maxOf, minOf, ONE, text, type Decimal } from '@ballast/kernel';
import type { HouseMode } from '@ballast/facts';
import fc from 'fast-check';
import { MarginHouse, MINUTE, NOON } from '../margin.fixtures.js';
import { preTradeCheck } from './pre-trade-check.js';

const LINEAR_PERPETUAL: Instrument = { ...parseInstrumentId('BTC-PERP'), id: 'BTC-PERP', contractSize: ONE };
const MARK = dec('60000');

function house(USD: string, quantity = '1', mode: HouseMode = 'normal'): MarginHouse {
  const open = new MarginHouse();
  if (mode !== 'normal') open.mode(mode);
  open.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  open.account('ann.main', {
    USD,
    position: { instrument: 'BTC-PERP', quantity, cost: dec(quantity).times(60_000).toFixed() },
  });
  return open;
}
const check = (open: MarginHouse, quantity: string, price?: string) =>
  preTradeCheck(open.machine.state, {
    accountId: 'ann.main',
    instrument: 'BTC-PERP',
    quantity,
    ...(price !== undefined && { price }),
  });

describe('pre-trade check', () => {
  // Two contracts ask for 2 x 936.9597 x 2.5 = 4,684.80 initially.
  it.each`
    USD          | code                           | why
    ${'4684.8'}  | ${null}                        | ${'equity covers the initial requirement exactly'}
    ${'4684.79'} | ${'below-initial-requirement'} | ${'one cent is missing'}
  `('of another contract with $USD dollars: $why', ({ USD, code }: { USD: string; code: string | null }) => {
    expect(check(house(USD), '1')).toMatchObject({
      accepted: code === null,
      code,
      riskReducing: false,
      before: { call: '1873.92' },
      after: { call: '3747.84', liquidation: '1873.92', initial: '4684.8' },
    });
  });

  it('counts what is lost against the mark', () => {
    expect(check(house('4684.8'), '1', '60000.01')).toMatchObject({
      accepted: false,
      code: 'below-initial-requirement',
    });
  });

  it.each(['59999', '50000', undefined])(
    'takes a purchase with the limit %s at the mark, no better [CLR-MRG-034]',
    (price) => {
      expect(check(house('4684.8'), '1', price)).toMatchObject({ accepted: true, after: { equity: '4684.8' } });
    },
  );

  it.each`
    quantity  | riskReducing | why
    ${'-0.5'} | ${true}      | ${'half of the position'}
    ${'-1'}   | ${true}      | ${'all of it'}
    ${'-1.1'} | ${true}      | ${'leaves a tenth of it on the other side: less is required and nothing is paid'}
    ${'-2'}   | ${false}     | ${'turns it round'}
    ${'0.1'}  | ${false}     | ${'adds to it'}
  `(
    'calls $quantity risk-reducing: $riskReducing, $why',
    ({ quantity, riskReducing }: { quantity: string; riskReducing: boolean }) => {
      expect(check(house('100000'), quantity)).toMatchObject({ accepted: true, riskReducing });
    },
  );

  it('accepts what reduces risk from anybody, and nothing else while the account is being liquidated', () => {
    const open = house('2000');
    open.prices({ at: NOON + MINUTE, BTC: '58500', ETH: '3000' });
    expect(check(open, '-1')).toMatchObject({ accepted: true });
    expect(check(open, '-2')).toMatchObject({ accepted: false, code: 'account-reduce-only' });
    open.accept(open.changed('ann.main', { USD: '1000000' }));
    expect(check(open, '0.1')).toMatchObject({ accepted: false, code: 'account-reduce-only' });
  });

  it('takes no new risk on halted prices', () => {
    const open = house('100000');
    open.prices({ at: NOON + MINUTE, BTC: '60000', ETH: '3000', status: 'HALT' });
    expect(check(open, '1')).toMatchObject({ accepted: false, code: 'prices-halted' });
    expect(check(open, '-1')).toMatchObject({ accepted: true });
  });

  it.each`
    mode                     | code
    ${'reduce-only'}         | ${'house-reduce-only'}
    ${'halt'}                | ${'house-halted'}
    ${'withdrawals-stopped'} | ${null}
  `('in mode $mode refuses new risk with $code, and never what reduces it [CLR-HMD-003]', ({ mode, code }) => {
    const open = house('100000', '1', mode as HouseMode);
    expect(check(open, '1')).toMatchObject({ accepted: code === null, code: code as string | null });
    expect(check(open, '-1')).toMatchObject({ accepted: true });
  });

  it('knows no risk without prices, account or quantity', () => {
    const blind = new MarginHouse();
    blind.account('ann.main', { USD: '5' });
    expect(check(blind, '1')).toMatchObject({ accepted: false, code: 'no-prices', before: null });
    expect(check(house('5'), '0')).toMatchObject({ accepted: false, code: 'quantity-zero' });
    const unknown = preTradeCheck(blind.machine.state, {
      accountId: 'eve.main',
      instrument: 'BTC-PERP',
      quantity: '1',
    });
    expect(unknown).toMatchObject({ accepted: false, code: 'account-unknown' });
  });

  it('says to the last digit what margin says once accounts has booked the trade at the worse of limit and mark', () => {
    const digits = (places: number) =>
      fc.integer({ min: -99_999, max: 99_999 }).map((n) => dec(n).times(`1e-${places}`));
    const moved = digits(4).filter((quantity) => !quantity.isZero());
    fc.assert(
      fc.property(moved, digits(3), moved, fc.integer({ min: 1, max: 9_000_000 }), (quantity, cost, signed, cents) => {
        const price = dec(cents).div(100);
        const open = house('500000');
        const held = (position: AverageCostPosition, USD: Decimal) =>
          open.changed('ann.main', {
            USD: text(USD),
            position: { instrument: 'BTC-PERP', quantity: text(position.quantity), cost: text(position.cost) },
          });
        open.accept(held({ quantity, cost }, dec('500000')));
        const { after } = check(open, text(signed), text(price));
        const filledAt = signed.isNegative() ? minOf(price, MARK) : maxOf(price, MARK);
        const trade = tradeAtAverageCost(LINEAR_PERPETUAL, { quantity, cost }, signed, filledAt);
        open.accept(held(trade.position, dec('500000').plus(trade.realised)));
        expect(check(open, '0.0001').before).toEqual(after);
      }),
      { numRuns: 40 },
    );
  });

  it('gives back the same equity when it turns the position round at the mark', () => {
    const { before, after } = check(house('100000'), '-3');
    expect(after?.equity).toBe(before?.equity);
    expect(after?.maintenance).toBe('1873.92');
  });
});
