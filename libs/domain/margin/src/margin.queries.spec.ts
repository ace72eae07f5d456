import { MarginHouse, NOON } from './margin.fixtures.js';
import { assessmentOf, scheduleOf, standingOf } from './margin.queries.js';

describe('what others may ask of margin', () => {
  it('is nothing of an account that it does not know', () => {
    const { state } = new MarginHouse().machine;
    expect(standingOf(state, 'ann.main')).toBeUndefined();
    expect(assessmentOf(state, 'ann.main')).toBeNull();
  });

  it('is where an account stands before there is a price, and its assessment from the first schedule on', () => {
    const house = new MarginHouse();
    house.account('ann.main', { USD: '100' });
    expect(standingOf(house.machine.state, 'ann.main')).toMatchObject({ state: 'HEALTHY', openCall: null });
    expect([assessmentOf(house.machine.state, 'ann.main'), scheduleOf(house.machine.state)]).toEqual([null, null]);
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    expect(assessmentOf(house.machine.state, 'ann.main')?.figures).toMatchObject({ equity: '100', call: '0' });
    expect(scheduleOf(house.machine.state)?.source.asOf).toBe(NOON);
  });

  it('is the state of an account that does not hold enough', () => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.account('ann.main', {
      USD: '1',
      position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' },
    });
    house.prices({ at: NOON + 60_000, BTC: '60000', ETH: '3000' });
    expect(standingOf(house.machine.state, 'ann.main')).toMatchObject({ state: 'LIQUIDATING', version: 2 });
  });
});
