import type { AccountStanding } from '@ballast/facts';
import { MarginHouse, NOON, payloadsOf } from '../margin.fixtures.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { Exchange, order } from './exchange.fixtures.js';
import { headroomOf } from './orders.queries.js';

const ANN = 'ann.main';
const buy = (terms: string) => order(ANN, 'buy', terms);
const sell = (terms: string) => order(ANN, 'sell', terms);

/** Ann holds one contract at the mark and has much more money than it needs. */
function exchange(): Exchange {
  const house = new MarginHouse();
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  house.account(ANN, { USD: '100000', position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  return new Exchange(house);
}

const stand = ({ house }: Exchange, from: AccountStanding, to: AccountStanding) =>
  house.accept(
    house.fact('accounts', `account-${ANN}`, 'AccountStandingChanged', {
      accountId: ANN,
      from,
      to,
      reason: 'A stolen key.',
    }),
  );
const check = ({ house }: Exchange, quantity: string) =>
  preTradeCheck(house.machine.state, { accountId: ANN, instrument: 'BTC-PERP', quantity });
const headroom = ({ house }: Exchange) => headroomOf(house.machine.state, ANN, '0', []);

describe('margin and an account that a person froze or closed [CLR-ACC-035]', () => {
  it('admits only what reduces risk while it is frozen, and everything once it is released', () => {
    const ex = exchange();
    expect([check(ex, '0.1').code, headroom(ex)?.admits]).toEqual([null, 'all']);
    stand(ex, 'open', 'frozen');
    expect([check(ex, '0.1').code, headroom(ex)?.admits]).toEqual(['account-frozen', 'reducing']);
    expect(check(ex, '-1')).toMatchObject({ accepted: true, riskReducing: true });
    expect(check(ex, '-3').code).toBe('account-frozen');
    expect(ex.reserve(buy('1 BTC-PERP at 60000')).result).toMatchObject({ code: 'account-frozen' });
    expect(ex.reserve(sell('1 BTC-PERP at 60000')).result.outcome).toBe('accepted');
    stand(ex, 'frozen', 'open');
    expect([check(ex, '0.1').code, headroom(ex)?.admits]).toEqual([null, 'all']);
  });

  it('asks for the cancel of orders that add risk, also of those that come later, and ends reservations', () => {
    const ex = exchange();
    ex.accept(buy('1 BTC-PERP at 59000'), null, 'adds');
    ex.accept(sell('1 BTC-PERP at 61000'), null, 'reduces');
    const { reservationId } = ex.reserve(buy('1 BTC-PERP at 59000'));
    const frozen = stand(ex, 'open', 'frozen');
    expect(payloadsOf(frozen, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['adds'], reason: 'account-frozen' },
    ]);
    expect(payloadsOf(frozen, 'ReservationEnded')).toEqual([
      { reservationId, accountId: ANN, reason: 'account-reduce-only' },
    ]);
    expect(payloadsOf(ex.accept(buy('1 BTC-PERP at 59000'), null, 'late'), 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['late'], reason: 'account-frozen' },
    ]);
  });

  it('lets nothing happen on an account that is closed', () => {
    const house = new MarginHouse();
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.account(ANN, { USD: '0' });
    const ex = new Exchange(house);
    ex.accept(buy('1 BTC-PERP at 59000'), null, 'open');
    expect(payloadsOf(stand(ex, 'open', 'closed'), 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['open'], reason: 'account-closed' },
    ]);
    expect(check(ex, '-1')).toMatchObject({ accepted: false, code: 'account-closed' });
    expect(headroom(ex)?.admits).toBe('reducing');
  });
});
