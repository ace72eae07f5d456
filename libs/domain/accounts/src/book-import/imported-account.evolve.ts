import type { FundEvents } from '@ballast/facts';
import { partitionOfAccount } from '@ballast/kernel';
import { hold, touch, type AccountsState, type Evolution } from '../accounts.state.js';
import { countBroughtVolumes } from '../fees/fee-tiers.js';
import { bookOf } from '../ledger/instrument-book.js';
import { post } from '../ledger/ledger.js';
import { positionOf } from '../ledger/position.js';

/** Of a part of a book the accounts that would live here wait for its approval; nobody else opens one of their ids. */
export function noteBookPart(state: AccountsState, { importId, accounts }: FundEvents['BookPartAdded']): void {
  const { partition, partitions } = state;
  const waiting = state.importing?.importId === importId ? state.importing : { importId, accounts: new Map() };
  state.importing = waiting;
  for (const account of accounts) {
    const { accountId } = account;
    if (partitionOfAccount(accountId, partitions) === partition) waiting.accounts.set(accountId, account);
  }
}

export const importEvolution: Evolution<'BookPartitionJudged' | 'AccountImported'> = {
  BookPartitionJudged: () => undefined,
  /**
   * No trade: what a position cost stands against `house/pnl` from the beginning, so the value traded here is what it was. Orders are risk, which margin
   * judges; here only their fills are booked.
   */
  AccountImported(state, { version, payload }) {
    const account = touch(state, payload.accountId, version, true);
    post(state.ledger, payload.postings);
    for (const figures of payload.positions) {
      const position = positionOf(figures);
      hold(account, figures.instrument, position);
      const book = bookOf(state, figures.instrument);
      book.houseQuantity = book.houseQuantity.minus(position.quantity);
      book.housePnl = book.housePnl.minus(position.cost);
    }
    countBroughtVolumes(state, payload);
  },
};
