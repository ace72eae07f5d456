import type { LiquidationEvents } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { MarginHouse, MINUTE, NOON, payloadsOf, type Holding } from '../margin.fixtures.js';

/** Long 1 BTC from 60,000 with the given dollars: the initial requirement is 2.5 x 936.9596404 = 2,342.3991, so 2,342.40. */
const long = (USD: string): Holding => ({ USD, position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
const at = (minutes: number, BTC = '60000', more = {}) => ({ at: NOON + minutes * MINUTE, BTC, ETH: '3000', ...more });

function house(): MarginHouse {
  const open = new MarginHouse();
  open.prices(at(0));
  open.account('ann.main', { USD: '10' });
  open.account('ann.other', long('5000'));
  return open;
}

function answerOf(open: MarginHouse, accounts: readonly string[]) {
  const payload: LiquidationEvents['SetOffRequested'] = {
    caseId: 'ann.main#1',
    accountId: 'ann.main',
    amount: '4000',
    accounts,
  };
  const request = open.fact('liquidation', 'liquidation-ann.main#1', 'SetOffRequested', payload);
  const [answer] = payloadsOf(open.accept(request), 'SetOffCleared');
  return answer;
}

describe('what an account can spare for its owner’s others [CLR-MRG-071]', () => {
  it('is equity beyond its own initial requirement, in whole cents, at the version that is told', () => {
    const open = house();
    expect(answerOf(open, ['ann.other'])).toMatchObject({
      caseId: 'ann.main#1',
      accountId: 'ann.main',
      requested: '4000',
      accounts: [{ accountId: 'ann.other', accountVersion: 2, available: '2657.6' }],
    });
    // Taking all of it leaves exactly the requirement.
    open.accept(open.changed('ann.other', { USD: '2342.4' }));
    const { equity, initial } = open.assessed('ann.other').figures;
    expect([text(equity), text(initial)]).toEqual(['2342.4', '2342.4']);
    expect(answerOf(open, ['ann.other'])?.accounts).toMatchObject([{ available: '0' }]);
  });

  it('counts profit of its positions, which accounts bounds by the money that is there', () => {
    const open = house();
    open.prices(at(1, '61000'));
    const [said] = answerOf(open, ['ann.other'])?.accounts ?? [];
    expect(dec(said?.available ?? 0).gt('3600')).toBe(true);
  });

  it('is nothing below the requirement, while prices are halted, and before there are any', () => {
    const open = house();
    open.account('ann.third', long('2342.39'));
    expect(answerOf(open, ['ann.other', 'ann.third'])?.accounts.map(({ available }) => available)).toEqual([
      '2657.6',
      '0',
    ]);
    open.prices(at(1, '60000', { status: 'HALT' }));
    expect(answerOf(open, ['ann.other'])?.accounts).toMatchObject([{ available: '0' }]);
    const blind = new MarginHouse();
    blind.account('ann.other', long('5000'));
    expect(answerOf(blind, ['ann.other'])).toMatchObject({ schedule: 0, accounts: [{ available: '0' }] });
  });

  it('is nothing while the account is liquidated itself', () => {
    const open = house();
    open.account('ann.third', long('100'));
    expect(open.machine.state.book.isLiquidating(open.machine.state.book.at('ann.third'))).toBe(true);
    expect(answerOf(open, ['ann.third'])?.accounts).toMatchObject([{ available: '0' }]);
  });
});
