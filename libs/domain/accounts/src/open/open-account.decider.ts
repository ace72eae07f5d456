import { partitionOfAccount, type AccountId } from '@ballast/kernel';
import type { AccountsRejectionCode } from '../accounts.rejections.js';
import { fact, standingOf, type AccountsState } from '../accounts.state.js';
import { fieldsOf, readAccountId } from '../reading/input-reading.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';

/** Why no account of an id can be opened here; null: nothing stands against it. */
export function takenId(state: AccountsState, accountId: AccountId): AccountsRejectionCode | null {
  if (partitionOfAccount(accountId, state.partitions) !== state.partition) return 'account-of-other-partition';
  if (!state.accounts.has(accountId)) return null;
  return standingOf(state, accountId) === 'closed' ? 'account-closed' : 'account-exists';
}

export function decideOpening(state: AccountsState, message: unknown): TransferDecision {
  const reading = readAccountId(fieldsOf(message)?.['accountId']);
  if (!reading.readable) return refused(reading.code);
  const accountId = reading.value;
  const taken = takenId(state, accountId);
  if (taken !== null) return refused(taken);
  if (state.importing?.accounts.has(accountId) === true) return refused('account-awaits-import');
  return booked({ accountId }, fact('AccountOpened', { accountId }));
}
