import type { AccountId } from '@ballast/kernel';
import { viewOf, type SimulatorState, type WithdrawalView } from './simulator-state.js';

function withdrawalOf(state: SimulatorState, withdrawalId: string): WithdrawalView {
  let withdrawal = state.withdrawals.get(withdrawalId);
  if (withdrawal === undefined) {
    withdrawal = { requested: null, refused: false };
    state.withdrawals.set(withdrawalId, withdrawal);
  }
  return withdrawal;
}

function move(state: SimulatorState, accountId: AccountId, cents: number): void {
  const view = viewOf(state, accountId);
  view.cashCents += cents;
  view.netDepositCents += cents;
}

/** Asked for: gone in the owner's view, unless a refusal was folded before it (rebuild in another order). */
export function takeRequestedWithdrawal(
  state: SimulatorState,
  withdrawalId: string,
  accountId: AccountId,
  cents: number,
): void {
  const withdrawal = withdrawalOf(state, withdrawalId);
  if (withdrawal.requested !== null) return;
  withdrawal.requested = { accountId, cents };
  if (!withdrawal.refused) move(state, accountId, -cents);
}

/** A refusal is final and comes once; withdrawals that others asked for through REST are not the owner's here. */
export function giveBackRefusedWithdrawal(state: SimulatorState, withdrawalId: string): void {
  const withdrawal = withdrawalOf(state, withdrawalId);
  if (withdrawal.refused) return;
  withdrawal.refused = true;
  if (withdrawal.requested !== null) move(state, withdrawal.requested.accountId, withdrawal.requested.cents);
}
