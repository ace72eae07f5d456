import { GLOBAL } from '@ballast/event-sourcing';
import type { FundEvents } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import fc from 'fast-check';
import { aSpecification } from '../accounts.fixtures.js';
import { accountsInvariants, lossTally } from '../accounts.invariants.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { haircuts } from '../waterfall/allocation.js';

const FUTURE = 'BTC-24APR26';
const STEPS = ['position', 'account', 'global-fund', 'deleveraging', 'variation-gains', 'residual'];

/** Two partitions of two accounts with 1,000 dollars each: a long one future from 60,000 against b, c half of one against d. */
function house(changes: object = {}): { open: ClearingHouse; a: string; b: string; c: string; d: string } {
  const future = aSpecification(FUTURE, { lot: '0.000001', cashStyle: 'variation-margin' });
  const open = new ClearingHouse(2, 2, [future], { steps: STEPS, houseTranche: '0', ...changes });
  const [a, b, c, d] = open.accounts as [string, string, string, string];
  for (const accountId of open.accounts) open.deposit(accountId, 'USD', '1000');
  open.trade({ buyer: a, seller: b, instrument: FUTURE, quantity: '1', price: '60000' });
  open.trade({ buyer: c, seller: d, instrument: FUTURE, quantity: '0.5', price: '60000' });
  return { open, a, b, c, d };
}

const usd = (open: ClearingHouse, accountId: string): string =>
  accountStatement(open.deskOf(accountId).state, accountId)?.collateral['USD'] ?? '0';
const typesOf = ({ fund }: ClearingHouse): readonly string[] =>
  fund.events.map(({ type }) => type).filter((type) => type.startsWith('Variation') || type === 'LossRecovered');
const haircut = ({ fund }: ClearingHouse) =>
  fund.events.find(({ type }) => type === 'VariationHaircutFixed')?.payload as FundEvents['VariationHaircutFixed'];

/** b owes 700 that nobody pays: its short has lost 1,700 of the 1,000 that it had, less the fee. */
function withLoss(open: ClearingHouse, b: string): void {
  open.variation(FUTURE, '61700');
  const owed = text(dec(usd(open, b)).neg());
  open.coverDeficit(b, owed, owed);
}

const sound = (open: ClearingHouse): void => {
  expect(open.violations).toEqual([]);
  expect(open.atRest()).toEqual([]);
  for (const desk of open.desks) {
    const tally = lossTally();
    for (const event of desk.events) tally.take(event);
    expect(tally.violations(desk.state)).toEqual([]);
  }
};

describe('a haircut of gains [CLR-ACC-072]', () => {
  it('of 12 over gains of 30, 20 and 10 leaves 24, 16 and 8 (W81)', () => {
    const gains = ['30', '20', '10'].map((gain) => ({ gain: dec(gain), available: dec(gain) }));
    expect(haircuts(dec(12), gains).map(text)).toEqual(['6', '4', '2']);
  });

  it.each`
    called    | gains              | available          | cuts                        | why
    ${'100'}  | ${['30', '20']}    | ${['30', '20']}    | ${['30', '20']}             | ${'never more than the gain'}
    ${'10'}   | ${['30', '20']}    | ${['1', '20']}     | ${['1', '4']}               | ${'what one cannot bear no other bears'}
    ${'0.01'} | ${['1', '1']}      | ${['1', '1']}      | ${['0', '0']}               | ${'a cent that does not divide stays where it was'}
    ${'10'}   | ${['1', '1', '1']} | ${['1', '1', '1']} | ${['1', '1', '1']}          | ${'all of it'}
    ${'1'}    | ${['1', '1', '1']} | ${['1', '1', '1']} | ${['0.33', '0.33', '0.33']} | ${'rounded down'}
  `('of $called over $gains cuts $cuts: $why', ({ called, gains, available, cuts }) => {
    const offered = (gains as string[]).map((gain, n) => ({
      gain: dec(gain),
      available: dec((available as string[])[n] ?? 0),
    }));
    expect(haircuts(dec(called as string), offered).map(text)).toEqual(cuts);
  });

  it('takes from nobody more than he gained or has, and never more than is called for', () => {
    const money = fc.integer({ min: 1, max: 100_000_000 }).map((cents) => dec(cents).div(100));
    fc.assert(
      fc.property(money, fc.array(fc.tuple(money, money), { maxLength: 8 }), (called, pairs) => {
        const offered = pairs.map(([gain, available]) => ({ gain, available }));
        const cuts = haircuts(called, offered);
        for (const [index, cut] of cuts.entries()) {
          expect(cut.gte(0) && cut.lte(pairs[index]![0]) && cut.lte(pairs[index]![1])).toBe(true);
          expect(cut.decimalPlaces()).toBeLessThanOrEqual(2);
        }
        expect(sum(cuts).lte(called)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('gains of a settlement that pay losses nobody has paid [CLR-ACC-072]', () => {
  it('are cut by one fraction over all partitions, and what rounding leaves stays with the residual party', () => {
    const { open, a, b, c } = house();
    withLoss(open, b);
    const loss = dec(open.shortfall());
    const before = [dec(usd(open, a)), dec(usd(open, c))];
    open.variation(FUTURE, '62700');
    // Gains of 1,000 and 500.
    expect(typesOf(open)).toEqual(['VariationGainsCalled', 'VariationHaircutFixed', 'LossRecovered']);
    const { cuts, gains, called, taken } = haircut(open);
    expect([gains, called]).toEqual(['1500', text(loss)]);
    const share = (gain: string) => loss.times(gain).div(1_500).toDecimalPlaces(2, 'down');
    expect(cuts.map(({ accountId, gain, amount }) => [accountId, gain, amount])).toEqual(
      [
        [a, '1000', text(share('1000'))],
        [c, '500', text(share('500'))],
      ].sort(),
    );
    expect(text(dec(usd(open, a)).minus(before[0]!))).toBe(text(dec('1000').minus(share('1000'))));
    expect(open.shortfall()).toBe(text(loss.minus(taken)));
    expect(dec(open.shortfall()).lt('0.02')).toBe(true);
    sound(open);
  });

  it('are cut wholly where the loss is larger, and the next settlement pays the rest', () => {
    const { open, b } = house();
    withLoss(open, b);
    const loss = dec(open.shortfall());
    open.variation(FUTURE, '61800');
    expect(haircut(open)).toMatchObject({ gains: '150', taken: '150' });
    expect(open.shortfall()).toBe(text(loss.minus(150)));
    open.variation(FUTURE, '61900');
    expect(open.shortfall()).toBe(text(loss.minus(300)));
    sound(open);
  });

  it.each`
    bearable | changes  | taken   | why
    ${'20'}  | ${false} | ${'70'} | ${'more would leave it less than nothing'}
    ${'0'}   | ${false} | ${'50'} | ${'it has nothing: its gain paid what it lost elsewhere'}
    ${null}  | ${true}  | ${'50'} | ${'it changed after margin had judged it'}
  `('of 100 and 50 bring $taken: $why', ({ bearable, changes, taken }) => {
    const { open, a, b } = house();
    withLoss(open, b);
    const loss = dec(open.shortfall());
    if (bearable !== null) open.bearable.set(a, bearable as string);
    if (changes === true) open.changed.add(a);
    open.variation(FUTURE, '61800');
    expect(text(loss.minus(open.shortfall()))).toBe(taken);
    sound(open);
  });

  it('are not cut of an account whose money has left since margin judged it, though enough is free', () => {
    const { open, a } = house();
    const desk = open.deskOf(a);
    const accountVersion = desk.state.accounts.get(a)?.version ?? 0;
    const cut = { partition: desk.partition, accountId: a, accountVersion, gain: '100', amount: '50' };
    const fixed = { instrument: FUTURE, dueAt: 1, called: '50', gains: '100', taken: '50', cuts: [cut] };
    open.withdraw(a, 'USD', '500');
    for (const held of open.heldWithdrawals()) open.answer(held, true, 0);
    const [reduced] = desk.takeAny('VariationHaircutFixed', fixed, GLOBAL, 'accounts');
    expect(reduced?.payload).toMatchObject({ cut: '50', amount: '0', collateral: { USD: '470' } });
  });

  it('are left alone where the house does not cut them, where nothing is open, and where nobody gained', () => {
    const without = house({ steps: STEPS.filter((step) => step !== 'variation-gains') });
    withLoss(without.open, without.b);
    without.open.variation(FUTURE, '62700');
    expect(typesOf(without.open)).toEqual([]);
    const { open } = house();
    open.variation(FUTURE, '60100');
    expect(typesOf(open)).toEqual([]);
    const even = house();
    withLoss(even.open, even.b);
    even.open.variation(FUTURE, '61700');
    expect(typesOf(even.open)).toEqual(['VariationGainsCalled', 'VariationHaircutFixed']);
    expect(haircut(even.open)).toMatchObject({ gains: '0', taken: '0', cuts: [] });
    sound(even.open);
  });

  it('do not pay what money of the fund has paid before, and the fund does not pay what they are called for', () => {
    const { open, b } = house();
    withLoss(open, b);
    open.contribute('100000');
    expect(open.shortfall()).toBe('0');
    open.variation(FUTURE, '62700');
    expect(typesOf(open)).toEqual(['LossRecovered']);
    sound(open);
  });

  it('are decided the same again, and the same after a rebuild', () => {
    const { open, b } = house();
    withLoss(open, b);
    open.variation(FUTURE, '61800');
    for (const desk of [...open.desks, open.fund]) {
      expect(desk.replayed().events.map(({ payload }) => payload)).toEqual(desk.events.map(({ payload }) => payload));
    }
    expect(open.fund.rebuilt().state.gainsCall).toBeNull();
    expect(open.fund.rebuilt().state.residual).toEqual(open.fund.state.residual);
  });

  it('are judged by verify: no cut beyond its gain, none beyond what is called for', () => {
    const { open, b } = house();
    withLoss(open, b);
    open.variation(FUTURE, '61800');
    const event = open.fund.events.find(({ type }) => type === 'VariationHaircutFixed')!;
    const told = (change: object) =>
      accountsInvariants
        .ofEvent({ ...event, payload: { ...haircut(open), ...change } })
        .map(({ name, detail }) => `${name}: ${detail}`);
    expect(told({})).toEqual([]);
    expect(told({ taken: '149' })).toEqual(['haircut-within-gains: sum of the cuts is off by 1']);
    expect(told({ called: '149' })).toEqual(['haircut-within-gains: 150 taken for 149']);
    const cuts = haircut(open).cuts.map((each) => ({ ...each, gain: '1' }));
    expect(told({ cuts }).at(-1)).toMatch(/^haircut-within-gains: .* is cut by .* of 1$/);
  });
});
