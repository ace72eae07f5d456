import { dec, type AccountId } from '@ballast/kernel';
import type { AccountsState, SuspendedItem } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import type { FillIdentity } from '../ledger/instrument-book.js';
import { depositReference, suspenseReference } from './suspense-reference.js';

/** Content of a deposit that waits in suspense; undefined when none of that id does. */
export function suspendedDeposit(state: AccountsState, accountId: AccountId, depositId: string): string | undefined {
  const wanted = depositReference(depositId);
  const item = state.suspended.get(accountId)?.find(({ kept: { reference } }) => reference === wanted);
  const money = item?.kept.postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  return money && contentOf(money.asset, dec(money.amount));
}

/** What suspense keeps under the position of its event; undefined when it is no longer there. */
export const suspendedAt = ({ suspended }: AccountsState, position: number): SuspendedItem | undefined =>
  [...suspended.values()].flat().find((item) => item.position === position);

/** The side of a trade that waits in suspense; undefined when it does not. */
export function suspendedFill(
  { suspended }: AccountsState,
  { accountId, instrument, tradeId, side, fill }: FillIdentity,
): SuspendedItem | undefined {
  // Compared as a whole: an account that nobody opens may come to thousands of fills, and each further one looks through them all.
  const numbered = suspenseReference({ tradeId, side, part: fill });
  const only = fill === 1 ? suspenseReference({ tradeId, side, part: undefined }) : numbered;
  return suspended
    .get(accountId)
    ?.find(
      ({ kept: { position, reference } }) =>
        (reference === numbered || reference === only) && position?.instrument === instrument,
    );
}
