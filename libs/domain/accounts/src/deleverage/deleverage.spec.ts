import type { AccountsEvents } from '@ballast/facts';
import { payloadOf } from '../accounts.fixtures.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { CALL, COIN_FUTURE, deskOf, FUTURE, settle, soundOf, SPECIFICATIONS } from '../contracts.fixtures.js';

describe('a deleveraging in another contract', () => {
  it('closes both sides of a coin-settled future at the bankruptcy price, in coin and without a fee', () => {
    const house = new ClearingHouse(2, 1, SPECIFICATIONS);
    const [long, short] = house.accounts as [string, string];
    house.trade({ buyer: long, seller: short, instrument: COIN_FUTURE, quantity: '6000', price: '60000' });
    house.deleverage(long, [short], COIN_FUTURE, '6000', '50000');
    const booked = house.desks.map(({ events }) => payloadOf(events, 'AdlBooked'));
    // 60,000 USD x (1/60,000 - 1/50,000) = -0.2 coin, by the 18 digits of a contract's value 2e-15 less.
    expect(booked.map(({ settlement }) => settlement)).toEqual([
      { asset: 'BTC', cash: '-0.2' },
      { asset: 'BTC', cash: '0.19999999' },
    ]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('of an option pays its bankruptcy price from the bankrupt writer to who gives it up, at most what he holds', () => {
    const house = new ClearingHouse(2, 2, SPECIFICATIONS);
    const [writer, holder, other] = house.accounts as [string, string, string];
    house.trade({ buyer: holder, seller: writer, instrument: CALL, quantity: '3', price: '1000' });
    house.trade({ buyer: other, seller: writer, instrument: CALL, quantity: '1', price: '1000' });
    house.deleverage(writer, [holder, other], CALL, '4', '2500');
    const booked = house.desks.flatMap(({ events }) => events.filter(({ type }) => type === 'AdlBooked'));
    const figures = booked.map(({ payload }) => {
      const { accountId, role, quantity, realisedPnl, settlement, position } = payload as AccountsEvents['AdlBooked'];
      return { accountId, role, quantity, realisedPnl, cash: settlement?.cash, left: position.quantity };
    });
    // Two were assigned to each; the writer is closed by the three that were given up.
    expect(figures).toHaveLength(3);
    expect(figures).toEqual(
      expect.arrayContaining([
        { accountId: holder, role: 'candidate', quantity: '2', realisedPnl: '0', cash: '5000', left: '1' },
        { accountId: other, role: 'candidate', quantity: '1', realisedPnl: '0', cash: '2500', left: '0' },
        { accountId: writer, role: 'bankrupt', quantity: '3', realisedPnl: '0', cash: '-7500', left: '-1' },
      ]),
    );
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('closes nothing of who holds the other side by the time it is booked, as after a take-over', () => {
    const house = new ClearingHouse(2, 2, SPECIFICATIONS);
    const [long, turned, other] = house.accounts as [string, string, string];
    house.trade({ buyer: long, seller: turned, instrument: FUTURE, quantity: '2', price: '60000' });
    house.trade({ buyer: turned, seller: other, instrument: FUTURE, quantity: '3', price: '60000' });
    house.deleverage(long, [turned], FUTURE, '2', '50000');
    const booked = house.desks.flatMap(({ events }) => events.filter(({ type }) => type === 'AdlBooked'));
    const figures = booked.map(({ payload }) => {
      const { accountId, executedQuantity, quantity, position } = payload as AccountsEvents['AdlBooked'];
      return { accountId, executedQuantity, quantity, left: position.quantity };
    });
    expect(figures).toContainEqual({ accountId: turned, executedQuantity: '2', quantity: '0', left: '1' });
    expect(figures.filter(({ accountId, left }) => accountId === long && left !== '2')).toEqual([]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('delivers the bankrupt side that is booked only after the expiry', () => {
    const desk = deskOf('t.main');
    settle(desk, '61000');
    const bankrupt = {
      request: { partition: 0, position: 9 },
      caseId: 't.main#1',
      accountId: 't.main',
      closedQuantity: '2',
      price: '60500',
    };
    const round = { roundId: 'r1', instrument: FUTURE, side: 'long', bankrupt: [bankrupt], ended: [] } as const;
    const events = desk.take('AdlRoundClosed', round);
    expect(events.map(({ type }) => type)).toEqual(['AdlBooked', 'ContractDelivered']);
    expect(payloadOf(events, 'ContractDelivered').amount).toBe('-1000');
    soundOf(desk);
  });
});
