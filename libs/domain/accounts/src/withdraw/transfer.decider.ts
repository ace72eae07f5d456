import type { Past } from '@ballast/event-sourcing';
import { ownerOf } from '@ballast/kernel';
import type { AccountsState } from '../accounts.state.js';
import { readMovement } from '../deposit/movement.js';
import { fieldsOf, readAccountId } from '../reading/input-reading.js';
import { refused, type TransferDecision } from '../transfer-decision.js';
import { decideHold } from './hold.decider.js';

/**
 * Holds money that goes to another account of the same owner; margin answers as it does for a withdrawal. An owner's accounts live in one
 * partition, so what settles it credits the other account in the same decision.
 * @see docs/spec/accounts.md CLR-ACC-034
 */
export function decideTransfer(state: AccountsState, message: unknown, past: Past): TransferDecision {
  const reading = readMovement(state, message, 'transfer');
  if (!reading.readable) return refused(reading.code);
  const recipient = readAccountId(fieldsOf(message)?.['to']);
  if (!recipient.readable) return refused(recipient.code);
  const { id: transferId, accountId } = reading.value;
  const to = recipient.value;
  if (to === accountId) return refused('transfer-to-itself');
  if (ownerOf(to) !== ownerOf(accountId)) return refused('transfer-to-other-owner');
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  if (!state.accounts.has(to)) return refused('recipient-unknown');
  return decideHold(
    state,
    { ...reading.value, to },
    { answer: { transferId, accountId, to }, reused: 'transfer-id-reused' },
    past,
  );
}
