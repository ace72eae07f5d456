import { partitionOfAccount } from '@ballast/kernel';
import { fact, standingOf, type AccountsState } from '../accounts.state.js';
import { fieldsOf, readAccountId } from '../reading/input-reading.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';

export function decideOpening(state: AccountsState, message: unknown): TransferDecision {
  const reading = readAccountId(fieldsOf(message)?.['accountId']);
  if (!reading.readable) return refused(reading.code);
  const accountId = reading.value;
  if (partitionOfAccount(accountId, state.partitions) !== state.partition) return refused('account-of-other-partition');
  if (state.accounts.has(accountId)) {
    return refused(standingOf(state, accountId) === 'closed' ? 'account-closed' : 'account-exists');
  }
  if (state.importing?.accounts.has(accountId) === true) return refused('account-awaits-import');
  return booked({ accountId }, fact('AccountOpened', { accountId }));
}
