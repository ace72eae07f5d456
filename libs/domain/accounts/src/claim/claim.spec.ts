import { dec, sum, text } from '@ballast/kernel';
import type { AccountsEvents, FundEvents } from '@ballast/facts';
import { aPriceSet, fundDesk } from '../accounts.fixtures.js';
import { accountsInvariants, lossTally } from '../accounts.invariants.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { HOUSE_CAPITAL_LEDGER } from '../fund/fund.state.js';
import { balanceOf } from '../ledger/ledger.js';

const SPARE = 'owner0-';

/** A debtor with so many dollars, another one, and 100 in the fund before 25,000 of own capital. */
function houseWith(dollars: string) {
  const house = new ClearingHouse(1, 2);
  const [debtor, other] = house.accounts as [string, string];
  if (dollars !== '0') house.deposit(debtor, 'USD', dollars);
  house.contribute('100');
  const claim = () => accountStatement(house.deskOf(debtor).state, debtor)?.claim;
  const usd = () => accountStatement(house.deskOf(debtor).state, debtor)?.collateral['USD'] ?? '0';
  const said = <T extends keyof (AccountsEvents & FundEvents)>(type: T) =>
    [...house.deskOf(debtor).events, ...house.fund.events]
      .filter((event) => event.type === type)
      .map(({ payload }) => payload as (AccountsEvents & FundEvents)[T]);
  const clear = () => {
    for (const held of house.heldWithdrawals()) house.answer(held, true, 0);
  };
  const fund = () => balanceOf(house.fund.state.ledger, 'insurance-fund', 'USD').toFixed();
  const capital = () => balanceOf(house.fund.state.ledger, HOUSE_CAPITAL_LEDGER, 'USD').toFixed();
  return { house, debtor, other, claim, usd, said, clear, fund, capital };
}

describe('what the waterfall has paid of a deficit [CLR-ACC-073]', () => {
  it('is claimed, and goes back first to who paid last: 150 of which the fund paid 100 and the house 50', () => {
    const { house, debtor, claim, usd, said, fund, capital } = houseWith('0');
    house.coverDeficit(debtor, '150', '0', 'restored');
    expect([claim(), fund(), capital()]).toEqual(['150', '0', '-50']);
    house.repay(debtor, '70.25');
    expect([claim(), usd(), fund(), capital()]).toEqual(['79.75', '79.75', '20.25', '0']);
    expect(said('RepaymentBooked')).toMatchObject([
      { step: 'house-tranche', amount: '50', remaining: '0', balance: '0' },
      { step: 'global-fund', amount: '20.25', remaining: '79.75', balance: '20.25' },
    ]);
    house.repay(debtor, '1000');
    expect([claim(), usd(), fund()]).toEqual(['0', '0', '100']);
    expect(house.fund.state.contributions.size).toBe(0);
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it.each`
    asked      | free    | behind | paid     | why
    ${'60'}    | ${'80'} | ${0}   | ${'60'}  | ${'what was asked for'}
    ${'90'}    | ${'0'}  | ${0}   | ${'90'}  | ${'the claim at most, here less'}
    ${'100.5'} | ${'30'} | ${0}   | ${'100'} | ${'no more than the claim'}
    ${'60'}    | ${'80'} | ${1}   | ${'0'}   | ${'the account has changed since margin judged it'}
  `('of 100 pays $paid when asked for $asked: $why', ({ asked, free, behind, paid }: Record<string, unknown>) => {
    const { house, debtor, said, claim } = houseWith(free as string);
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.repay(debtor, asked as string, behind as number);
    const [answer] = said('ClaimRepaid');
    expect(answer).toMatchObject({ amount: paid, changed: behind === 1 });
    expect(claim()).toBe(text(dec('100').minus(paid as string)));
  });

  it('is asked of dollars that nothing holds: those of a withdrawal are not free, and the answer is nothing', () => {
    const { house, debtor, said } = houseWith('0');
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.withdraw(debtor, 'USD', '100');
    house.repay(debtor, '50');
    expect(said('ClaimRepaid')).toMatchObject([{ amount: '0', changed: false, remaining: '100' }]);
  });

  it('is paid by money that was to leave the account, which is asked for again', () => {
    const { house, debtor, claim, usd, said, clear } = houseWith('500');
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.withdraw(debtor, 'USD', '80', 'w-1');
    clear();
    expect(said('WithdrawalReleased')).toMatchObject([{ withdrawalId: 'w-1', code: 'claim-repaid-first' }]);
    expect(said('ClaimRepaid')).toMatchObject([{ withdrawalId: 'w-1', request: null, amount: '80', remaining: '20' }]);
    house.withdraw(debtor, 'USD', '300', 'w-2');
    clear();
    expect([claim(), usd()]).toEqual(['0', '500']);
    house.withdraw(debtor, 'USD', '300', 'w-3');
    clear();
    expect([said('WithdrawalSettled').length, usd()]).toEqual([1, '200']);
    expect(house.violations).toEqual([]);
  });

  it('is paid by a transfer to another account of the owner, too', () => {
    const { house, debtor, other, claim, usd, said, clear } = houseWith('500');
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.transfer(debtor, other, 'USD', '400');
    clear();
    expect([claim(), usd()]).toEqual(['0', '500']);
    expect(said('TransferReceived')).toEqual([]);
    expect(debtor.startsWith(SPARE)).toBe(true);
  });

  it('is paid in coin at the index: of one bitcoin at 7,000 as much as 100 are worth, rounded up, and no more than 100', () => {
    const { house, debtor, claim, said, clear } = houseWith('0');
    house.deposit(debtor, 'BTC', '1');
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.withdraw(debtor, 'BTC', '1', 'w-1');
    clear();
    // Without an index nobody knows what a coin is worth: it stays.
    expect(said('ClaimRepaid')).toEqual([]);
    house.pricing('PriceSetPublished', aPriceSet('7000'));
    house.withdraw(debtor, 'BTC', '1', 'w-2');
    clear();
    expect(said('ClaimRepaid')).toMatchObject([
      { asset: 'BTC', quantity: '0.01428572', amount: '100', remaining: '0' },
    ]);
    expect(claim()).toBe('0');
    expect(accountStatement(house.deskOf(debtor).state, debtor)?.collateral['BTC']).toBe('0.98571428');
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it('is waived by a case that ends with nothing left, and only then', () => {
    const { house, debtor, claim, said } = houseWith('0');
    house.coverDeficit(debtor, '60', '0');
    expect(claim()).toBe('60');
    expect(said('ClaimWaived')).toEqual([]);
    house.trade({
      buyer: debtor,
      seller: house.accounts[1] as string,
      instrument: 'BTC-PERP',
      quantity: '1',
      price: '100',
    });
    house.trade({
      buyer: house.accounts[1] as string,
      seller: debtor,
      instrument: 'BTC-PERP',
      quantity: '1',
      price: '10',
    });
    house.coverDeficit(debtor, '30', '0');
    expect(said('ClaimWaived')).toMatchObject([{ amount: '90' }]);
    expect(claim()).toBe('0');
    expect(house.fund.state.contributions.size).toBe(0);
    house.deposit(debtor, 'USD', '500');
    house.repay(debtor, '50');
    expect(said('ClaimRepaid')).toMatchObject([{ amount: '0' }]);
  });

  it('keeps its account from being closed when that has lost all it had: it still owes', () => {
    const { house, debtor, other, claim, usd } = houseWith('0');
    house.coverDeficit(debtor, '100', '0', 'restored');
    // 99.31 lost, 0.50 and 0.19 of fees.
    const trade = { instrument: 'BTC-PERP', quantity: '1' } as const;
    house.trade({ ...trade, buyer: debtor, seller: other, price: '1000' });
    house.trade({ ...trade, buyer: other, seller: debtor, price: '900.69' });
    expect([usd(), claim()]).toEqual(['0', '100']);
    const desk = house.deskOf(debtor);
    const change = { accountId: debtor, standing: 'closed', reason: 'wound up' };
    desk.takeAny('ChangeAccountStanding', change, undefined, 'accounts.commands', 'ann');
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'account-not-empty' });
  });

  it('goes as far as it was waived, where the next case was paid for before the waiver was read: the rest comes back', () => {
    const fund = fundDesk({ houseTranche: '0' });
    const ofAccounts = (type: string, payload: object) => fund.takeAny(type, payload, 0, 'accounts');
    const [debtor, deficit] = [
      { accountId: 'a.main' },
      { purpose: 'BankruptcyDeficit', order: null, underlying: null },
    ];
    ofAccounts('FundContributionForwarded', { contributionId: 'c1', amount: '100', postings: [] });
    for (const [number, amount] of ['30', '20'].entries()) {
      fund.takeAny('FundDrawRequested', { ...debtor, ...deficit, caseId: `a.main#${number + 1}`, amount }, 0);
    }
    ofAccounts('ClaimWaived', { ...debtor, caseId: 'a.main#1', amount: '30' });
    const repaid = ofAccounts('ClaimRepaid', { ...debtor, amount: '20' });
    expect(repaid.map(({ payload }) => payload)).toMatchObject([
      { caseId: 'a.main#2', step: 'global-fund', amount: '20', remaining: '0', balance: '70' },
    ]);
    expect(fund.state.contributions.size).toBe(0);
  });

  it('is also what the residual party bears, while a coin is left that had no index: it comes back through the fund', () => {
    const { house, debtor, other, claim, said, clear } = houseWith('0');
    house.deposit(debtor, 'BTC', '1');
    const trade = { instrument: 'BTC-PERP', quantity: '1' } as const;
    house.trade({ ...trade, buyer: debtor, seller: other, price: '1000' });
    house.trade({ ...trade, buyer: other, seller: debtor, price: '800' });
    // It leaves 100 of the tranche, which pay a part of the next one.
    house.coverDeficit(other, '25000', '0', 'restored');
    house.coverDeficit(debtor, '100', '80');
    expect([claim(), house.shortfall()]).toEqual(['180', '80']);
    house.pricing('PriceSetPublished', aPriceSet('7000'));
    house.withdraw(debtor, 'BTC', '1', 'w-1');
    clear();
    expect([claim(), house.shortfall()]).toEqual(['0', '0']);
    expect(said('LossRecovered')).toMatchObject([{ step: 'global-fund', amount: '80', remaining: '0' }]);
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it('stays what was granted less what was repaid, whatever the sequence; `verify` finds what breaks that, and money that left before', () => {
    const { house, debtor, said } = houseWith('500');
    house.coverDeficit(debtor, '100', '0', 'restored');
    house.repay(debtor, '40');
    expect(text(sum(said('RepaymentBooked').map(({ amount }) => dec(amount))))).toBe('40');
    const desk = house.deskOf(debtor);
    const tally = lossTally();
    for (const event of desk.events) tally.take(event);
    expect(tally.violations(desk.state)).toEqual([]);
    const paid = desk.events.find(({ type }) => type === 'ClaimRepaid');
    const settled = { accountId: debtor, withdrawalId: 'w', asset: 'USD', amount: '1' };
    tally.take({ ...paid!, type: 'WithdrawalSettled', payload: settled });
    tally.take({ ...paid!, payload: { ...(paid!.payload as object), remaining: '61' } });
    expect(new Set(tally.violations(desk.state).map(({ name }) => name))).toEqual(
      new Set(['claim-before-withdrawal', 'claim-is-attributed']),
    );
    expect(accountsInvariants.ofFund(house.fund.state)).toEqual([]);
  });
});
