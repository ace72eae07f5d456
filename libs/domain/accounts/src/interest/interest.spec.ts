import fc from 'fast-check';
import { DAY_MS, dec, text } from '@ballast/kernel';
import { accountStatement } from '../accounts.queries.js';
import { GLOBAL } from '@ballast/event-sourcing';
import { aFill, aPriceSet, approve, deskWith, fundDesk, payloadOf } from '../accounts.fixtures.js';

const debtor = 'bull.main';
/** Noon of a day. */
const NOON = 1_584_014_400_000;
const TERMS = { yearlyRate: '0.1', daysInYear: 365 };

type Desk = ReturnType<typeof deskWith>;

/** An account that owes so much, secured by a coin. */
function indebted(debt: string, terms: object | null = TERMS): Desk {
  const desk = deskWith({ [debtor]: '0', 'saver.main': '1000' });
  if (terms !== null) inForce(desk, 'interest@1', terms);
  const trade = { accountId: debtor, liquidity: 'maker' } as const;
  desk.take('TradeFilled', aFill({ ...trade, price: '50000' }));
  desk.take('TradeFilled', aFill({ ...trade, side: 'sell', price: '10000' }));
  const owed = dec(accountStatement(desk.state, debtor)?.collateral['USD'] ?? '0').neg();
  const amount = text(owed.minus(debt));
  desk.take('DepositReceived', { depositId: 'd-1', accountId: debtor, asset: 'USD', amount });
  desk.take('DepositReceived', { depositId: 'd-2', accountId: debtor, asset: 'BTC', amount: '10' });
  return desk;
}

/** What the global partition says of a document that two persons have put in force. */
function inForce(desk: Desk, id: string, body: object): void {
  for (const { type, payload, actor } of approve(fundDesk(), 'debt-interest', id, body)) {
    if (type.startsWith('Document')) desk.takeAny(type, payload, GLOBAL, 'accounts', actor);
  }
}

const priced = (desk: Desk, at: number) => desk.take('PriceSetPublished', { ...aPriceSet('50000'), asOf: at });

describe('interest on debt [CLR-ACC-045]', () => {
  it.each`
    debt       | days | charged   | why
    ${'36500'} | ${1} | ${'10'}   | ${'W103'}
    ${'36500'} | ${3} | ${'30'}   | ${'a weekend without a price set'}
    ${'36499'} | ${1} | ${'9.99'} | ${'rounded down'}
    ${'36.50'} | ${1} | ${'0.01'} | ${'one cent exactly'}
    ${'36.49'} | ${1} | ${null}   | ${'dust costs nothing'}
    ${'3.64'}  | ${1} | ${null}   | ${'dust costs nothing'}
  `('of $debt for $days days is $charged: $why', (row) => {
    const { debt, days, charged } = row as { debt: string; days: number; charged: string | null };
    const desk = indebted(debt);
    priced(desk, NOON);
    const events = priced(desk, NOON + days * DAY_MS);
    if (charged === null) return expect(events).toEqual([]);
    const left = text(dec(debt).plus(charged).neg());
    expect(payloadOf(events, 'InterestCharged')).toMatchObject({
      ...{ accountId: debtor, terms: 'interest@1', days },
      charged: [{ asset: 'USD', debt: text(dec(debt)), amount: charged }],
      collateral: { BTC: '10', USD: left },
    });
    expect(accountStatement(desk.state, debtor)?.collateral).toEqual({ BTC: '10', USD: left });
  });

  it('is charged once a day, by its first price set, and on what was charged before', () => {
    const desk = indebted('36500');
    expect(priced(desk, NOON)).toEqual([]);
    expect(priced(desk, NOON + DAY_MS / 2 - 1)).toEqual([]);
    expect(payloadOf(priced(desk, NOON + DAY_MS / 2), 'InterestCharged').charged[0]?.amount).toBe('10');
    expect(priced(desk, NOON + DAY_MS)).toEqual([]);
    expect(payloadOf(priced(desk, NOON + 2 * DAY_MS), 'InterestCharged').charged[0]).toMatchObject({ debt: '36510' });
  });

  it('is charged neither without a document, nor in liquidation, nor by one that says zero', () => {
    const without = indebted('36500', null);
    priced(without, NOON);
    expect(priced(without, NOON + DAY_MS)).toEqual([]);
    const liquidating = indebted('36500');
    liquidating.take('LiquidationTriggered', { accountId: debtor } as never);
    priced(liquidating, NOON);
    expect(priced(liquidating, NOON + DAY_MS)).toEqual([]);
    const ended = indebted('36500');
    inForce(ended, 'interest@2', { ...TERMS, yearlyRate: '0' });
    priced(ended, NOON);
    expect(priced(ended, NOON + DAY_MS)).toEqual([]);
  });

  it.each([{ yearlyRate: '1.01' }, { yearlyRate: '-0.1' }, { daysInYear: 100 }, { daysInYear: 365.5 }])(
    'is refused where it says %j',
    (change) => {
      const said = approve(fundDesk(), 'debt-interest', 'interest@1', { ...TERMS, ...change });
      expect(said.filter(({ type }) => type === 'DocumentProposed')).toEqual([]);
    },
  );

  it('loses no cent and never exceeds the exact amount, whatever the debt', () => {
    const cents = fc.integer({ min: 1, max: 4_000_000 });
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 30 }), (debtInCents, days) => {
        const debt = dec(debtInCents).div(100);
        const desk = indebted(text(debt));
        priced(desk, NOON);
        const events = priced(desk, NOON + days * DAY_MS);
        const exact = debt.times('0.1').times(days).div(365);
        const amount = events.length === 0 ? dec(0) : dec(payloadOf(events, 'InterestCharged').charged[0]!.amount);
        expect(amount.lte(exact) && exact.minus(amount).lt('0.01')).toBe(true);
        const sums = events.flatMap(({ payload }) => (payload as { postings: { amount: string }[] }).postings);
        expect(text(sums.reduce((all, each) => all.plus(each.amount), dec(0)))).toBe('0');
      }),
      { numRuns: 25 },
    );
  });
});
