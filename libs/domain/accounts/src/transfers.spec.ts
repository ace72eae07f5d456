import { IDENTIFIER, isAccountId, partitionOfAccount } from '@ballast/kernel';
import { accountsDesk, accountIn, aClearance, aFill, deskWith, noFigures, payloadOf } from './accounts.fixtures.js';
import { accountStatement } from './account-statement.js';
import { ACCOUNTS_REJECTIONS } from './accounts.rejections.js';

const alice = 'alice.main';
const statement = (desk: ReturnType<typeof deskWith>) => accountStatement(desk.state, alice);
const liquidating = {
  accountId: alice,
  from: 'MARGIN_CALL',
  to: 'LIQUIDATING',
  reason: 'equity below the liquidation requirement',
  assessment: {
    accountId: alice,
    accountVersion: 1,
    schedule: 1,
    figures: noFigures,
    clearedHolds: '0',
    collateral: [],
    positions: [],
  },
} as const;

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

describe('a deposit', () => {
  it('is credited against custody, in its own asset', () => {
    const desk = deskWith({ [alice]: '10' });
    const events = desk.take('Deposit', { depositId: 'd1', accountId: alice, asset: 'BTC', amount: '0.00000001' });
    expect(payloadOf(events, 'CollateralCredited')).toMatchObject({
      collateral: { USD: '10', BTC: '0.00000001' },
      postings: [
        { ledgerAccount: 'custody', asset: 'BTC', amount: '-0.00000001' },
        { ledgerAccount: `client/${alice}`, asset: 'BTC', amount: '0.00000001' },
      ],
    });
  });

  it('with the same id is credited once, whether it comes by the exchange or by command', () => {
    const desk = deskWith({ [alice]: '0' });
    const deposit = { depositId: 'd1', accountId: alice, asset: 'USD', amount: '5' } as const;
    desk.take('DepositReceived', deposit);
    expect(desk.take('DepositReceived', { ...deposit, amount: '5.00' })).toEqual([]);
    expect(desk.take('Deposit', deposit)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'accepted' });
    expect(statement(desk)?.collateral).toEqual({ USD: '5' });
  });

  it('whose id comes with another amount is refused, and from the exchange put on record', () => {
    const desk = deskWith({ [alice]: '0' });
    const deposit = { depositId: 'd1', accountId: alice, asset: 'USD', amount: '5' } as const;
    desk.take('DepositReceived', deposit);
    expect(desk.take('Deposit', { ...deposit, amount: '6' })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'deposit-id-reused' });
    const events = desk.take('DepositReceived', { ...deposit, asset: 'BTC' });
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ detail: 'deposit-id-reused', postings: [] });
  });

  it('for an unknown account is kept in suspense when the money did arrive, once, and refused as a command', () => {
    const desk = deskWith({});
    const deposit = { depositId: 'd1', accountId: alice, asset: 'ETH', amount: '2' } as const;
    expect(payloadOf(desk.take('DepositReceived', deposit), 'SuspenseBooked')).toMatchObject({
      reason: 'unknown-account',
      reference: 'deposit d1',
      postings: [
        { ledgerAccount: 'custody', asset: 'ETH', amount: '-2' },
        { ledgerAccount: 'suspense', asset: 'ETH', amount: '2' },
      ],
    });
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    expect(desk.take('Deposit', { ...deposit, depositId: 'd2' })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'account-unknown' });
  });

  it('takes every id that the schema of its message takes, up to the last character', () => {
    const desk = deskWith({ [alice]: '0' });
    const deposit = { depositId: 'd'.repeat(IDENTIFIER.longest), accountId: alice, asset: 'USD', amount: '5' };
    expect(payloadOf(desk.take('DepositReceived', deposit), 'CollateralCredited')).toMatchObject({ amount: '5' });
  });

  it('keeps of an account id that nobody can read what a terminal can show', () => {
    const deposit = { depositId: 'd1', accountId: 'alice\u001b[2J.main\0', asset: 'USD', amount: '5' };
    const events = deskWith({ [alice]: '0' }).takeAny('DepositReceived', deposit);
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ accountId: 'alice\ufffd[2J.main\ufffd' });
  });

  it.each`
    damage                               | code
    ${{ amount: '0' }}                   | ${'amount-not-positive'}
    ${{ amount: '-5' }}                  | ${'amount-not-positive'}
    ${{ amount: '0.001' }}               | ${'amount-too-fine'}
    ${{ amount: '1000000000000000.01' }} | ${'amount-too-large'}
    ${{ amount: 'Infinity' }}            | ${'amount-invalid'}
    ${{ amount: '0x10' }}                | ${'amount-invalid'}
    ${{ amount: 5 }}                     | ${'amount-invalid'}
    ${{ asset: 'DOGE' }}                 | ${'asset-unknown'}
    ${{ asset: 'constructor' }}          | ${'asset-unknown'}
    ${{ depositId: '' }}                 | ${'deposit-id-invalid'}
    ${{ depositId: 'x'.repeat(121) }}    | ${'deposit-id-invalid'}
    ${{ depositId: 'd 1' }}              | ${'deposit-id-invalid'}
    ${{ depositId: 'd\u001b[2J' }}       | ${'deposit-id-invalid'}
    ${{ depositId: 'd\ud83d' }}          | ${'deposit-id-invalid'}
    ${{ amount: '007' }}                 | ${'amount-invalid'}
    ${{ accountId: 'alice' }}            | ${'account-id-invalid'}
  `(
    'with $damage is refused with $code as a command, and on record without postings as a fact',
    ({ damage, code }: { damage: object; code: string }) => {
      const desk = deskWith({ [alice]: '0' });
      const deposit = { depositId: 'd1', accountId: alice, asset: 'USD', amount: '5', ...damage };
      expect(desk.takeAny('Deposit', deposit)).toEqual([]);
      expect(desk.result).toMatchObject({ outcome: 'rejected', code });
      const events = desk.takeAny('DepositReceived', deposit);
      expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ reason: 'malformed', detail: code, postings: [] });
    },
  );
});

describe('the choice of a margin model', () => {
  const model = 'derive-portfolio@1';

  it('is recorded with the account, and the same choice again brings nothing', () => {
    const desk = deskWith({ [alice]: '100' });
    const [event, ...more] = desk.take('ChooseMarginModel', { accountId: alice, model });
    expect(event).toMatchObject({ type: 'MarginModelChosen', stream: 'account-alice.main', payload: { model } });
    expect(more).toEqual([]);
    expect(desk.result).toEqual({ outcome: 'accepted', data: { accountId: alice, model } });
    expect(statement(desk)).toMatchObject({ model, version: 3 });
    expect(desk.take('ChooseMarginModel', { accountId: alice, model })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'accepted' });
    expect(desk.take('ChooseMarginModel', { accountId: alice, model: 'adaptive-linear@1' })).toHaveLength(1);
  });

  it.each`
    accountId        | chosen                   | code
    ${'nobody.main'} | ${model}                 | ${'account-unknown'}
    ${'alice'}       | ${model}                 | ${'account-id-invalid'}
    ${alice}         | ${'derive-portfolio'}    | ${'model-invalid'}
    ${alice}         | ${'@1'}                  | ${'model-invalid'}
    ${alice}         | ${'a@b@c'}               | ${'model-invalid'}
    ${alice}         | ${7}                     | ${'model-invalid'}
    ${alice}         | ${`${'m'.repeat(80)}@1`} | ${'model-invalid'}
  `('of $chosen for $accountId is refused: $code', ({ accountId, chosen, code }: Record<string, string>) => {
    const desk = deskWith({ [alice]: '100' });
    expect(desk.takeAny('ChooseMarginModel', { accountId, model: chosen })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code });
  });

  it('stays while the account is being liquidated', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('AccountStateChanged', liquidating);
    expect(desk.take('ChooseMarginModel', { accountId: alice, model })).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'model-while-liquidating' });
  });

  it('makes margin answer a withdrawal again that it judged by the model before', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w1', accountId: alice, asset: 'USD', amount: '60' });
    desk.take('ChooseMarginModel', { accountId: alice, model });
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalResubmitted');
  });
});

describe('a withdrawal', () => {
  const request = { withdrawalId: 'w1', accountId: alice, asset: 'USD', amount: '60' } as const;

  it('is held, and paid out once margin has cleared it at the version it read', () => {
    const desk = deskWith({ [alice]: '100' });
    const held = payloadOf(desk.take('RequestWithdrawal', request), 'WithdrawalHeld');
    expect(held).toMatchObject({ attempt: 1, collateral: { USD: '100' } });
    expect(statement(desk)).toMatchObject({ free: { USD: '40' }, held: { USD: '60' }, version: 3 });
    const settled = payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalSettled');
    expect(settled).toMatchObject({
      collateral: { USD: '40' },
      postings: [
        { ledgerAccount: `held/${alice}`, asset: 'USD', amount: '-60' },
        { ledgerAccount: 'custody', asset: 'USD', amount: '60' },
      ],
    });
    expect(statement(desk)).toMatchObject({ collateral: { USD: '40' }, held: {}, heldWithdrawals: [] });
  });

  it.each`
    amount      | outcome       | why
    ${'100'}    | ${'accepted'} | ${'exactly the free collateral'}
    ${'100.01'} | ${'rejected'} | ${'a cent more'}
  `('of $amount out of 100 is $outcome: $why', ({ amount, outcome }: Record<string, string>) => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', { ...request, amount: amount as string });
    expect(desk.result?.outcome).toBe(outcome);
  });

  it('finds money that is held already not free', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    const rejected = payloadOf(
      desk.take('RequestWithdrawal', { ...request, withdrawalId: 'w2' }),
      'WithdrawalRejected',
    );
    expect(rejected.code).toBe('insufficient-collateral');
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'insufficient-collateral' });
  });

  it('takes no collateral of another asset, and no profit that is not realised', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('Deposit', { depositId: 'd', accountId: alice, asset: 'BTC', amount: '1' });
    desk.take('TradeFilled', aFill({ accountId: alice, price: '100' }));
    desk.take('WithdrawalRequested', { ...request, amount: '200' });
    expect(statement(desk)).toMatchObject({ held: {}, positions: [{ quantity: '1', cost: '100' }] });
  });

  it('with the same id holds once, and answers how it stands', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    expect(desk.take('RequestWithdrawal', request)).toEqual([]);
    expect(desk.result).toEqual({
      outcome: 'accepted',
      data: { withdrawalId: 'w1', accountId: alice, status: 'held' },
    });
    expect(desk.take('WithdrawalRequested', request)).toEqual([]);
    desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3));
    expect(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3))).toEqual([]);
    desk.take('RequestWithdrawal', request);
    expect(desk.result).toMatchObject({ data: { status: 'settled' } });
    desk.take('RequestWithdrawal', { ...request, amount: '1' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'withdrawal-id-reused' });
  });

  it('that was refused at once stays refused under its id', () => {
    const desk = deskWith({ [alice]: '10' });
    desk.take('RequestWithdrawal', request);
    desk.take('Deposit', { depositId: 'd', accountId: alice, asset: 'USD', amount: '100' });
    expect(desk.take('RequestWithdrawal', request)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'insufficient-collateral' });
  });

  it('is asked again when the account changed after the version that margin judged', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    desk.take('TradeFilled', aFill({ accountId: alice, price: '100' }));
    const asked = desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3));
    expect(payloadOf(asked, 'WithdrawalResubmitted')).toMatchObject({ attempt: 2, amount: '60' });
    expect(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 4, 1))).toEqual([]);
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 5, 2)), 'WithdrawalSettled');
  });

  it('is not asked again for another withdrawal of the same account, so two at once both end', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', { ...request, amount: '50' });
    desk.take('RequestWithdrawal', { ...request, withdrawalId: 'w2', amount: '50' });
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalSettled');
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w2', 4)), 'WithdrawalSettled');
    expect(statement(desk)?.collateral).toEqual({});
  });

  it('is given back when margin refuses', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    const refusal = { ...aClearance(alice, 'w1', 3), code: 'below-initial-requirement' } as const;
    expect(payloadOf(desk.take('WithdrawalRefused', refusal), 'WithdrawalReleased')).toMatchObject({
      code: 'below-initial-requirement',
      collateral: { USD: '100' },
    });
    expect(statement(desk)).toMatchObject({ free: { USD: '100' }, held: {} });
    expect(desk.take('WithdrawalRefused', refusal)).toEqual([]);
  });

  it('is asked again, not paid, when the account went into liquidation before the settlement', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    desk.take('AccountStateChanged', liquidating);
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalResubmitted');
    const refusal = { ...aClearance(alice, 'w1', 4, 2), code: 'account-liquidating' } as const;
    payloadOf(desk.take('WithdrawalRefused', refusal), 'WithdrawalReleased');
  });

  it('is refused at once while the account is in liquidation, and possible again after it', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('LiquidationTriggered', {
      accountId: alice,
      assessment: liquidating.assessment,
      triggers: [],
      lowestCallRates: [],
    });
    expect(payloadOf(desk.take('RequestWithdrawal', request), 'WithdrawalRejected').code).toBe('account-liquidating');
    desk.take('AccountStateChanged', { ...liquidating, from: 'LIQUIDATING', to: 'HEALTHY' });
    payloadOf(desk.take('RequestWithdrawal', { ...request, withdrawalId: 'w2' }), 'WithdrawalHeld');
  });

  it('is given back when losses used its money up before the settlement, even if margin cleared it', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', { ...request, amount: '100' });
    desk.take('TradeFilled', aFill({ accountId: alice, price: '100' }));
    const released = payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 4)), 'WithdrawalReleased');
    expect(released).toMatchObject({ code: 'insufficient-collateral', collateral: { USD: '99.95' } });
  });

  it('of an unknown account is refused as a command and on record as a fact', () => {
    const desk = deskWith({});
    expect(desk.take('RequestWithdrawal', request)).toEqual([]);
    expect(desk.result).toMatchObject({ code: 'account-unknown' });
    expect(payloadOf(desk.take('WithdrawalRequested', request), 'SuspenseBooked')).toMatchObject({
      reason: 'unknown-account',
      postings: [],
    });
  });
});

describe('an input of an unknown type', () => {
  it('is refused as a command, because whoever writes commands must not be able to stop a partition', () => {
    const desk = accountsDesk();
    expect(desk.takeAny('toString', {}, undefined, 'accounts.commands')).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'command-unknown' });
  });

  it.each(['exchange.fills', 'exchange.transfers', 'pricing', 'margin', 'liquidation', 'accounts', 'weather'])(
    'stops the partition when it is a fact of %s',
    (log) => {
      expect(() => accountsDesk().takeAny('toString', {}, undefined, log)).toThrow('accounts does not know toString');
    },
  );

  it('stops the fold when it is an own event, also in a newer version', () => {
    const desk = deskWith({ [alice]: '1' });
    const [opened] = desk.events;
    if (opened === undefined) throw new Error('nothing was opened');
    const next = { ...opened, position: desk.machine.size + 1 };
    expect(() => desk.machine.recallOwn({ ...next, type: 'AccountRenamed' })).toThrow('unexpected case');
    expect(() => desk.rebuilt().recallOwn({ ...next, schemaVersion: 2 })).toThrow('newest known is 1');
  });

  it('stops the fold when an own event does not balance', () => {
    const desk = deskWith({ [alice]: '1' });
    const credited = desk.events.find(({ type }) => type === 'CollateralCredited');
    if (credited === undefined) throw new Error('nothing was credited');
    const postings = [{ ledgerAccount: 'custody', asset: 'USD', amount: '-1' }];
    const forged = {
      ...credited,
      position: desk.machine.size + 1,
      version: credited.version + 1,
      payload: { ...(credited.payload as object), postings },
    };
    expect(() => desk.machine.recallOwn(forged)).toThrow('out of balance by -1 USD');
  });
});
