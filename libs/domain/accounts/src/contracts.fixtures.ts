import { instantOf, text, type Asset } from '@ballast/kernel';
import { aPriceSet, aSpecification, deskWith, type Desk } from './accounts.fixtures.js';
import { accountStatement } from './accounts.queries.js';
import { accountsInvariants } from './accounts.invariants.js';
import type { AccountsState } from './accounts.state.js';
import { balanceOf } from './ledger/ledger.js';

export const CALL = 'BTC-27MAR26-60000-C';
export const COIN_CALL = 'BTC-27MAR26-60000-C-INVERSE';
export const FUTURE = 'BTC-27MAR26';
export const COIN_FUTURE = 'BTC-27MAR26-INVERSE';
export const CYCLE_FUTURE = 'BTC-24APR26';
export const EXPIRY = instantOf('2026-03-27T08:00:00Z');

export const SPECIFICATIONS = [
  aSpecification(CALL, { tick: '0.5', lot: '0.1' }),
  aSpecification(COIN_CALL, { lot: '0.1' }),
  aSpecification(FUTURE, { tick: '0.5', lot: '0.01' }),
  aSpecification(COIN_FUTURE, { tick: '0.5', lot: '1', contractSize: '10' }),
  aSpecification(CYCLE_FUTURE, { tick: '0.5', lot: '0.01', cashStyle: 'variation-margin' }),
];

/** A desk that clears all these contracts, the index at 60,000; every account holds 100,000 USD and one bitcoin. */
export function deskOf(...accounts: readonly string[]): Desk<AccountsState> {
  const desk = deskWith(Object.fromEntries(accounts.map((accountId) => [accountId, '100000'])));
  for (const accountId of accounts)
    desk.take('DepositReceived', { depositId: `coin-${accountId}`, accountId, asset: 'BTC', amount: '1' });
  for (const specification of SPECIFICATIONS) desk.take('InstrumentAdmitted', { specification });
  desk.take('PriceSetPublished', aPriceSet('60000'));
  return desk;
}

export const settle = (desk: Desk<AccountsState>, price: string) =>
  desk.take('SettlementPriceFixed', {
    underlying: 'BTC',
    expiry: EXPIRY,
    price,
    samples: 450,
    carried: 0,
    missing: 0,
  });

export const collateralOf = (desk: Desk<AccountsState>, accountId: string) =>
  accountStatement(desk.state, accountId)?.collateral;

export const houseOf = (desk: Desk<AccountsState>, ledgerAccount: string, asset: Asset): string =>
  text(balanceOf(desk.state.ledger, ledgerAccount, asset));

export function soundOf(desk: Desk<AccountsState>): void {
  const { state } = desk;
  expect([...accountsInvariants.ofPartition(state), ...accountsInvariants.ofExpiries(state)]).toEqual([]);
}
