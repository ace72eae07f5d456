import { text } from '@ballast/kernel';
import { fundDesk } from '../accounts.fixtures.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { fundBalance } from './fund.process.js';

describe('the insurance fund [CLR-ACC-040, CLR-LIQ-026]', () => {
  const draw = { caseId: 'a.main#1', accountId: 'a.main', purpose: 'BankruptcyDeficit', order: null } as const;
  const credit = { contributionId: 'c1', amount: '100', postings: [] };

  it('grants in the order of the requests until it is empty, and never goes below zero', () => {
    const fund = fundDesk();
    fund.take('FundContributionForwarded', credit, 0);
    const grants = ['60', '60', '1'].map(
      (amount) =>
        fund.take('FundDrawRequested', { ...draw, amount }, 1)[0]?.payload as { granted: string; balance: string },
    );
    expect(grants).toMatchObject([
      { granted: '60', balance: '40', request: { partition: 1, position: 1 } },
      { granted: '40', balance: '0', request: { partition: 1, position: 2 } },
      { granted: '0', balance: '0', postings: [] },
    ]);
  });

  it.each`
    asked       | granted   | why
    ${'100'}    | ${'100'}  | ${'exactly the balance'}
    ${'100.01'} | ${'100'}  | ${'a cent more'}
    ${'0.019'}  | ${'0.01'} | ${'whole cents only, never more than asked'}
    ${'-5'}     | ${'0'}    | ${'a request takes, it never gives'}
  `('asked for $asked grants $granted out of 100: $why', ({ asked, granted }: Record<string, string>) => {
    const fund = fundDesk();
    fund.take('FundContributionForwarded', credit, 0);
    const [event] = fund.take('FundDrawRequested', { ...draw, amount: asked as string }, 0);
    expect(event?.payload).toMatchObject({ granted });
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
