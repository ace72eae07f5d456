import fc from 'fast-check';
import { assessedNow } from '../margin.queries.js';
import { DAY_MS, dec, text } from '@ballast/kernel';
import { BUNDLED_FEES, NOON, offering } from '../margin.fixtures.js';
import { Exchange } from '../orders/exchange.fixtures.js';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { assessImportedInSteps, type ImportedStanding } from './imported-accounts.js';

const CALL = 'BTC-7NOV25-60000-C';
type Imported = Parameters<typeof assessImportedInSteps>[1][number];

function house(...documents: ConstructorParameters<typeof OptionHouse>): OptionHouse {
  const open = new OptionHouse(...documents);
  open.list(listing(CALL));
  open.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
  return open;
}

function asked(open: OptionHouse, ...accounts: readonly Imported[]): readonly ImportedStanding[] {
  const steps = assessImportedInSteps(open.machine.state, accounts);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

const account = (accountId: string, USD: string, positions: Imported['positions'] = []): Imported => ({
  ...{ accountId, collateral: { USD }, positions },
});
const perpetual = (quantity: string, averagePrice: string) => ({ instrument: 'BTC-PERP', quantity, averagePrice });

describe('accounts of a live book, before they are opened [CLR-ACC-092]', () => {
  it('would stand as they do once they are here, whatever else their owner brings or has', () => {
    const quantity = fc.integer({ min: -40, max: 40 }).filter((lots) => lots !== 0);
    const price = fc.integer({ min: 40_000, max: 80_000 });
    const brought = fc.record({ money: fc.integer({ min: 1, max: 200_000 }), quantity, price });
    fc.assert(
      fc.property(fc.tuple(brought, brought, brought), ([here, main, other]) => {
        const open = house();
        const imported = (accountId: string, each: typeof here) =>
          account(accountId, `${each.money}`, [perpetual(`${each.quantity}`, `${each.price}`)]);
        const opened = (accountId: string, each: typeof here) =>
          open.account(accountId, {
            USD: `${each.money}`,
            position: {
              ...{ instrument: 'BTC-PERP', quantity: `${each.quantity}` },
              cost: `${each.quantity * each.price}`,
            },
          });
        opened('ann.here', here);
        const before = asked(open, imported('ann.main', main), imported('ann.other', other));
        opened('ann.main', main);
        opened('ann.other', other);
        for (const { accountId, figures } of before) {
          expect(figures).toEqual(assessedNow(open.machine.state, accountId)?.figures);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are told by state: a debt is LIQUIDATING, who has nothing open is HEALTHY', () => {
    const standings = asked(
      house(),
      account('bob.main', '20000', [perpetual('1', '90000')]),
      account('cleo.main', '1'),
      account('dan.main', '1000000', [perpetual('-1', '59000')]),
    );
    expect(standings.map(({ state }) => state)).toEqual(['LIQUIDATING', 'HEALTHY', 'HEALTHY']);
    expect(standings[0]?.figures?.equity).toBe('-10000');
  });

  it('have the room that they will have beside their orders, those of their owner here and coming counted [CLR-ORD-009]', () => {
    const order = (orderId: string, side: 'buy' | 'sell', price: string, filledQuantity = '0') => ({
      ...{ orderId, instrument: 'BTC-PERP', side, quantity: '3', filledQuantity, price },
    });
    const own = [order('a', 'buy', '60500', '1'), order('b', 'sell', '59000')];
    const other = [order('c', 'buy', '59000')];
    const held = [perpetual('4', '58000')];
    const open = house();
    const ex = new Exchange(open);
    open.account('ann.here', { USD: '1000000', position: { instrument: 'BTC-PERP', quantity: '50', cost: '3000000' } });
    ex.accept({ accountId: 'ann.here', instrument: 'BTC-PERP', side: 'buy', quantity: '20', price: '60000' }, null);
    const coming = [
      { ...account('ann.main', '50000', held), orders: own },
      { ...account('ann.other', '50000'), orders: other },
    ];
    const before = asked(open, ...coming);
    expect(before.map(({ orders }) => orders)).toEqual([2, 1]);
    open.account('ann.main', { USD: '50000', position: { instrument: 'BTC-PERP', quantity: '4', cost: '232000' } });
    open.account('ann.other', { USD: '50000' });
    for (const { accountId, orders } of coming) {
      const payload = { accountId, importId: 'go-live', positions: [], orders };
      open.accept(open.fact('accounts', `account-${accountId}`, 'AccountImported', payload));
    }
    expect(before.map(({ headroom }) => headroom)).toEqual(coming.map(({ accountId }) => text(ex.headroom(accountId))));
    const [unpriced] = asked(house(), {
      ...account('ann.main', '1'),
      orders: [{ ...order('a', 'buy', '1'), instrument: 'BTC-7NOV25-70000-C' }],
    });
    expect(unpriced).toMatchObject({ state: 'HEALTHY', orders: 1, headroom: null });
  });

  it('pay by the tier that their volumes bring, or by the one that their owner has here', () => {
    const rates = { taker: '0.0001', maker: '0' };
    const tiers = [{ fromVolume: '1000000', perpetual: rates, future: rates, option: rates }];
    const fees = { ...(BUNDLED_FEES as object), tiers };
    const bringing = (daysBefore: number, fromVolume?: string) => {
      const open = house(undefined, fees);
      if (fromVolume !== undefined) {
        const tier = { ownerId: 'ann', feeSchedule: 'fees@2', volume: fromVolume, from: '0', to: fromVolume };
        open.accept(open.fact('accounts', 'fees-ann', 'FeeTierChanged', tier));
      }
      const day = Math.floor(NOON / DAY_MS) * DAY_MS - daysBefore * DAY_MS;
      const order = {
        instrument: 'BTC-PERP',
        side: 'buy',
        quantity: '1',
        filledQuantity: '0',
        price: '60000',
      } as const;
      const [standing] = asked(open, {
        ...account('ann.main', '50000'),
        orders: [{ orderId: 'a', ...order }],
        volumes: [{ day, volume: '1000000' }],
      });
      return dec(standing?.headroom ?? '0');
    };
    // One contract at 60,000: 30 by the tier of everybody, 6 by the other one.
    const dear = bringing(0);
    expect(bringing(1).minus(dear).toFixed()).toBe('24');
    expect(bringing(30).minus(dear).toFixed()).toBe('24');
    expect(bringing(31).minus(dear).toFixed()).toBe('0');
    expect(bringing(31, '1000000').minus(dear).toFixed()).toBe('24');
  });

  it('have paid for their options already', () => {
    const option = { instrument: CALL, quantity: '1', averagePrice: '900' };
    const [held] = asked(house(), account('ann.main', '100', [option]));
    const open = house();
    open.account('ann.main', { USD: '100', position: { instrument: CALL, quantity: '1', cost: '0' } });
    expect(held?.figures).toEqual(assessedNow(open.machine.state, 'ann.main')?.figures);
  });

  it('are judged by the model that the book names', () => {
    const spans = offering({ model: 'span-like@1' });
    const option = { instrument: CALL, quantity: '-1', averagePrice: '900' };
    const byOwn = account('ann.main', '20000', [option]);
    const [own] = asked(house(spans), byOwn);
    const [chosen] = asked(house(spans), { ...byOwn, marginModel: 'span-like@1' });
    const open = house(spans);
    open.account('ann.main', { USD: '20000', position: { instrument: CALL, quantity: '-1', cost: '0' } });
    expect(own?.figures).toEqual(assessedNow(open.machine.state, 'ann.main')?.figures);
    open.accept(open.modelChosen('ann.main', 'span-like@1'));
    expect(chosen?.figures).toEqual(assessedNow(open.machine.state, 'ann.main')?.figures);
    expect(chosen?.figures).not.toEqual(own?.figures);
  });

  it('cannot be told before the first price set, nor with a contract that has no price', () => {
    const unknown = { accountId: 'ann.main', state: null, figures: null, orders: 0, headroom: null };
    expect(asked(new OptionHouse(), account('ann.main', '1'))).toEqual([unknown]);
    const unlisted = { instrument: 'BTC-7NOV25-70000-C', quantity: '1', averagePrice: '1' };
    const standings = asked(house(), account('ann.main', '1', [unlisted]), account('ann.other', '1'));
    expect(standings.map(({ state }) => state)).toEqual([null, 'HEALTHY']);
  });
});
