import fc from 'fast-check';
import { dec, sum, text } from '@ballast/kernel';
import { aPriceSet, aSpecification } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';

const PERP = 'BTC-PERP';
const INVERSE = 'BTC-PERP-INVERSE';

function traded(instrument = PERP): { house: ClearingHouse; a: string; b: string } {
  const house = new ClearingHouse(2, 1, [aSpecification(INVERSE)]);
  const [a, b] = house.accounts as [string, string];
  for (const accountId of [a, b]) {
    house.deposit(accountId, 'USD', '100000');
    house.deposit(accountId, 'BTC', '5');
  }
  house.pricing('PriceSetPublished', aPriceSet('50000'));
  house.trade({ buyer: a, seller: b, instrument, quantity: '1', price: '50000' }, 'opened');
  return { house, a, b };
}
const end = (house: ClearingHouse, instrument: string, price: string): void =>
  house.pricing('InstrumentDelisted', { delistingId: 'd-1', instrument, price });
const statementOf = (house: ClearingHouse, accountId: string) => {
  const statement = accountStatement(house.deskOf(accountId).state, accountId);
  if (statement === undefined) throw new Error(`${accountId} is not open`);
  return statement;
};
const usdOf = (house: ClearingHouse, accountId: string): string =>
  statementOf(house, accountId).collateral['USD'] ?? '0';

describe('a perpetual that has ended [CLR-DEL-002]', () => {
  it('is closed at the price in every account, free of charge, and nobody holds it', () => {
    const { house, a, b } = traded();
    const before = [a, b].map((each) => usdOf(house, each));
    end(house, PERP, '49000');
    expect([a, b].map((each, n) => text(dec(usdOf(house, each)).minus(before[n] ?? '0')))).toEqual(['-1000', '1000']);
    for (const each of [a, b]) expect(statementOf(house, each).positions).toEqual([]);
    expect(text(sum(house.desks.map(({ state }) => balanceOf(state.ledger, 'house/pnl', 'USD'))))).toBe('0');
    expect([...house.violations, ...house.atRest()]).toEqual([]);
    for (const desk of house.desks) expect(desk.rebuilt().state).toEqual(desk.state);
  });

  it('is closed in coin where it settles in coin', () => {
    const { house, a, b } = traded(INVERSE);
    end(house, INVERSE, '60000');
    for (const each of [a, b]) expect(statementOf(house, each).positions).toEqual([]);
    expect(statementOf(house, a).collateral['BTC']).not.toBe('5');
    expect([...house.violations, ...house.atRest()]).toEqual([]);
  });

  it('takes no fill any more: it goes to suspense, with no position', () => {
    const { house, a, b } = traded();
    end(house, PERP, '49000');
    house.trade({ buyer: a, seller: b, instrument: PERP, quantity: '1', price: '49000' }, 'late');
    const late = house.desks.flatMap(({ events }) => events).filter(({ type }) => type === 'SuspenseBooked');
    expect(late.map(({ payload }) => payload)).toMatchObject([
      { detail: 'instrument-expired', position: null },
      { detail: 'instrument-expired', position: null },
    ]);
    expect([...house.violations, ...house.atRest()]).toEqual([]);
  });

  it('ends once, and leaves other contracts alone', () => {
    const { house, a } = traded();
    house.trade({ buyer: a, seller: house.accounts[1] ?? '', instrument: 'ETH-PERP', quantity: '1', price: '3000' });
    end(house, PERP, '49000');
    const usd = usdOf(house, a);
    end(house, PERP, '10');
    expect(usdOf(house, a)).toBe(usd);
    expect(statementOf(house, a).positions.map(({ instrument }) => instrument)).toEqual(['ETH-PERP']);
  });

  it('holds every law of the ledger whatever was traded and whatever it ends at', () => {
    const price = fc.integer({ min: 1_00, max: 200_000_00 }).map((cents) => text(dec(cents).div(100)));
    const lots = fc.integer({ min: 1, max: 9_000 }).map((each) => text(dec(each).div(1_000)));
    fc.assert(
      fc.property(fc.array(fc.tuple(price, lots, fc.boolean()), { maxLength: 6 }), price, (trades, last) => {
        const { house, a, b } = traded();
        for (const [at, quantity, turned] of trades) {
          const [buyer, seller] = turned ? [b, a] : [a, b];
          house.trade({ buyer, seller, instrument: PERP, quantity, price: at });
        }
        end(house, PERP, last);
        expect([...house.violations, ...house.atRest()]).toEqual([]);
        expect(text(sum(house.desks.map(({ state }) => balanceOf(state.ledger, 'house/pnl', 'USD'))))).toBe('0');
      }),
      { numRuns: 25 },
    );
  });
});
