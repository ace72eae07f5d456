import { payloadsOf } from '../margin.fixtures.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { ANN, BEN, order, wealthyExchange, type Exchange } from './exchange.fixtures.js';
import { headroomOf } from './orders.queries.js';

const ASKED = ['BTC-PERP', 'ETH-PERP'];

const check = ({ house }: Exchange, instrument: string, quantity: string) =>
  preTradeCheck(house.machine.state, { accountId: ANN, instrument, quantity });
const headroom = ({ house }: Exchange) => headroomOf(house.machine.state, ANN, '0', ASKED);

describe('margin and an instrument in which nothing trades [CLR-HLT-002]', () => {
  it('admits no order in it, not one that reduces risk either, and every order in the others', () => {
    const ex = wealthyExchange();
    ex.house.halt('BTC-PERP');
    for (const quantity of ['0.1', '-1', '-3']) {
      expect(check(ex, 'BTC-PERP', quantity)).toMatchObject({ accepted: false, code: 'instrument-halted' });
    }
    expect(check(ex, 'ETH-PERP', '1')).toMatchObject({ accepted: true, code: null });
    expect(ex.reserve(order(ANN, 'sell', '1 BTC-PERP at 60000')).result).toMatchObject({ code: 'instrument-halted' });
    expect(ex.reserve(order(ANN, 'buy', '1 ETH-PERP at 3000')).result.outcome).toBe('accepted');
    ex.house.resume('BTC-PERP');
    expect(check(ex, 'BTC-PERP', '-1')).toMatchObject({ accepted: true, riskReducing: true });
    expect(check(ex, 'BTC-PERP', '0.1').code).toBeNull();
  });

  it('says so in the headroom, with no charge for it, and goes on admitting the others', () => {
    const ex = wealthyExchange();
    expect(headroom(ex)).toMatchObject({ admits: 'all', halted: [] });
    expect(headroom(ex)?.charges.map(({ instrument }) => instrument)).toEqual(ASKED);
    ex.house.halt('BTC-PERP');
    expect(headroom(ex)).toMatchObject({ admits: 'all', halted: ['BTC-PERP'] });
    expect(headroom(ex)?.charges.map(({ instrument }) => instrument)).toEqual(['ETH-PERP']);
    ex.house.resume('BTC-PERP');
    expect(headroom(ex)?.halted).toEqual([]);
  });

  it('asks for the cancel of every order in it, of all accounts, and gives back what was reserved there', () => {
    const ex = wealthyExchange();
    ex.accept(order(BEN, 'buy', '1 BTC-PERP at 59000'), null, 'of-ben');
    ex.accept(order(ANN, 'sell', '1 BTC-PERP at 61000'), null, 'reduces');
    ex.accept(order(ANN, 'buy', '1 ETH-PERP at 2900'), null, 'elsewhere');
    const { reservationId } = ex.reserve(order(ANN, 'buy', '1 BTC-PERP at 59000'));
    ex.reserve(order(ANN, 'buy', '1 ETH-PERP at 2900'));
    const before = ex.headroom(ANN);
    const halted = ex.house.halt('BTC-PERP');
    expect(payloadsOf(halted, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['reduces'], reason: 'instrument-halted' },
      { accountId: BEN, orders: ['of-ben'], reason: 'instrument-halted' },
    ]);
    expect(payloadsOf(halted, 'ReservationEnded')).toEqual([
      { reservationId, accountId: ANN, reason: 'instrument-halted' },
    ]);
    expect(ex.headroom(ANN).gt(before)).toBe(true);
  });

  it('asks for the cancel of one that comes or grows in a halt, having left the exchange before it heard', () => {
    const ex = wealthyExchange();
    ex.house.halt('BTC-PERP');
    const asked = [{ accountId: BEN, orders: ['late'], reason: 'instrument-halted' }];
    const late = ex.accept(order(BEN, 'buy', '1 BTC-PERP at 59000'), null, 'late');
    expect(payloadsOf(late, 'OrderCancelsRequested')).toEqual(asked);
    expect(payloadsOf(ex.change(BEN, 'late', '2', '59000'), 'OrderCancelsRequested')).toEqual(asked);
    const elsewhere = ex.accept(order(BEN, 'buy', '1 ETH-PERP at 2900'), null, 'elsewhere');
    expect(payloadsOf(elsewhere, 'OrderCancelsRequested')).toEqual([]);
  });

  it('assesses accounts as before', () => {
    const ex = wealthyExchange();
    const before = ex.house.assessed(ANN).figures;
    ex.house.halt('BTC-PERP');
    expect(ex.house.assessed(ANN).figures).toEqual(before);
  });
});
