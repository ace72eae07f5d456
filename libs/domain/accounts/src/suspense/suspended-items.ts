import { dec, type AccountId } from '@ballast/kernel';
import type { AccountsState, SuspendedItem } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import type { FillIdentity } from '../ledger/instrument-book.js';
import { readReference } from './suspense-reference.js';

/** Content of a deposit that waits in suspense; undefined when none of that id does. */
export function suspendedDeposit(state: AccountsState, accountId: AccountId, depositId: string): string | undefined {
  const item = state.suspended
    .get(accountId)
    ?.find(({ kept: { position, reference } }) => position === null && readReference(reference ?? '').id === depositId);
  const money = item?.kept.postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  return money && contentOf(money.asset, dec(money.amount));
}

/** What suspense keeps under the position of its event; undefined when it is no longer there. */
export const suspendedAt = ({ suspended }: AccountsState, position: number): SuspendedItem | undefined =>
  [...suspended.values()].flat().find((item) => item.position === position);

/** The side of a trade that waits in suspense; undefined when it does not. */
export const suspendedFill = (
  { suspended }: AccountsState,
  { accountId, instrument, tradeId, side, fill }: FillIdentity,
): SuspendedItem | undefined =>
  suspended.get(accountId)?.find(({ kept: { position, reference } }) => {
    if (position?.instrument !== instrument || reference === null) return false;
    const { id, part = 1 } = readReference(reference);
    return id === tradeId && part === fill && dec(position.quantity).isNegative() === (side === 'sell');
  });
