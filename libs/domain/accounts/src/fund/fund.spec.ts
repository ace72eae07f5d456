import type { SealedEvent } from '@ballast/event-sourcing';
import { dec, sum, text } from '@ballast/kernel';
import { shortfall } from '../accounts.invariants.js';
import { fundDesk } from '../accounts.fixtures.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { fundBalance, reserves } from './fund.state.js';

describe('the insurance fund [CLR-ACC-040, CLR-LIQ-026]', () => {
  const draw = {
    caseId: 'a.main#1',
    accountId: 'a.main',
    purpose: 'BankruptcyDeficit',
    order: null,
    underlying: null,
  } as const;
  const granted = (events: readonly SealedEvent[]): unknown =>
    events.find(({ type }) => type === 'FundDrawGranted')?.payload;
  const credit = { contributionId: 'c1', amount: '100', postings: [] };

  it('grants until it is empty, and never goes below zero', () => {
    const fund = fundDesk({ houseTranche: '0' });
    fund.take('FundContributionForwarded', credit, 0);
    const grants = ['60', '60', '1'].map((amount) => granted(fund.take('FundDrawRequested', { ...draw, amount }, 1)));
    expect(grants).toMatchObject([
      { granted: '60', balance: '40', request: { partition: 1, position: 1 } },
      { granted: '40', balance: '0', request: { partition: 1, position: 2 } },
      { granted: '0', balance: '0' },
    ]);
  });

  it('grants requests of the same moment pro rata, whoever asked first', () => {
    const fund = fundDesk({ houseTranche: '0' });
    fund.take('FundContributionForwarded', credit, 0);
    const events = fund.takeTogether(
      ['300', '100'].map((amount) => ({ type: 'FundDrawRequested', payload: { ...draw, amount }, partition: 1 })),
    );
    expect(events.map(({ type }) => type)).toEqual([
      'LossStepTaken',
      'FundDrawGranted',
      'LossStepTaken',
      'FundDrawGranted',
    ]);
    expect(events.filter(({ type }) => type === 'FundDrawGranted').map(({ payload }) => payload)).toMatchObject([
      { requested: '300', granted: '75', balance: '25' },
      { requested: '100', granted: '25', balance: '0' },
    ]);
    expect(fund.replayed().machine.head).toEqual(fund.machine.head);
    expect(fund.rebuilt().state).toEqual(fund.state);
  });

  it.each`
    asked       | granted   | why
    ${'100'}    | ${'100'}  | ${'exactly the balance'}
    ${'100.01'} | ${'100'}  | ${'a cent more'}
    ${'0.019'}  | ${'0.01'} | ${'whole cents only, never more than asked'}
    ${'-5'}     | ${'0'}    | ${'a request takes, it never gives'}
  `('asked for $asked grants $granted out of 100: $why', ({ asked, granted: grant }: Record<string, string>) => {
    const fund = fundDesk({ houseTranche: '0' });
    fund.take('FundContributionForwarded', credit, 0);
    const answered = fund.take('FundDrawRequested', { ...draw, amount: asked as string }, 0);
    expect(granted(answered)).toMatchObject({ granted: grant });
  });

  it('knows what each change of it was for', () => {
    const house = new ClearingHouse(2, 1);
    const [one, other] = house.accounts as [string, string];
    house.contribute('1000', 'c1');
    house.contribute('1000', 'c1');
    house.deposit(one, 'USD', '100000');
    house.trade({ buyer: one, seller: other, instrument: 'BTC-PERP', quantity: '2', price: '50000' });
    const slice = {
      accountId: one,
      maker: other,
      instrument: 'BTC-PERP',
      mark: '50000',
      provisionalRate: '0.01',
    } as const;
    house.slice({ ...slice, fills: [{ quantity: '1', price: '49900' }], returnedPercent: 10 });
    house.slice({ ...slice, fills: [{ quantity: '1', price: '49000' }], returnedPercent: 0 });
    house.coverDeficit(other, '25', '0');
    expect([...house.fund.state.causes].map(([cause, change]) => [cause, text(change)])).toEqual([
      ['contribution', '1000'],
      ['penalty-remainder', '350'],
      ['SlippageBeyondReward', '-500'],
      ['BankruptcyDeficit', '-25'],
    ]);
    expect(text(fundBalance(house.fund.state))).toBe('825');
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it('stops on a fact that it was not written for', () => {
    expect(() => fundDesk().takeAny('Surprise', {}, 0, 'accounts')).toThrow('does not know Surprise');
  });
});

describe('the waterfall [CLR-ACC-043]', () => {
  const slippage = { purpose: 'SlippageBeyondReward', order: { partition: 0, position: 1 } } as const;
  const remainder = (underlying: string, amount: string) => ({
    type: 'PenaltyRemainderSent',
    payload: { caseId: 'a.main#1', order: { partition: 0, position: 1 }, underlying, amount, postings: [] },
    partition: 0,
  });
  const stepsOf = (events: readonly SealedEvent[]) =>
    events
      .filter(({ type }) => type === 'LossStepTaken')
      .map(({ payload }) => {
        const { step, reserve, before, amount, remaining } = payload as Record<string, string | null>;
        return [step, reserve, before, amount, remaining];
      });

  it('lays a share of every penalty remainder by for its underlying, the rest for all', () => {
    const fund = fundDesk();
    const events = fund.takeTogether([remainder('BTC', '0.03'), remainder('ETH', '100')]);
    expect(events.map(({ payload }) => payload)).toMatchObject([
      { reserve: null, amount: '0.03', balance: '0.03' },
      { reserve: 'ETH', amount: '25', balance: '25.03' },
      { reserve: null, amount: '75', balance: '100.03' },
    ]);
    expect([...reserves(fund.state)].map(([name, amount]) => [name, text(amount)])).toEqual([['ETH', '25']]);
  });

  it('takes a loss from the reserve of its underlying, the fund of all, the own capital; each step is an event', () => {
    const fund = fundDesk({ houseTranche: '30' });
    fund.takeTogether([remainder('BTC', '40'), remainder('ETH', '40')]);
    const asked = { caseId: 'a.main#1', accountId: 'a.main', ...slippage, underlying: 'BTC', amount: '120' } as const;
    const events = fund.take('FundDrawRequested', asked, 0);
    expect(stepsOf(events)).toEqual([
      ['product-reserve', 'BTC', '120', '10', '110'],
      ['global-fund', null, '110', '60', '50'],
      ['house-tranche', null, '50', '30', '20'],
    ]);
    expect(events.at(-1)?.payload).toMatchObject({ requested: '120', granted: '100', balance: '10' });
    // The own capital is at stake once, not anew for each loss.
    expect(stepsOf(fund.take('FundDrawRequested', { ...asked, amount: '1' }, 0))).toEqual([]);
  });

  it('pays what the residual party bears out of what comes in later, so that no money lies beside an open loss [CLR-ACC-044]', () => {
    const house = new ClearingHouse(2, 2, [], { houseTranche: '10' });
    const [one, other] = house.accounts as [string, string, ...string[]];
    house.contribute('20');
    house.deposit(one, 'USD', '100000');
    house.trade({ buyer: one, seller: other, instrument: 'BTC-PERP', quantity: '2', price: '50000' });
    const slice = { accountId: one, maker: other, instrument: 'BTC-PERP', mark: '50000', returnedPercent: 0 } as const;
    // 1,000 of slippage beyond no penalty at all: 20 of the fund, 10 of the own capital, 970 on the residual party.
    house.slice({ ...slice, provisionalRate: '0', fills: [{ quantity: '1', price: '49000' }] });
    const shortfalls = () => text(sum(house.desks.map(({ state }) => shortfall(state))));
    expect(shortfalls()).toBe('970');
    // 300 of a later penalty is left: the reserve's share and the rest of it both pay.
    house.slice({ ...slice, provisionalRate: '0.006', fills: [{ quantity: '1', price: '50000' }] });
    expect(shortfalls()).toBe('670');
    expect(text(fundBalance(house.fund.state))).toBe('0');
    house.contribute('1000');
    expect(shortfalls()).toBe('0');
    expect(text(fundBalance(house.fund.state))).toBe('330');
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it('leaves no unit of 67,447.29 of slippage on nobody when fund and own capital are used up', () => {
    const house = new ClearingHouse(2, 1, [], { houseTranche: '25000' });
    const [one] = house.accounts as [string, ...string[]];
    house.contribute('20000');
    house.coverDeficit(one, '67447.29', '0');
    const [{ granted: grant = '0' } = {}] = house.grants();
    expect(grant).toBe('45000');
    const steps = house.fund.events.filter(({ type }) => type === 'LossStepTaken');
    const paid = sum(steps.map(({ payload }) => dec((payload as { amount: string }).amount)));
    expect(text(paid)).toBe(grant);
    expect((steps.at(-1)?.payload as { remaining: string }).remaining).toBe('22447.29');
  });
});
