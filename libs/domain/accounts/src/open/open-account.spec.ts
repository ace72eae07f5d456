import { isAccountId, partitionOfAccount } from '@ballast/kernel';
import { accountsDesk, accountIn } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { ACCOUNTS_REJECTIONS } from '../accounts.rejections.js';

const alice = 'alice.main';

describe('an account', () => {
  it('is opened by a command, and not twice', () => {
    const desk = accountsDesk();
    expect(desk.take('OpenAccount', { accountId: alice })).toHaveLength(1);
    expect(desk.result).toEqual({ outcome: 'accepted', data: { accountId: alice } });
    expect(desk.take('OpenAccount', { accountId: alice })).toEqual([]);
    expect(desk.result).toEqual({
      outcome: 'rejected',
      code: 'account-exists',
      detail: ACCOUNTS_REJECTIONS['account-exists'],
    });
  });

  it('that the exchange asks for twice is opened once, without an alarm', () => {
    const desk = accountsDesk();
    expect(desk.take('AccountOpeningRequested', { accountId: alice })).toHaveLength(1);
    expect(desk.take('AccountOpeningRequested', { accountId: alice })).toEqual([]);
  });

  it('is opened in the partition of its owner only', () => {
    const elsewhere = accountIn(1, 2, 'owner');
    const desk = accountsDesk(0, 2);
    expect(partitionOfAccount(elsewhere, 2)).toBe(1);
    expect(desk.take('OpenAccount', { accountId: elsewhere })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'account-of-other-partition' });
  });

  it.each(['alice', 'alice.', '.main', 'a b.main', '', null, 7])('cannot be called %j', (accountId) => {
    expect(typeof accountId === 'string' && isAccountId(accountId)).toBe(false);
    const desk = accountsDesk();
    expect(desk.takeAny('OpenAccount', { accountId })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'account-id-invalid' });
  });

  it('that is unknown has no statement', () => {
    expect(accountStatement(accountsDesk().state, alice)).toBeUndefined();
  });
});
