import fc from 'fast-check';
import { assessedNow } from '../margin.queries.js';
import { NOON, offering } from '../margin.fixtures.js';
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
    const unknown = { accountId: 'ann.main', state: null, figures: null };
    expect(asked(new OptionHouse(), account('ann.main', '1'))).toEqual([unknown]);
    const unlisted = { instrument: 'BTC-7NOV25-70000-C', quantity: '1', averagePrice: '1' };
    const standings = asked(house(), account('ann.main', '1', [unlisted]), account('ann.other', '1'));
    expect(standings.map(({ state }) => state)).toEqual([null, 'HEALTHY']);
  });
});
