import type { AccountStanding } from '@ballast/facts';
import { aClearance, aFill, anAssessment, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';

const main = 'alice.main';
const hedge = 'alice.hedge';
type Desk = ReturnType<typeof deskWith>;

/** The outcome: the standing, or the code of the refusal. */
function change(desk: Desk, standing: AccountStanding | 'asleep', actor: string | null, accountId = main): string {
  const payload = { accountId, standing, reason: 'The owner reports a stolen key.' };
  desk.takeAny('ChangeAccountStanding', payload, undefined, 'accounts.commands', actor);
  const { result } = desk;
  if (result?.outcome === 'rejected') return result.code;
  return (result?.data as { readonly standing: string }).standing;
}
const standing = (desk: Desk) => accountStatement(desk.state, main)?.standing;
const code = ({ result }: Desk): string | null => (result?.outcome === 'rejected' ? result.code : null);

describe('the standing of an account [CLR-ACC-035]', () => {
  it('is open at first; one person freezes it, at once, and another one releases it', () => {
    const desk = deskWith({ [main]: '100' });
    expect(standing(desk)).toBe('open');
    expect(change(desk, 'frozen', 'ann')).toBe('frozen');
    const frozen = desk.events.at(-1);
    expect([frozen?.actor, frozen?.payload]).toEqual([
      'ann',
      { accountId: main, from: 'open', to: 'frozen', reason: 'The owner reports a stolen key.' },
    ]);
    expect(standing(desk)).toBe('frozen');
    expect(change(desk, 'open', ' Ann ')).toBe('freezer-may-not-release');
    expect(change(desk, 'open', 'ben')).toBe('open');
    expect(standing(desk)).toBe('open');
    expect(desk.state.standings.size).toBe(0);
  });

  it.each<[string, (desk: Desk) => string, string]>([
    ['by nobody', (desk) => change(desk, 'frozen', null), 'actor-missing'],
    ['by a blank', (desk) => change(desk, 'frozen', ' '), 'actor-missing'],
    ['to what it is', (desk) => change(desk, 'open', 'ann'), 'standing-unchanged'],
    ['to something else', (desk) => change(desk, 'asleep', 'ann'), 'standing-invalid'],
    ['of nobody', (desk) => change(desk, 'frozen', 'ann', 'nobody.main'), 'account-unknown'],
    ['to closed with money', (desk) => change(desk, 'closed', 'ann'), 'account-not-empty'],
  ])('is not changed %s', (_, changed, refusal) => {
    expect(changed(deskWith({ [main]: '100' }))).toBe(refusal);
  });

  it('frozen takes deposits, transfers to it and fills, and lets nothing leave', () => {
    const desk = deskWith({ [main]: '100', [hedge]: '50' });
    change(desk, 'frozen', 'ann');
    desk.take('Deposit', { depositId: 'd', accountId: main, asset: 'USD', amount: '1' });
    expect(code(desk)).toBeNull();
    desk.take('RequestTransfer', { transferId: 't', accountId: hedge, to: main, asset: 'USD', amount: '50' });
    desk.take('WithdrawalCleared', aClearance(hedge, 't', 3));
    payloadOf(desk.take('TradeFilled', aFill({ accountId: main, price: '100' })), 'PositionChanged');
    expect(accountStatement(desk.state, main)?.collateral).toEqual({ USD: '150.95' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w', accountId: main, asset: 'USD', amount: '1' });
    expect(code(desk)).toBe('account-frozen');
    desk.take('RequestTransfer', { transferId: 't2', accountId: main, to: hedge, asset: 'USD', amount: '1' });
    expect(code(desk)).toBe('account-frozen');
    desk.take('ChooseMarginModel', { accountId: main, model: 'adaptive-portfolio@1' });
    expect(code(desk)).toBe('account-frozen');
    const ofExchange = { withdrawalId: 'w2', accountId: main, asset: 'USD', amount: '1' } as const;
    expect(payloadOf(desk.take('WithdrawalRequested', ofExchange), 'WithdrawalRejected').code).toBe('account-frozen');
  });

  it('frozen gives back what was held before, when margin clears it', () => {
    const desk = deskWith({ [main]: '100' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w', accountId: main, asset: 'USD', amount: '60' });
    change(desk, 'frozen', 'ann');
    expect(payloadOf(desk.take('WithdrawalCleared', aClearance(main, 'w', 4)), 'WithdrawalReleased').code).toBe(
      'account-frozen',
    );
  });

  it('is closed only when it is flat, empty, and nothing is on its way to it', () => {
    const desk = deskWith({ [main]: '100', [hedge]: '50' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w', accountId: main, asset: 'USD', amount: '100' });
    expect(change(desk, 'closed', 'ann')).toBe('account-not-empty');
    desk.take('WithdrawalCleared', aClearance(main, 'w', 3));
    desk.take('RequestTransfer', { transferId: 't', accountId: hedge, to: main, asset: 'USD', amount: '1' });
    expect(change(desk, 'closed', 'ann')).toBe('account-not-empty');
    desk.take('WithdrawalRefused', { ...aClearance(hedge, 't', 3), code: 'below-initial-requirement' });
    expect(change(desk, 'closed', 'ann')).toBe('closed');
    expect(change(desk, 'open', 'ben')).toBe('account-closed');
  });

  it('is not closed with a position, with a debt, or in liquidation', () => {
    const desk = deskWith({ [main]: '100' });
    desk.take('TradeFilled', aFill({ accountId: main, price: '100' }));
    expect(change(desk, 'closed', 'ann')).toBe('account-not-flat');
    desk.take('TradeFilled', aFill({ accountId: main, side: 'sell', price: '0.01' }));
    expect(accountStatement(desk.state, main)?.positions).toEqual([]);
    expect(change(desk, 'closed', 'ann')).toBe('account-not-empty');
    const state = {
      from: 'MARGIN_CALL',
      to: 'LIQUIDATING',
      reason: 'equity below the liquidation requirement',
    } as const;
    desk.take('AccountStateChanged', { accountId: main, ...state, assessment: anAssessment(main) });
    expect(change(desk, 'closed', 'ann')).toBe('account-liquidating');
  });

  it('closed takes nothing: commands are refused, what happened goes to suspense', () => {
    const desk = deskWith({ [main]: '100', [hedge]: '50' });
    desk.take('RequestWithdrawal', { withdrawalId: 'w', accountId: main, asset: 'USD', amount: '100' });
    desk.take('WithdrawalCleared', aClearance(main, 'w', 3));
    change(desk, 'closed', 'ann');
    const deposit = { depositId: 'd', accountId: main, asset: 'USD', amount: '7' } as const;
    desk.take('Deposit', deposit);
    expect(code(desk)).toBe('account-closed');
    desk.take('RequestTransfer', { transferId: 't', accountId: hedge, to: main, asset: 'USD', amount: '1' });
    expect(code(desk)).toBe('account-closed');
    desk.take('OpenAccount', { accountId: main });
    expect(code(desk)).toBe('account-closed');
    expect(payloadOf(desk.take('DepositReceived', deposit), 'SuspenseBooked')).toMatchObject({
      ...{ reason: 'account-closed', reference: 'deposit d' },
      postings: [
        { ledgerAccount: 'custody', amount: '-7' },
        { ledgerAccount: 'suspense', amount: '7' },
      ],
    });
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    expect(payloadOf(desk.take('TradeFilled', aFill({ accountId: main })), 'SuspenseBooked')).toMatchObject({
      ...{ reason: 'account-closed', position: { instrument: 'BTC-PERP', quantity: '1' } },
    });
  });
});
