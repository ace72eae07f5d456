import { houseAllows, HOUSE_MODES, type HouseMode } from '@ballast/facts';
import { aClearance, deskWith } from './accounts.fixtures.js';
import { accountStatement } from './accounts.queries.js';

const ALICE = 'alice.main';
const WITHDRAWAL = { withdrawalId: 'w1', accountId: ALICE, asset: 'USD', amount: '60' } as const;

function deskIn(mode: HouseMode): ReturnType<typeof deskWith> {
  const desk = deskWith({ [ALICE]: '100' });
  change(desk, mode);
  return desk;
}

function change(desk: ReturnType<typeof deskWith>, to: HouseMode): void {
  desk.take('HouseModeChanged', { proposalId: 'p', from: 'normal', to, proposer: null, reason: 'because' });
}

describe('a mode of the house [CLR-HMD-003]', () => {
  it.each(HOUSE_MODES)('%s takes what it allows and refuses the rest by its code', (mode) => {
    const code = mode === 'halt' ? 'house-halted' : `house-${mode}`;
    const expected = (allowed: boolean) =>
      expect.objectContaining(allowed ? { outcome: 'accepted' } : { outcome: 'rejected', code }) as unknown;
    const desk = deskIn(mode);
    desk.take('OpenAccount', { accountId: 'alice.second' });
    expect(desk.result).toEqual(expected(houseAllows(mode, 'open-account')));
    desk.take('ChooseMarginModel', { accountId: ALICE, model: 'derive-portfolio@2' });
    expect(desk.result).toEqual(expected(houseAllows(mode, 'choose-model')));
    desk.take('RequestWithdrawal', WITHDRAWAL);
    expect(desk.result).toEqual(expected(houseAllows(mode, 'withdraw')));
    desk.take('Deposit', { depositId: 'd2', accountId: ALICE, asset: 'USD', amount: '1' });
    expect(desk.result).toEqual(expected(true));
  });

  it.each<[HouseMode, string]>([
    ['halt', 'house-halted'],
    ['withdrawals-stopped', 'house-withdrawals-stopped'],
  ])('%s gives money back that margin clears only now', (mode, code) => {
    const desk = deskIn('normal');
    desk.take('RequestWithdrawal', WITHDRAWAL);
    change(desk, mode);
    const [released] = desk.take('WithdrawalCleared', aClearance(ALICE, 'w1', 3));
    expect(released).toMatchObject({ type: 'WithdrawalReleased', payload: { code } });
    expect(accountStatement(desk.state, ALICE)).toMatchObject({ collateral: { USD: '100' }, held: {} });
  });

  it('books what the exchange says all the same: it has happened', () => {
    const desk = deskIn('halt');
    const [opened] = desk.take('AccountOpeningRequested', { accountId: 'alice.other' });
    expect(opened).toMatchObject({ type: 'AccountOpened' });
  });
});
