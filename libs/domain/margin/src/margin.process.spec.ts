import { MarginHouse, MINUTE, NOON, payloadsOf } from './margin.fixtures.js';

/** Long 1 BTC from 60,000 with the given dollars: call requirement 1.5616 % of the mark, about 937 at 60,000. */
const long = (USD: string) => ({ USD, position: { instrument: 'BTC-PERP' as const, quantity: '1', cost: '60000' } });

function house(USD = '5000'): MarginHouse {
  const open = new MarginHouse();
  open.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  open.account('ann.main', long(USD));
  return open;
}

const at = (minutes: number, BTC: string, more = {}) => ({ at: NOON + minutes * MINUTE, BTC, ETH: '3000', ...more });

describe('margin process', () => {
  it('runs over all accounts on a schedule and over the touched owner when an account changed', () => {
    const open = new MarginHouse();
    expect(payloadsOf(open.prices(at(0, '60000')), 'MarginRunCompleted')).toMatchObject([
      { kind: 'full', assessed: 0 },
    ]);
    expect(payloadsOf(open.account('ann.main', long('5000')), 'MarginRunCompleted')).toMatchObject([
      { kind: 'touched', assessed: 1, decidedExactly: 0, states: { HEALTHY: 1 } },
    ]);
    open.account('bob.main', long('5000'));
    expect(payloadsOf(open.prices(at(1, '60000')), 'MarginRunCompleted')).toMatchObject([
      { kind: 'full', assessed: 2 },
    ]);
  });

  it('runs once when a schedule and a change come in one item', () => {
    const open = house();
    const schedule = open.schedule(at(1, '60000'));
    const events = open.accept(
      open.changed('ann.main', { USD: '6000' }),
      schedule,
      open.changed('ann.main', { USD: '6001' }),
    );
    expect(payloadsOf(events, 'MarginRunCompleted')).toMatchObject([{ kind: 'full', assessed: 1 }]);
  });

  it('assesses nobody before the first price set', () => {
    const open = new MarginHouse();
    expect(open.account('ann.main', long('5000'))).toEqual([]);
    expect(payloadsOf(open.prices(at(0, '60000')), 'MarginRunCompleted')).toMatchObject([
      { kind: 'full', assessed: 1 },
    ]);
  });

  it('warns and liquidates as the price falls in calm, when the call level is the liquidation level', () => {
    const open = house('2000');
    const states: string[] = [];
    for (const [minute, price] of [
      [1, '59300'],
      [2, '59100'],
      [3, '58915'],
    ] as const) {
      const events = open.prices(at(minute, price));
      states.push(...payloadsOf(events, 'AccountStateChanged').map(({ from, to }) => `${from} > ${to}`));
    }
    expect(states).toEqual(['HEALTHY > WARN', 'WARN > LIQUIDATING']);
  });
});
