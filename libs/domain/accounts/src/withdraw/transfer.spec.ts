import { aClearance, aFill, anAssessment, assetsWith, deskWith, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';

const main = 'alice.main';
const hedge = 'alice.hedge';
const held = { [main]: '100', [hedge]: '5' };
const request = { transferId: 't1', accountId: main, to: hedge, asset: 'USD', amount: '60' } as const;
const collateral = (desk: ReturnType<typeof deskWith>) =>
  [main, hedge].map((accountId) => accountStatement(desk.state, accountId)?.collateral);

describe('a transfer [CLR-ACC-034]', () => {
  it('is held like a withdrawal, and arrives in the decision that settles it', () => {
    const desk = deskWith(held);
    expect(payloadOf(desk.take('RequestTransfer', request), 'WithdrawalHeld')).toMatchObject({
      ...{ withdrawalId: 't1', accountId: main, to: hedge, attempt: 1, collateral: { USD: '100' } },
    });
    expect(desk.result).toEqual({
      outcome: 'accepted',
      data: { transferId: 't1', accountId: main, to: hedge, status: 'held' },
    });
    const custody = () => desk.state.ledger.get('custody')?.['USD']?.toFixed();
    const before = custody();
    const events = desk.take('WithdrawalCleared', aClearance(main, 't1', 3));
    expect(events.map(({ type, stream }) => [type, stream])).toEqual([
      ['WithdrawalSettled', `account-${main}`],
      ['TransferReceived', `account-${hedge}`],
    ]);
    expect(events[0]?.payload).toMatchObject({
      to: hedge,
      collateral: { USD: '40' },
      postings: [
        { ledgerAccount: `held/${main}`, asset: 'USD', amount: '-60' },
        { ledgerAccount: 'in-transit', asset: 'USD', amount: '60' },
      ],
    });
    expect(events[1]?.payload).toMatchObject({
      ...{ from: main, withdrawalId: 't1', amount: '60', collateral: { USD: '65' } },
      postings: [
        { ledgerAccount: 'in-transit', asset: 'USD', amount: '-60' },
        { ledgerAccount: `client/${hedge}`, asset: 'USD', amount: '60' },
      ],
    });
    expect(collateral(desk)).toEqual([{ USD: '40' }, { USD: '65' }]);
    expect(custody()).toBe(before);
    expect(desk.take('RequestTransfer', request)).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'accepted', data: { status: 'settled', to: hedge } });
    desk.takeAny('RequestTransfer', { ...request, to: 'alice.other' });
    expect(desk.result).toMatchObject({ outcome: 'rejected' });
    desk.take('RequestWithdrawal', { withdrawalId: 't1', accountId: main, asset: 'USD', amount: '60' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'withdrawal-id-reused' });
  });

  it('is given back when margin refuses, and nothing arrives', () => {
    const desk = deskWith(held);
    desk.take('RequestTransfer', request);
    const refusal = { ...aClearance(main, 't1', 3), code: 'below-initial-requirement' } as const;
    expect(payloadOf(desk.take('WithdrawalRefused', refusal), 'WithdrawalReleased')).toMatchObject({ to: hedge });
    expect(collateral(desk)).toEqual([{ USD: '100' }, { USD: '5' }]);
  });

  it('arrives once, however often it is asked and answered', () => {
    const desk = deskWith(held);
    desk.take('RequestTransfer', request);
    expect(desk.take('RequestTransfer', request)).toEqual([]);
    desk.take('WithdrawalCleared', aClearance(main, 't1', 3));
    expect(desk.take('WithdrawalCleared', aClearance(main, 't1', 3))).toEqual([]);
    expect(desk.take('RequestTransfer', request)).toEqual([]);
    expect(desk.result).toMatchObject({ data: { status: 'settled' } });
    expect(collateral(desk)).toEqual([{ USD: '40' }, { USD: '65' }]);
  });

  it('is asked again when the sender changed after the version that margin judged', () => {
    const desk = deskWith(held);
    desk.take('RequestTransfer', request);
    desk.take('TradeFilled', aFill({ accountId: main, price: '100' }));
    const asked = desk.take('WithdrawalCleared', aClearance(main, 't1', 3));
    expect(payloadOf(asked, 'WithdrawalResubmitted')).toMatchObject({ attempt: 2, to: hedge });
  });

  it("makes the recipient's own withdrawal ask again: its figures changed", () => {
    const desk = deskWith(held);
    desk.take('RequestWithdrawal', { withdrawalId: 'w1', accountId: hedge, asset: 'USD', amount: '5' });
    desk.take('RequestTransfer', request);
    desk.take('WithdrawalCleared', aClearance(main, 't1', 3));
    payloadOf(desk.take('WithdrawalCleared', aClearance(hedge, 'w1', 3)), 'WithdrawalResubmitted');
  });

  it.each`
    what                      | change                     | code
    ${'itself'}               | ${{ to: main }}            | ${'transfer-to-itself'}
    ${'another owner'}        | ${{ to: 'bob.main' }}      | ${'transfer-to-other-owner'}
    ${'an account not open'}  | ${{ to: 'alice.nowhere' }} | ${'recipient-unknown'}
    ${'no account id'}        | ${{ to: 'alice' }}         | ${'account-id-invalid'}
    ${'nobody'}               | ${{ to: undefined }}       | ${'account-id-invalid'}
    ${'its hedge without id'} | ${{ transferId: 'a b' }}   | ${'transfer-id-invalid'}
    ${'its hedge, too much'}  | ${{ amount: '100.01' }}    | ${'insufficient-collateral'}
    ${'its hedge, too fine'}  | ${{ amount: '0.001' }}     | ${'amount-too-fine'}
    ${'its hedge, not kept'}  | ${{ asset: 'DOGE' }}       | ${'asset-not-kept'}
  `('to $what is refused: $code', ({ change, code }: { change: object; code: string }) => {
    const desk = deskWith({ ...held, 'bob.main': '1' });
    desk.takeAny('RequestTransfer', { ...request, ...change });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code });
    expect(collateral(desk)).toEqual([{ USD: '100' }, { USD: '5' }]);
  });

  it('has an id that no withdrawal of the account has, and keeps what it was asked for', () => {
    const desk = deskWith(held);
    desk.take('RequestWithdrawal', { withdrawalId: 't1', accountId: main, asset: 'USD', amount: '60' });
    desk.take('RequestTransfer', request);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'transfer-id-reused' });
    desk.take('RequestTransfer', { ...request, transferId: 't2', amount: '1' });
    desk.take('RequestTransfer', { ...request, transferId: 't2', amount: '2' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'transfer-id-reused' });
    desk.take('RequestWithdrawal', { withdrawalId: 't2', accountId: main, asset: 'USD', amount: '1' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'withdrawal-id-reused' });
  });

  it('leaves no account in liquidation, and arrives at one that is', () => {
    const desk = deskWith(held);
    const state = {
      from: 'MARGIN_CALL',
      to: 'LIQUIDATING',
      reason: 'equity below the liquidation requirement',
    } as const;
    desk.take('AccountStateChanged', { accountId: hedge, ...state, assessment: anAssessment(hedge) });
    desk.take('RequestTransfer', request);
    desk.take('WithdrawalCleared', aClearance(main, 't1', 3));
    expect(collateral(desk)).toEqual([{ USD: '40' }, { USD: '65' }]);
    const back = { ...request, accountId: hedge, to: main };
    expect(payloadOf(desk.take('RequestTransfer', back), 'WithdrawalRejected')).toMatchObject({
      ...{ to: main, code: 'account-liquidating' },
    });
  });

  it('passes where withdrawals are closed or stopped, but not a house that is halted [CLR-HMD-001]', () => {
    const desk = deskWith(held);
    const mode = (to: 'withdrawals-stopped' | 'halt') =>
      desk.take('HouseModeChanged', { proposalId: to, from: 'normal', to, proposer: null, reason: 'A venue is down.' });
    takeRules(desk, 'assets', assetsWith('USD', { withdrawalsOpen: false }));
    mode('withdrawals-stopped');
    desk.take('RequestTransfer', request);
    payloadOf(desk.take('WithdrawalCleared', aClearance(main, 't1', 3)).slice(0, 1), 'WithdrawalSettled');
    desk.take('RequestTransfer', { ...request, transferId: 't2', amount: '1' });
    mode('halt');
    expect(payloadOf(desk.take('WithdrawalCleared', aClearance(main, 't2', 5)), 'WithdrawalReleased').code).toBe(
      'house-halted',
    );
    desk.take('RequestTransfer', { ...request, transferId: 't3', amount: '1' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'house-halted' });
  });
});
