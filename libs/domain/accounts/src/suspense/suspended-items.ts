import { dec, invariant, type AccountId } from '@ballast/kernel';
import type { AccountsState, SuspendedItem } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import type { FillIdentity } from '../ledger/instrument-book.js';
import { positionOf } from '../ledger/position.js';
import { depositReference, readReference, suspenseReference } from './suspense-reference.js';

type Suspended = Pick<AccountsState, 'suspended' | 'suspendedFor'>;

/** What a fill in suspense is known by within its account: one without a number is the first. */
const fillKey = ({ instrument, tradeId, side, fill }: Omit<FillIdentity, 'accountId'>): string =>
  `${suspenseReference({ tradeId, side, part: fill })} ${instrument}`;

/** What an item is known by within its account. */
function keyOf({ kept: { reference, position } }: SuspendedItem): string {
  invariant(reference, 'suspense keeps something without an id');
  if (position === null) return reference;
  const [word, tradeId, side, part = '1'] = reference.split(' ');
  return `${word} ${tradeId} ${side} ${part} ${position.instrument}`;
}

/** By what the books know a fill that is in suspense, or leaves it. */
export function fillOf(
  accountId: AccountId,
  reference: string,
  position: NonNullable<SuspendedItem['kept']['position']>,
): FillIdentity {
  const { id: tradeId, part = 1 } = readReference(reference);
  const side = positionOf(position).quantity.isNegative() ? 'sell' : 'buy';
  return { accountId, instrument: position.instrument, tradeId, side, fill: part };
}

/** Takes an item that is known by nothing else of its account. */
export function keepInSuspense({ suspended, suspendedFor }: Suspended, item: SuspendedItem): void {
  const { accountId } = item.kept;
  const key = keyOf(item);
  const own = suspendedFor.get(accountId) ?? new Map<string, number>();
  invariant(!own.has(key), `${key} of ${accountId} is in suspense already`);
  suspendedFor.set(accountId, own.set(key, item.position));
  suspended.set(item.position, item);
}

/** Lets an item go. */
export function leaveSuspense({ suspended, suspendedFor }: Suspended, position: number): void {
  const item = suspended.get(position);
  invariant(item, `nothing in suspense has position ${position}`);
  const { accountId } = item.kept;
  const own = suspendedFor.get(accountId);
  own?.delete(keyOf(item));
  if (own?.size === 0) suspendedFor.delete(accountId);
  suspended.delete(position);
}

/** What suspense keeps for an account, in the order in which it came. */
export const suspendedOf = (state: Suspended, accountId: AccountId): readonly SuspendedItem[] =>
  [...(state.suspendedFor.get(accountId)?.values() ?? [])].map((position) => itemAt(state, position));

function itemAt({ suspended }: Suspended, position: number): SuspendedItem {
  const item = suspended.get(position);
  invariant(item, `nothing in suspense has position ${position}`);
  return item;
}

const known = (state: Suspended, accountId: AccountId, key: string): SuspendedItem | undefined => {
  const position = state.suspendedFor.get(accountId)?.get(key);
  return position === undefined ? undefined : itemAt(state, position);
};

/** Content of a deposit that waits in suspense; undefined when none of that id does. */
export function suspendedDeposit(state: Suspended, accountId: AccountId, depositId: string): string | undefined {
  const item = known(state, accountId, depositReference(depositId));
  const money = item?.kept.postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  return money && contentOf(money.asset, dec(money.amount));
}

/** The side of a trade that waits in suspense; undefined when it does not. */
export const suspendedFill = (state: Suspended, { accountId, ...fill }: FillIdentity): SuspendedItem | undefined =>
  known(state, accountId, fillKey(fill));
