import type { FillEvents, TransferEvents } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { dec, invariant, type AccountId } from '@ballast/kernel';
import type { AccountsState, DeferredMessage } from '../accounts.state.js';
import { contentOf } from '../deposit/movement.js';
import type { FillIdentity } from '../ledger/instrument-book.js';

/** What a decision needs of a message of the exchange. */
export type ToldMessage = Pick<LogEntry, 'log' | 'position' | 'type' | 'payload'>;

/** The message as it came, but for its basis. */
export function toldAgain({ message: { source, accountId, fill, deposit } }: DeferredMessage): ToldMessage {
  if (fill !== null) {
    const payload: FillEvents['TradeFilled'] = { ...fill, accountId, closeOutOrder: null };
    return { ...source, type: 'TradeFilled', payload };
  }
  invariant(deposit, `neither a fill nor a deposit waits for ${accountId}`);
  const payload: TransferEvents['DepositReceived'] = { ...deposit, accountId };
  return { ...source, type: 'DepositReceived', payload };
}

/** Whether everything that a message waited for is there. */
export const isComplete = (
  { accounts, contracts }: AccountsState,
  { message: { accountId, waitsFor, fill }, missingDeposit }: DeferredMessage,
): boolean =>
  (!waitsFor.account || accounts.has(accountId)) &&
  (!waitsFor.contract || (fill !== null && contracts.has(fill.instrument))) &&
  missingDeposit === null;

/** Content of a deposit that waits for its account; undefined when none of that id does. */
export function deferredDeposit({ deferred }: AccountsState, accountId: AccountId, depositId: string) {
  for (const { message } of deferred.values()) {
    const { deposit } = message;
    if (deposit?.depositId !== depositId || message.accountId !== accountId) continue;
    return contentOf(deposit.asset, dec(deposit.amount));
  }
  return undefined;
}

/** A fill that waits, by what it is known by; undefined when none does. */
export function deferredFill(
  { deferred }: AccountsState,
  { accountId, instrument, tradeId, side, fill: part }: FillIdentity,
): NonNullable<DeferredMessage['message']['fill']> | undefined {
  for (const { message } of deferred.values()) {
    const { fill } = message;
    if (fill === null || message.accountId !== accountId || fill.tradeId !== tradeId) continue;
    if (fill.instrument === instrument && fill.side === side && (fill.fill ?? 1) === part) return fill;
  }
  return undefined;
}
