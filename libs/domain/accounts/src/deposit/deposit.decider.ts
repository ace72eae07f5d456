import type { Past } from '@ballast/event-sourcing';
import { text } from '@ballast/kernel';
import { depositKey } from '../accounts.past.js';
import { collateralAfter, fact, forbidden, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { deferredDeposit } from '../deferral/deferred-messages.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';
import { suspendedDeposit } from '../suspense/suspended-items.js';
import { contentOf, readMovement, type Movement } from './movement.js';

/**
 * Credits a deposit in whole minor units of an asset that the house keeps and takes. The same deposit again brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-003, CLR-ACC-030
 */
export function decideDeposit(state: AccountsState, message: unknown, past: Past): TransferDecision {
  const reading = readMovement(state, message, 'deposit');
  if (!reading.readable) return refused(reading.code);
  const { id: depositId, accountId, asset, kept, amount } = reading.value;
  const known =
    past(depositKey(accountId, depositId)) ??
    suspendedDeposit(state, accountId, depositId) ??
    deferredDeposit(state, accountId, depositId);
  if (known !== undefined) {
    return known === contentOf(asset, amount) ? booked({ depositId, accountId }) : refused('deposit-id-reused');
  }
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  const code = forbidden(state, accountId, 'deposit');
  if (code !== null) return refused(code);
  if (kept === undefined) return refused('asset-not-kept');
  if (!kept.depositsOpen) return refused('deposits-closed');
  return booked({ depositId, accountId }, creditedDeposit(state, reading.value));
}

/** Books a deposit that was not booked before, for an account that is open. */
export const creditedDeposit = (
  state: AccountsState,
  { id: depositId, accountId, asset, amount }: Movement,
): AccountsFact =>
  fact('CollateralCredited', {
    accountId,
    depositId,
    asset,
    amount: text(amount),
    collateral: collateralAfter(state, accountId, { [asset]: amount }),
    postings: postingsOf(['custody', asset, amount.neg()], [clientLedger(accountId), asset, amount]),
  });
