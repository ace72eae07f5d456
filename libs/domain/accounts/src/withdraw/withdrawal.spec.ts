import { aClearance, aFill, assetsWith, deskWith, anAssessment, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';

const alice = 'alice.main';
const statement = (desk: ReturnType<typeof deskWith>) => accountStatement(desk.state, alice);
const liquidating = {
  accountId: alice,
  from: 'MARGIN_CALL',
  to: 'LIQUIDATING',
  reason: 'equity below the liquidation requirement',
  assessment: anAssessment(alice),
} as const;

describe('a withdrawal [CLR-ACC-031]', () => {
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
      lowestMaintenanceRates: [],
      call: null,
      uncalled: 'one-price-set',
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

  it.each`
    asset     | amount       | code                 | why
    ${'USD'}  | ${'0.001'}   | ${'amount-too-fine'} | ${'a tenth of a cent'}
    ${'USDC'} | ${'1.23456'} | ${null}              | ${'five of six digits'}
    ${'USDC'} | ${'1e-6'}    | ${'amount-invalid'}  | ${'no plain notation'}
  `('of $amount $asset: $code ($why) [CLR-ACC-003]', ({ asset, amount, code }: Record<string, string>) => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('Deposit', { depositId: 'd', accountId: alice, asset: 'USDC', amount: '2' });
    desk.takeAny('RequestWithdrawal', { ...request, asset, amount });
    expect(desk.result).toMatchObject(code === null ? { outcome: 'accepted' } : { outcome: 'rejected', code });
    expect(Object.keys(statement(desk)?.held ?? {})).toEqual(code === null ? [asset] : []);
  });

  it('of an asset that does not leave is refused at once, on record also for the exchange', () => {
    const desk = deskWith({ [alice]: '100' });
    takeRules(desk, 'assets', assetsWith('USD', { withdrawalsOpen: false }));
    expect(payloadOf(desk.take('WithdrawalRequested', request), 'WithdrawalRejected').code).toBe('withdrawals-closed');
    const ofDoge = { ...request, withdrawalId: 'w2', asset: 'DOGE' };
    expect(payloadOf(desk.take('WithdrawalRequested', ofDoge), 'WithdrawalRejected').code).toBe('asset-not-kept');
  });

  it('held before its asset was closed is still paid out when margin clears it', () => {
    const desk = deskWith({ [alice]: '100' });
    desk.take('RequestWithdrawal', request);
    takeRules(desk, 'assets', assetsWith('USD', { withdrawalsOpen: false }));
    payloadOf(desk.take('WithdrawalCleared', aClearance(alice, 'w1', 3)), 'WithdrawalSettled');
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
