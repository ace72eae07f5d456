import type { Asset, Posting } from '@ballast/facts';
import {
  ASSETS,
  compareText,
  dec,
  InvariantViolation,
  text,
  ZERO,
  type AccountId,
  type Decimal,
} from '@ballast/kernel';

/** Balances of one ledger account; positive = in favour of the named party. */
export type AssetBalances = { [asset: Asset]: Decimal };

/** The journal of one partition, folded: every ledger account that was ever posted to. */
export type Ledger = Map<string, AssetBalances>;

/** One line of a trial balance. */
export interface LedgerLine {
  readonly ledgerAccount: string;
  readonly asset: Asset;
  readonly amount: Decimal;
}

export interface TrialBalance {
  /** All balances that are not zero, by ledger account, then by asset. */
  readonly lines: readonly LedgerLine[];
  /** Sum of all ledger accounts per asset; zero in a sound ledger. */
  readonly totals: Readonly<AssetBalances>;
}

export const clientLedger = (accountId: AccountId): string => `client/${accountId}`;
export const heldLedger = (accountId: AccountId): string => `held/${accountId}`;

const NOTHING: Readonly<AssetBalances> = { USD: ZERO, BTC: ZERO, ETH: ZERO };

export function balanceOf(ledger: Ledger, ledgerAccount: string, asset: Asset): Decimal {
  return (ledger.get(ledgerAccount) ?? NOTHING)[asset] ?? ZERO;
}

/** One line of a journal entry before it is written down. */
export type JournalLine = readonly [ledgerAccount: string, asset: Asset, amount: Decimal];

/** Lines of a journal entry in the given order, those of zero left out. */
export function postingsOf(...lines: readonly JournalLine[]): Posting[] {
  const postings: Posting[] = [];
  for (const [ledgerAccount, asset, amount] of lines) {
    if (!amount.isZero()) postings.push({ ledgerAccount, asset, amount: text(amount) });
  }
  return postings;
}

/** Sum of the lines of one entry per asset; a balanced entry gives zero for every asset. */
export function entryTotals(postings: readonly Posting[]): AssetBalances {
  const totals: AssetBalances = { USD: ZERO, BTC: ZERO, ETH: ZERO };
  for (const { asset, amount } of postings) totals[asset] = (totals[asset] ?? ZERO).plus(dec(amount));
  return totals;
}

/**
 * Takes a journal entry into the balances.
 * @throws InvariantViolation when the entry does not balance per asset
 */
export function post(ledger: Ledger, postings: readonly Posting[]): void {
  const totals: { [A in Asset]?: Decimal } = {};
  for (const { ledgerAccount, asset, amount } of postings) {
    let balances = ledger.get(ledgerAccount);
    if (balances === undefined) {
      balances = { ...NOTHING };
      ledger.set(ledgerAccount, balances);
    }
    const change = dec(amount);
    balances[asset] = (balances[asset] ?? ZERO).plus(change);
    totals[asset] = totals[asset]?.plus(change) ?? change;
  }
  for (const asset of ASSETS) {
    const total = totals[asset];
    // The sentence is built only when it is needed: this runs for every entry.
    if (total !== undefined && !total.isZero()) {
      throw new InvariantViolation(`journal entry out of balance by ${text(total)} ${asset}`);
    }
  }
}

/** Sum of one ledger account over the lines of an entry. */
export function postedTo(postings: readonly Posting[], ledgerAccount: string, asset: Asset): Decimal {
  let total = ZERO;
  for (const posting of postings) {
    if (posting.ledgerAccount === ledgerAccount && posting.asset === asset) total = total.plus(dec(posting.amount));
  }
  return total;
}

/** All balances of a partition, and their sums per asset. */
export function trialBalance({ ledger }: { readonly ledger: Ledger }): TrialBalance {
  const lines: LedgerLine[] = [];
  const totals: AssetBalances = { ...NOTHING };
  for (const ledgerAccount of [...ledger.keys()].sort(compareText)) {
    for (const asset of ASSETS) {
      const amount = balanceOf(ledger, ledgerAccount, asset);
      totals[asset] = (totals[asset] ?? ZERO).plus(amount);
      if (!amount.isZero()) lines.push({ ledgerAccount, asset, amount });
    }
  }
  return { lines, totals };
}
