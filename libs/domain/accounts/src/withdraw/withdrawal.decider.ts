import type { Past } from '@ballast/event-sourcing';
import type { AccountsState } from '../accounts.state.js';
import { readMovement } from '../deposit/movement.js';
import { refused, type TransferDecision } from '../transfer-decision.js';
import { decideHold } from './hold.decider.js';

/**
 * Holds the money of a withdrawal; margin answers. The same withdrawal again gets the same answer and holds nothing.
 * @see docs/spec/accounts.md CLR-ACC-031
 */
export function decideWithdrawal(state: AccountsState, message: unknown, past: Past): TransferDecision {
  const reading = readMovement(state, message, 'withdrawal');
  if (!reading.readable) return refused(reading.code);
  const { id: withdrawalId, accountId } = reading.value;
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  return decideHold(
    state,
    { ...reading.value, to: undefined },
    { answer: { withdrawalId, accountId }, reused: 'withdrawal-id-reused' },
    past,
  );
}
