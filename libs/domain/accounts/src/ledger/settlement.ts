import type { ContractSpecification } from '@ballast/instruments';
import type { AccountId, InstrumentId } from '@ballast/facts';
import { compareText, text, type Decimal } from '@ballast/kernel';
import type { AccountsState } from '../accounts.state.js';
import { roundMoney } from './assets.js';
import { postingsOf } from './ledger.js';
import type { Position } from './position.js';

export interface Holding {
  readonly holder: AccountId;
  readonly position: Position;
}

/** Who of the partition holds which of the contracts, in the order of ids; the accounts are looked through once. */
export function holdingsIn(
  state: AccountsState,
  instruments: readonly InstrumentId[],
): ReadonlyMap<InstrumentId, Holding[]> {
  const holdings = new Map<InstrumentId, Holding[]>(instruments.map((instrument) => [instrument, []]));
  for (const holder of [...state.accounts.keys()].sort(compareText)) {
    for (const [instrument, position] of state.accounts.get(holder)?.positions ?? []) {
      holdings.get(instrument)?.push({ holder, position });
    }
  }
  return holdings;
}

/** Sums of a settlement so far: what was due exactly, and what was paid. */
export interface Settled {
  readonly exact: Decimal;
  readonly paid: Decimal;
}

/**
 * Figures and entry of the house leg. Each client's event was posted exactly against `house/pnl` already, so only
 * suspense is left; the house takes the exact opposite of all others, and clients + suspense + house + rounding = 0.
 */
export function houseLeg(
  state: AccountsState,
  { settlementAsset }: ContractSpecification,
  clients: Settled,
  suspenseExact: Decimal,
) {
  const suspensePaid = roundMoney(state, suspenseExact, settlementAsset, 'credit');
  const exact = clients.exact.plus(suspenseExact);
  const unpaid = suspenseExact.minus(suspensePaid);
  return {
    asset: settlementAsset,
    houseAmount: text(exact.neg()),
    rounding: text(exact.minus(clients.paid).minus(suspensePaid)),
    postings: postingsOf(
      ['suspense', settlementAsset, suspensePaid],
      ['house/pnl', settlementAsset, suspenseExact.neg()],
      ['house/rounding', settlementAsset, unpaid],
    ),
  };
}
