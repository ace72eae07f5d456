import type { AccountsEvents } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { aFill, aFundingRate, aSpecification, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';

describe('funding', () => {
  it('is paid by longs and received by shorts when the rate is positive', () => {
    const desk = deskWith({ 'long.main': '1000', 'short.main': '1000' });
    desk.take('TradeFilled', aFill({ accountId: 'long.main', quantity: '2' }));
    desk.take('TradeFilled', aFill({ accountId: 'short.main', side: 'sell', quantity: '1' }));
    const events = desk.take('FundingRateFixed', aFundingRate());
    expect(events.map(({ type }) => type)).toEqual(['FundingSettled', 'FundingSettled', 'FundingClosed']);
    // 2 * 0.0001 * 50,000; the house is short one bitcoin against them and receives the difference.
    expect(events.map(({ payload }) => (payload as { amount?: string }).amount)).toEqual(['-10', '5', undefined]);
    expect(payloadOf(events, 'FundingClosed')).toMatchObject({
      houseQuantity: '-1',
      houseAmount: '5',
      rounding: '0',
      clients: 2,
    });
  });

  it('splits 100 units over three as 33, 33, 33 and leaves 1 in the rounding account (W92)', () => {
    const desk = deskWith({ 'a.main': '10', 'b.main': '10', 'c.main': '10', 'z.main': '10' });
    for (const accountId of ['a.main', 'b.main', 'c.main']) {
      desk.take('TradeFilled', aFill({ accountId, side: 'sell', quantity: '1', price: '1' }));
    }
    desk.take('TradeFilled', aFill({ accountId: 'z.main', quantity: '3', price: '1' }));
    // One dollar for three short units: each is due 33 1/3 cents.
    const events = desk.take('FundingRateFixed', aFundingRate({ rate: '0.333333333333', mark: '1' }));
    const amounts = events.map(({ payload }) => (payload as { amount?: string }).amount);
    expect(amounts).toEqual(['0.33', '0.33', '0.33', '-1', undefined]);
    const closed = payloadOf(events, 'FundingClosed');
    expect(dec(closed.rounding).toFixed(2)).toBe('0.01');
    expect(text(sum([...amounts.slice(0, 4), closed.houseAmount, closed.rounding].map((a) => dec(a as string))))).toBe(
      '0',
    );
  });

  it('takes at most one cent of rounding per holder', () => {
    const desk = deskWith({ 'a.main': '10', 'b.main': '10' });
    desk.take('TradeFilled', aFill({ accountId: 'a.main', quantity: '0.00000001', price: '50000' }));
    desk.take('TradeFilled', aFill({ accountId: 'b.main', side: 'sell', quantity: '0.00000001', price: '50000' }));
    const events = desk.take('FundingRateFixed', aFundingRate());
    expect(events.map(({ payload }) => (payload as { amount?: string }).amount)).toEqual(['-0.01', '0', undefined]);
    expect(payloadOf(events, 'FundingClosed').rounding).toBe('0.01');
  });

  it('of any linear perpetual is paid per contract, in the asset that it pays in [CLR-ACC-020]', () => {
    const desk = deskWith({ 'long.main': '1000', 'short.main': '1000' });
    const specification = aSpecification('SOL-PERP', { contractSize: '10', lot: '1' });
    desk.take('InstrumentAdmitted', { specification });
    const both = { instrument: 'SOL-PERP', quantity: '3', price: '150' };
    desk.take('TradeFilled', aFill({ ...both, accountId: 'long.main' }));
    desk.take('TradeFilled', aFill({ ...both, accountId: 'short.main', side: 'sell' }));
    const events = desk.take('FundingRateFixed', aFundingRate({ instrument: 'SOL-PERP', rate: '0.0001', mark: '150' }));
    // 3 contracts of 10 at 150, a hundredth of a per cent
    expect(events.map(({ payload }) => (payload as { amount?: string }).amount)).toEqual(['-0.45', '0.45', undefined]);
  });

  it('of a token that costs next to nothing is exact too [CLR-ACC-020]', () => {
    const desk = deskWith({ 'long.main': '1000', 'short.main': '1000' });
    desk.take('InstrumentAdmitted', { specification: aSpecification('SOL-PERP', { lot: '1' }) });
    const both = { instrument: 'SOL-PERP', quantity: '1000000000000', price: '0.00000731' };
    desk.take('TradeFilled', aFill({ ...both, accountId: 'long.main' }));
    desk.take('TradeFilled', aFill({ ...both, accountId: 'short.main', side: 'sell' }));
    const rate = aFundingRate({ instrument: 'SOL-PERP', rate: '0.00012345', mark: '0.00000731' });
    const events = desk.take('FundingRateFixed', rate);
    // 10^12 * 0.00000731 * 0.00012345 = 902.4195
    const amounts = events.map(({ payload }) => (payload as { amount?: string }).amount);
    expect(amounts).toEqual(['-902.42', '902.41', undefined]);
    expect(payloadOf(events, 'FundingClosed').rounding).toBe('0.01');
  });

  it('of a contract without funding stops the partition: pricing fixes no such rate', () => {
    const desk = deskWith({});
    desk.take('InstrumentAdmitted', { specification: aSpecification('BTC-PERP-INVERSE') });
    expect(() => desk.take('FundingRateFixed', aFundingRate({ instrument: 'BTC-PERP-INVERSE' }))).toThrow(
      'BTC-PERP-INVERSE is no linear perpetual',
    );
  });

  it('of one time is settled once', () => {
    const desk = deskWith({ 'a.main': '1000' });
    desk.take('TradeFilled', aFill({ accountId: 'a.main' }));
    expect(desk.take('FundingRateFixed', aFundingRate({ dueAt: 2 }))).toHaveLength(2);
    expect(desk.take('FundingRateFixed', aFundingRate({ dueAt: 2 }))).toEqual([]);
    expect(desk.take('FundingRateFixed', aFundingRate({ dueAt: 1 }))).toEqual([]);
    expect(desk.take('FundingRateFixed', aFundingRate({ dueAt: 3 }))).toHaveLength(2);
    expect(accountStatement(desk.state, 'a.main')?.collateral).toEqual({ USD: '965' });
  });

  it('without a position in the partition is closed with nothing', () => {
    const events = deskWith({ 'a.main': '1' }).take('FundingRateFixed', aFundingRate());
    expect(events.map(({ type }) => type)).toEqual(['FundingClosed']);
    expect(payloadOf(events, 'FundingClosed')).toMatchObject({
      clients: 0,
      houseAmount: '0',
      rounding: '0',
      postings: [],
    });
  });

  it('of a position in suspense is kept with it', () => {
    const desk = deskWith({});
    desk.take('TradeFilled', aFill({ accountId: 'stranger.main' }));
    const events = desk.take('FundingRateFixed', aFundingRate());
    expect(payloadOf(events, 'FundingClosed').postings).toContainEqual({
      ledgerAccount: 'suspense',
      asset: 'USD',
      amount: '-5',
    });
  });

  it('leaves the houses of all partitions together with nothing', () => {
    const house = new ClearingHouse(3, 2);
    const [a, , c, d, , f] = house.accounts as [string, string, string, string, string, string];
    house.trade({ buyer: a, seller: c, instrument: 'BTC-PERP', quantity: '1.2345678', price: '50000.1' });
    house.trade({ buyer: d, seller: f, instrument: 'BTC-PERP', quantity: '0.7', price: '50001' });
    house.fundingRate('BTC-PERP', '0.000123456789', '50000.123456');
    const closed = house.desks.map(({ events }) => payloadOf(events, 'FundingClosed'));
    expect(text(sum(closed.map(({ houseAmount }) => dec(houseAmount))))).toBe('0');
    expect(text(sum(house.desks.map(({ state }) => balanceOf(state.ledger, 'house/funding', 'USD'))))).toBe('0');
    const settled = house.desks.flatMap(({ events }) =>
      events
        .filter(({ type }) => type === 'FundingSettled')
        .map(({ payload }) => dec((payload as AccountsEvents['FundingSettled']).amount)),
    );
    expect(settled).toHaveLength(4);
    expect(text(sum([...settled, ...closed.map(({ rounding }) => dec(rounding))]))).toBe('0');
  });
});
