import type { AccountsEvents } from '@ballast/facts';
import { aFill, payloadOf } from '../accounts.fixtures.js';
import { CYCLE_FUTURE, deskOf, FUTURE, houseOf, soundOf } from '../contracts.fixtures.js';

describe('a settlement of variation [CLR-ACC-061]', () => {
  it('pays +1,250, -750, -500 for +5, -3, -2 from 60,000 to 60,250 and moves the cost there (W90)', () => {
    const desk = deskOf('a.main', 'b.main', 'c.main');
    const sides = { 'a.main': ['buy', '5'], 'b.main': ['sell', '3'], 'c.main': ['sell', '2'] } as const;
    for (const [accountId, [side, quantity]] of Object.entries(sides)) {
      desk.take('TradeFilled', aFill({ accountId, instrument: CYCLE_FUTURE, side, quantity, price: '60000' }));
    }
    const events = desk.take('VariationPriceFixed', { instrument: CYCLE_FUTURE, dueAt: 1, price: '60250' });
    expect(events.map(({ type }) => type)).toEqual([
      'VariationSettled',
      'VariationSettled',
      'VariationSettled',
      'VariationClosed',
    ]);
    expect(events.slice(0, 3).map(({ payload }) => (payload as AccountsEvents['VariationSettled']).amount)).toEqual([
      '1250',
      '-750',
      '-500',
    ]);
    expect(payloadOf(events, 'VariationSettled').position).toEqual({
      instrument: CYCLE_FUTURE,
      quantity: '5',
      cost: '301250',
    });
    expect(payloadOf(events, 'VariationClosed')).toMatchObject({ houseAmount: '0', rounding: '0', clients: 3 });
    soundOf(desk);
  });

  it('of one time is settled once, and of another cash style never', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CYCLE_FUTURE, price: '60000' }));
    const at = (dueAt: number, instrument = CYCLE_FUTURE) =>
      desk.take('VariationPriceFixed', { instrument, dueAt, price: '60001' }).length;
    expect([at(2), at(2), at(1), at(3), at(4, FUTURE)]).toEqual([2, 0, 0, 2, 0]);
  });

  it('leaves whole cents with the clients, the rest in house/rounding, and settles what suspense holds', () => {
    const desk = deskOf('a.main');
    const fill = { instrument: CYCLE_FUTURE, quantity: '0.01', price: '60000' };
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'a.main' }));
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'stranger.main', side: 'sell' }));
    const events = desk.take('VariationPriceFixed', { instrument: CYCLE_FUTURE, dueAt: 1, price: '60000.5' });
    expect(payloadOf(events, 'VariationSettled').amount).toBe('0');
    expect(payloadOf(events, 'VariationClosed')).toMatchObject({ houseAmount: '0', rounding: '0.01' });
    expect(houseOf(desk, 'suspense', 'USD')).toBe('-0.01');
    expect(houseOf(desk, 'house/rounding', 'USD')).toBe('0.01');
    soundOf(desk);
  });
});
