import { sum, text } from '@ballast/kernel';
import type { AccountsEvents } from '@ballast/facts';
import { aFill, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import {
  CALL,
  COIN_CALL,
  COIN_FUTURE,
  collateralOf,
  deskOf,
  EXPIRY,
  FUTURE,
  houseOf,
  settle,
  soundOf,
  SPECIFICATIONS,
} from '../contracts.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';

describe('an expiry [CLR-ACC-062]', () => {
  it('pays off options, closes futures at their profit, and takes the delivery fee', () => {
    const desk = deskOf('a.main', 'b.main');
    const trade = (instrument: string, quantity: string, price: string): void => {
      desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument, quantity, price }));
      desk.take('TradeFilled', aFill({ accountId: 'b.main', instrument, quantity, price, side: 'sell' }));
    };
    trade(CALL, '3', '1500');
    trade(FUTURE, '2', '60000');
    trade(COIN_CALL, '1', '0.02');
    const before = ['a.main', 'b.main'].map((accountId) => collateralOf(desk, accountId));
    const events = settle(desk, '61000');
    expect(events.map(({ type, payload }) => `${type} ${(payload as { instrument: string }).instrument}`)).toEqual([
      `ContractDelivered ${FUTURE}`,
      `ContractDelivered ${FUTURE}`,
      `ExpiryClosed ${FUTURE}`,
      `ContractDelivered ${CALL}`,
      `ContractDelivered ${CALL}`,
      `ExpiryClosed ${CALL}`,
      `ContractDelivered ${COIN_CALL}`,
      `ContractDelivered ${COIN_CALL}`,
      `ExpiryClosed ${COIN_CALL}`,
      `ExpiryClosed ${COIN_FUTURE}`,
    ]);
    const delivered = events
      .filter(({ type }) => type === 'ContractDelivered')
      .map(({ payload }) => payload as AccountsEvents['ContractDelivered'])
      .map(({ quantity, asset, amount, fee }) => [quantity, asset, amount, fee]);
    expect(delivered).toEqual([
      ['2', 'USD', '2000', '18.3'],
      ['-2', 'USD', '-2000', '18.3'],
      ['3', 'USD', '3000', '27.45'],
      ['-3', 'USD', '-3000', '27.45'],
      // 1,000 / 61,000 coin; 0.00015 coin is below 12.5 % of it.
      ['1', 'BTC', '0.01639344', '0.00015'],
      ['-1', 'BTC', '-0.01639345', '0.00015'],
    ]);
    expect(before).not.toEqual(['a.main', 'b.main'].map((accountId) => collateralOf(desk, accountId)));
    expect(accountStatement(desk.state, 'a.main')?.positions).toEqual([]);
    expect(['USD', 'BTC'].map((asset) => houseOf(desk, 'house/pnl', asset))).toEqual(['0', '0']);
    expect(houseOf(desk, 'house/rounding', 'BTC')).toBe('0.00000001');
    soundOf(desk);
  });

  it('is settled once, and what comes afterwards finds the contract gone', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CALL, price: '1500' }));
    expect(settle(desk, '59000')).toHaveLength(5);
    expect(settle(desk, '61000')).toEqual([]);
    const late = desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CALL, price: '1500' }));
    expect(payloadOf(late, 'SuspenseBooked')).toMatchObject({ detail: 'instrument-expired', position: null });
    soundOf(desk);
  });

  it('is over for a closed account too: the late fill of a close-out order that it made is only on record', () => {
    const desk = deskWith({ 'gone.main': '0' });
    for (const specification of SPECIFICATIONS) desk.take('InstrumentAdmitted', { specification });
    const change = { accountId: 'gone.main', standing: 'closed', reason: 'wound up' };
    desk.takeAny('ChangeAccountStanding', change, undefined, 'accounts.commands', 'ann');
    settle(desk, '61000');
    const closeOutOrder = { partition: 0, position: 1 };
    const late = desk.take('TradeFilled', aFill({ accountId: 'gone.main', instrument: FUTURE, closeOutOrder }));
    expect(payloadOf(late, 'SuspenseBooked')).toMatchObject({ detail: 'instrument-expired', position: null });
    soundOf(desk);
  });

  it('delivers what suspense keeps of an option at its payoff less the premium it owes', () => {
    const desk = deskOf('a.main');
    const fill = { instrument: CALL, quantity: '1', price: '1500' };
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'stranger.main' }));
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'a.main', side: 'sell' }));
    settle(desk, '64000');
    expect(houseOf(desk, 'suspense', 'USD')).toBe('2500');
    expect(houseOf(desk, 'house/pnl', 'USD')).toBe('0');
    soundOf(desk);
  });

  it('leaves nobody with the contract and no money with the houses, over all partitions', () => {
    const house = new ClearingHouse(3, 2, SPECIFICATIONS);
    const [a, , c, d, , f] = house.accounts as [string, string, string, string, string, string];
    house.trade({ buyer: a, seller: c, instrument: CALL, quantity: '3', price: '1500' });
    house.trade({ buyer: d, seller: f, instrument: CALL, quantity: '1.5', price: '1700.5' });
    house.trade({ buyer: f, seller: a, instrument: COIN_FUTURE, quantity: '777', price: '61234.5' });
    house.expire(EXPIRY, '63333.33333333');
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
    for (const asset of ['USD', 'BTC']) {
      expect(text(sum(house.desks.map(({ state }) => balanceOf(state.ledger, 'house/pnl', asset))))).toBe('0');
    }
    expect(house.accounts.map((accountId) => house.quantityOf(accountId, CALL))).toEqual([
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
    ]);
  });
});
