import type { LogEntry } from '@ballast/event-sourcing';
import type { FundEvents, InstrumentId } from '@ballast/facts';
import { dec, maxOf, sum, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { accountsInvariants } from '../accounts.invariants.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';

const PERP = 'BTC-PERP';
const limited = (openInterest: string) => ({ instruments: { [PERP]: { openInterest } }, underlyings: {} });

/** Two partitions of two accounts. */
function house(body?: object) {
  const open = new ClearingHouse(2, 2);
  for (const accountId of open.accounts) open.deposit(accountId, 'USD', '1000000');
  if (body !== undefined) open.approve('position-limits', body);
  const trade = (buyer: number, seller: number, quantity: string) =>
    open.trade({
      ...{ buyer: open.accounts[buyer] as string, seller: open.accounts[seller] as string },
      ...{ instrument: PERP, quantity, price: '60000' },
    });
  return { open, trade };
}

const told = ({ fund }: ClearingHouse): readonly FundEvents['OpenInterestMeasured'][] =>
  fund.events
    .filter(({ type }) => type === 'OpenInterestMeasured')
    .map(({ payload }) => payload as FundEvents['OpenInterestMeasured']);

/** What all accounts hold, added up. */
function heldBy(open: ClearingHouse, instrument: InstrumentId) {
  const quantities = open.accounts.map((accountId) => dec(open.quantityOf(accountId, instrument)));
  return {
    long: text(sum(quantities.map((each) => maxOf(ZERO, each)))),
    short: text(sum(quantities.map((each) => maxOf(ZERO, each.neg())))),
  };
}

describe('open interest [CLR-LIM-004]', () => {
  it('is told when limits come into force, at every hundredth of the limit, and when it passes the limit', () => {
    const { open, trade } = house();
    trade(0, 1, '4');
    expect(told(open)).toEqual([]);
    open.approve('position-limits', limited('10'));
    expect(told(open)).toMatchObject([{ instrument: PERP, long: '4', short: '4', limit: '10', exceeded: false }]);
    trade(0, 1, '0.09');
    expect(told(open)).toHaveLength(1);
    trade(0, 1, '0.01');
    expect(told(open).slice(1)).toMatchObject([{ long: '4.1' }]);
    trade(2, 3, '5.9');
    expect(told(open).at(-1)).toMatchObject({ long: '10', short: '10', exceeded: false });
    trade(2, 3, '0.01');
    expect(told(open).at(-1)).toMatchObject({ long: '10.01', exceeded: true });
    trade(3, 2, '0.01');
    expect(told(open).at(-1)).toMatchObject({ exceeded: false });
  });

  it('is verified against what was booked', () => {
    const { open, trade } = house(limited('10'));
    trade(0, 1, '4');
    const last = open.fund.events.at(-1) as LogEntry<string, FundEvents['OpenInterestMeasured']>;
    const found = (changes: Partial<FundEvents['OpenInterestMeasured']>) =>
      accountsInvariants.ofTold(open.fund.state, { ...last, payload: { ...last.payload, ...changes } });
    expect(found({})).toEqual([]);
    expect(found({ short: '3' })).toEqual([
      { name: 'told-as-held', detail: 'short interest in BTC-PERP is off by -1' },
    ]);
    expect(found({ long: '5' })).toMatchObject([{ name: 'told-as-held' }]);
    expect(open.violations).toEqual([]);
  });

  it('of an instrument without a limit is not told', () => {
    const { open, trade } = house({ instruments: { [PERP]: { account: '1' } }, underlyings: {} });
    trade(0, 1, '4');
    expect(told(open)).toEqual([]);
  });

  it('does not grow when one account takes over from another', () => {
    const { open, trade } = house(limited('10'));
    trade(0, 1, '6');
    trade(2, 0, '6');
    expect(told(open).at(-1)).toMatchObject({ long: '6', short: '6' });
  });

  it('is what all accounts hold, whatever they trade', () => {
    const trades = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 50 })), { maxLength: 15 });
    fc.assert(
      fc.property(trades, (each) => {
        // Told at every change.
        const { open, trade } = house(limited('0.1'));
        for (const [buyer, seller, tenths] of each)
          if (buyer !== seller) trade(buyer, seller, text(dec(tenths).div(10)));
        const { long, short } = told(open).at(-1)!;
        expect({ long, short }).toEqual(heldBy(open, PERP));
      }),
      { numRuns: 25 },
    );
  });
});
