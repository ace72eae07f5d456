import { dec, type AccountId } from '@ballast/kernel';
import type { AccountsState } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import { readReference } from './suspense.evolve.js';

/** Content of a deposit that waits for its account to open; undefined when none of that id does. */
export function suspendedDeposit(state: AccountsState, accountId: AccountId, depositId: string): string | undefined {
  const item = state.suspended
    .get(accountId)
    ?.find(({ kept: { position, reference } }) => position === null && readReference(reference ?? '').id === depositId);
  const money = item?.kept.postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  return money && contentOf(money.asset, dec(money.amount));
}
