import { text } from '@ballast/kernel';
import { NOON, payloadsOf } from '../margin.fixtures.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { ANN, BEN, order, wealthyExchange, type Exchange } from './exchange.fixtures.js';
import { headroomOf } from './orders.queries.js';

const DAY = NOON + 86_400_000;

const check = ({ house }: Exchange, instrument: string, quantity: string) =>
  preTradeCheck(house.machine.state, { accountId: ANN, instrument, quantity });

describe('margin and a perpetual that two persons end [CLR-DEL-003]', () => {
  it('admits only what makes a position smaller until then, and everything in others', () => {
    const ex = wealthyExchange();
    ex.house.delist('BTC-PERP', DAY);
    for (const quantity of ['0.1', '-1.5', '-3']) {
      expect(check(ex, 'BTC-PERP', quantity)).toMatchObject({ accepted: false, code: 'instrument-delisted' });
    }
    expect(check(ex, 'BTC-PERP', '-1')).toMatchObject({ accepted: true, riskReducing: true });
    expect(check(ex, 'ETH-PERP', '1').accepted).toBe(true);
    const refused = ex.reserve(order(ANN, 'buy', '1 BTC-PERP at 60000')).result;
    expect(refused).toMatchObject({ code: 'instrument-delisted' });
    expect(ex.reserve(order(ANN, 'sell', '1 BTC-PERP at 60000')).result.outcome).toBe('accepted');
    // What is reserved may fill already.
    expect(check(ex, 'BTC-PERP', '-1')).toMatchObject({ accepted: false, code: 'instrument-delisted' });
  });

  it('says in the headroom how much may still be closed', () => {
    const ex = wealthyExchange();
    ex.house.delist('BTC-PERP', DAY);
    const room = () =>
      headroomOf(ex.house.machine.state, ANN, '0', ['BTC-PERP', 'ETH-PERP'])?.charges.map((charge) => charge.room);
    expect(room()).toEqual([
      { buy: '0', sell: '1' },
      { buy: null, sell: null },
    ]);
    ex.accept(order(ANN, 'sell', '0.4 BTC-PERP at 61000'), null, 'reduces');
    expect(room()?.[0]).toEqual({ buy: '0', sell: '0.6' });
  });

  it('asks again once deleveraging has made a position smaller than what is on its way out [CLR-ORD-006]', () => {
    const ex = wealthyExchange();
    ex.accept(order(ANN, 'sell', '0.6 BTC-PERP at 61000'), null, 'reduces');
    ex.accept(order(ANN, 'buy', '1 ETH-PERP at 2900'), null, 'elsewhere');
    ex.house.delist('BTC-PERP', DAY);
    const { collateral } = ex.house.machine.state.book.at(ANN);
    const booked = {
      accountId: ANN,
      collateral: Object.fromEntries([...collateral].map(([asset, amount]) => [asset, text(amount)])),
      position: { instrument: 'BTC-PERP', quantity: '0.5', cost: '30000' },
    };
    const events = ex.house.accept(ex.house.fact('accounts', `account-${ANN}`, 'AdlBooked', booked));
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['reduces'], reason: 'instrument-delisted' },
    ]);
  });

  it('asks for the cancel of what would add to a position, and gives back what was reserved for that', () => {
    const ex = wealthyExchange();
    ex.accept(order(BEN, 'buy', '1 BTC-PERP at 59000'), null, 'of-ben');
    ex.accept(order(ANN, 'sell', '0.6 BTC-PERP at 61000'), null, 'reduces');
    ex.accept(order(ANN, 'sell', '0.6 BTC-PERP at 62000'), null, 'turns');
    ex.accept(order(ANN, 'buy', '1 ETH-PERP at 2900'), null, 'elsewhere');
    const { reservationId } = ex.reserve(order(ANN, 'buy', '0.1 BTC-PERP at 59000'));
    const approved = ex.house.delist('BTC-PERP', DAY);
    const reason = 'instrument-delisted';
    expect(payloadsOf(approved, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['turns'], reason },
      { accountId: BEN, orders: ['of-ben'], reason },
    ]);
    expect(payloadsOf(approved, 'ReservationEnded')).toEqual([{ reservationId, accountId: ANN, reason }]);
    const late = ex.accept(order(BEN, 'buy', '1 BTC-PERP at 59000'), null, 'late');
    expect(payloadsOf(late, 'OrderCancelsRequested')).toEqual([{ accountId: BEN, orders: ['late'], reason }]);
    // Once it has ended nothing may stay.
    expect(payloadsOf(ex.house.end('BTC-PERP', '60000'), 'OrderCancelsRequested')).toMatchObject([
      { accountId: ANN, orders: ['reduces', 'turns'] },
      { accountId: BEN },
    ]);
  });

  it('takes everything again when two persons let it stay', () => {
    const ex = wealthyExchange();
    ex.house.delist('BTC-PERP', DAY);
    ex.house.delist('BTC-PERP', null);
    expect(check(ex, 'BTC-PERP', '0.1').accepted).toBe(true);
  });

  it('goes on assessing accounts at the mark until accounts has closed them', () => {
    const ex = wealthyExchange();
    const figures = () => check(ex, 'ETH-PERP', '1').before;
    const before = figures();
    ex.house.delist('BTC-PERP', DAY);
    ex.house.end('BTC-PERP', '60000');
    expect(figures()).toEqual(before);
  });
});
