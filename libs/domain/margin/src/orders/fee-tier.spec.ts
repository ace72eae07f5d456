import { BUNDLED_FEES, MarginHouse, NOON } from '../margin.fixtures.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { Exchange, order } from './exchange.fixtures.js';

const ANN = 'ann.main';
const dear = { taker: '0.0003', maker: '-0.00005' };
const TIERED = {
  ...(BUNDLED_FEES as object),
  tiers: [{ fromVolume: '1000000', perpetual: dear, future: dear, option: dear }],
};

/** One contract at 60,000 costs a taker of everybody's tier 30, one of the other 18. */
describe('what an order costs by the fee tier of its owner [CLR-ACC-046, CLR-ORD-003]', () => {
  const house = new MarginHouse(undefined, TIERED);
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  house.account(ANN, { USD: '100000' });
  const ex = new Exchange(house);
  const tier = (from: string, to: string) =>
    house.accept(
      house.fact('accounts', 'fees-ann', 'FeeTierChanged', {
        ...{ ownerId: 'ann', feeSchedule: 'fees@2', volume: to, from, to },
      }),
    );
  const equityAfter = () =>
    preTradeCheck(house.machine.state, { accountId: ANN, instrument: 'BTC-PERP', quantity: '1' }).after?.equity;

  it('is counted by checks and by what is held for open orders, of maker and taker the dearer', () => {
    expect(equityAfter()).toBe('99970');
    tier('0', '1000000');
    expect(equityAfter()).toBe('99982');
    const free = ex.headroom(ANN);
    ex.accept(order(ANN, 'buy', '1 BTC-PERP at 60000'), null);
    const held = free.minus(ex.headroom(ANN));
    tier('1000000', '0');
    expect(free.minus(ex.headroom(ANN)).minus(held).toFixed()).toBe('12');
    expect(house.rebuilt().state.feeTiers).toEqual(house.machine.state.feeTiers);
  });
});
