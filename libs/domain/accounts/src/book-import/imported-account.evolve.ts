import type { FundEvents } from '@ballast/facts';
import { partitionOfAccount } from '@ballast/kernel';
import { hold, touch, type AccountsState, type Evolution } from '../accounts.state.js';
import { countBroughtVolumes } from '../fees/fee-tiers.js';
import { attributePnl, bookOf } from '../ledger/instrument-book.js';
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

export const importEvolution: Evolution<
  'BookPartitionJudged' | 'CollateralImported' | 'PositionImported' | 'VolumesImported' | 'OrdersImported'
> = {
  BookPartitionJudged: () => undefined,
  CollateralImported(state, { version, payload: { accountId, postings } }) {
    touch(state, accountId, version, true);
    post(state.ledger, postings);
  },
  /** No trade: its cost stands against `house/pnl` from the beginning, so the value traded here is what it was. */
  PositionImported(state, { version, payload: { accountId, position: figures, postings } }) {
    const position = positionOf(figures);
    hold(touch(state, accountId, version, true), figures.instrument, position);
    post(state.ledger, postings);
    const book = bookOf(state, figures.instrument);
    book.houseQuantity = book.houseQuantity.minus(position.quantity);
    attributePnl(book, postings);
  },
  VolumesImported(state, { version, payload }) {
    touch(state, payload.accountId, version, false);
    countBroughtVolumes(state, payload);
  },
  /** Orders are risk, which margin judges; here only their fills are booked. */
  OrdersImported: (state, { version, payload: { accountId } }) => void touch(state, accountId, version, false),
};
