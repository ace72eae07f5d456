import { IDENTIFIER } from '@ballast/kernel';
import { assetsWith, deskWith, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { accountsInvariants } from '../accounts.invariants.js';

const alice = 'alice.main';
const statement = (desk: ReturnType<typeof deskWith>) => accountStatement(desk.state, alice);

describe('a deposit', () => {
  it('of a stablecoin has six digits, and is listed in the order of names [CLR-ACC-003]', () => {
    const desk = deskWith({ [alice]: '10' });
    const deposit = { depositId: 'd1', accountId: alice, asset: 'USDC', amount: '0.000001' };
    desk.take('Deposit', { ...deposit, depositId: 'd0', asset: 'USDT', amount: '7' });
    desk.take('Deposit', deposit);
    expect(Object.entries(statement(desk)?.collateral ?? {})).toEqual([
      ['USD', '10'],
      ['USDC', '0.000001'],
      ['USDT', '7'],
    ]);
    desk.take('Deposit', { ...deposit, depositId: 'd2', amount: '0.0000001' });
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'amount-too-fine' });
  });

  it.each`
    asset     | rules                                         | code
    ${'DOGE'} | ${null}                                       | ${'asset-not-kept'}
    ${'ETH'}  | ${assetsWith('ETH', { depositsOpen: false })} | ${'deposits-closed'}
  `(
    'of $asset is refused as a command: $code; from the exchange the money is kept in suspense, once [CLR-ACC-016]',
    ({ asset, rules, code }: { asset: string; rules: object | null; code: string }) => {
      const desk = deskWith({ [alice]: '0' });
      if (rules !== null) takeRules(desk, 'assets', rules);
      const deposit = { depositId: 'd1', accountId: alice, asset, amount: '2.5' };
      expect(desk.take('Deposit', deposit)).toEqual([]);
      expect(desk.result).toMatchObject({ outcome: 'rejected', code });
      expect(payloadOf(desk.take('DepositReceived', deposit), 'SuspenseBooked')).toMatchObject({
        reason: code,
        detail: code,
        accountId: alice,
        reference: 'deposit d1',
        postings: [
          { ledgerAccount: 'custody', asset, amount: '-2.5' },
          { ledgerAccount: 'suspense', asset, amount: '2.5' },
        ],
      });
      expect(desk.take('DepositReceived', deposit)).toEqual([]);
      expect(statement(desk)?.collateral).toEqual({});
      expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
    },
  );

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

  it('with the same id is credited once, whether it comes by the exchange or by command [CLR-ACC-030]', () => {
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

  it.each`
    damage                               | code
    ${{ amount: '0' }}                   | ${'amount-not-positive'}
    ${{ amount: '-5' }}                  | ${'amount-not-positive'}
    ${{ amount: '0.001' }}               | ${'amount-too-fine'}
    ${{ amount: '1000000000000000.01' }} | ${'amount-too-large'}
    ${{ amount: 'Infinity' }}            | ${'amount-invalid'}
    ${{ amount: '0x10' }}                | ${'amount-invalid'}
    ${{ amount: 5 }}                     | ${'amount-invalid'}
    ${{ asset: 'doge' }}                 | ${'asset-invalid'}
    ${{ asset: 'constructor' }}          | ${'asset-invalid'}
    ${{ asset: '42' }}                   | ${'asset-invalid'}
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
