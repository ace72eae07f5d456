import type { Asset, Posting } from '@ballast/facts';
import { compareText, dec, InvariantViolation, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';

/** Balances of one ledger account in the order of asset names; positive = in favour of the named party. An absent one is zero. */
export type AssetBalances = Readonly<Record<Asset, Decimal>>;

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
  /** Sum of all ledger accounts per asset, in the order of names; zero in a sound ledger. */
  readonly totals: AssetBalances;
}

export const clientLedger = (accountId: AccountId): string => `client/${accountId}`;
export const heldLedger = (accountId: AccountId): string => `held/${accountId}`;

const KEPT_FOR_CLIENTS: ReadonlySet<string> = new Set(['in-transit', 'suspense']);

/** Whether what stands there belongs to clients: free, held for a withdrawal, on its way to another partition, or waiting for its account. */
export const isOfClients = (ledgerAccount: string): boolean =>
  ledgerAccount.startsWith('client/') || ledgerAccount.startsWith('held/') || KEPT_FOR_CLIENTS.has(ledgerAccount);

const NOTHING: AssetBalances = {};

export const balancesOf = (ledger: Ledger, ledgerAccount: string): AssetBalances =>
  ledger.get(ledgerAccount) ?? NOTHING;

export const balanceOf = (ledger: Ledger, ledgerAccount: string, asset: Asset): Decimal =>
  balancesOf(ledger, ledgerAccount)[asset] ?? ZERO;

/** Assets that anything was ever booked in, in the order of names. */
export const assetsOf = (ledger: Ledger): readonly Asset[] =>
  [...new Set([...ledger.values()].flatMap((balances) => Object.keys(balances)))].sort(compareText);

/** Balances with a change of one of them. */
export function changed(balances: AssetBalances, asset: Asset, change: Decimal): AssetBalances {
  const present = balances[asset];
  const after = { ...balances, [asset]: present?.plus(change) ?? change };
  // A name that is new came last.
  return present === undefined ? inOrder(after) : after;
}

const inOrder = (balances: AssetBalances): AssetBalances =>
  Object.fromEntries(Object.entries(balances).sort(([a], [b]) => compareText(a, b)));

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
  const totals: Record<Asset, Decimal> = {};
  for (const { asset, amount } of postings) totals[asset] = (totals[asset] ?? ZERO).plus(dec(amount));
  return totals;
}

/**
 * Takes a journal entry into the balances.
 * @throws InvariantViolation when the entry does not balance per asset
 */
export function post(ledger: Ledger, postings: readonly Posting[]): void {
  const totals: Record<Asset, Decimal> = {};
  for (const { ledgerAccount, asset, amount } of postings) {
    const change = dec(amount);
    ledger.set(ledgerAccount, changed(balancesOf(ledger, ledgerAccount), asset, change));
    totals[asset] = totals[asset]?.plus(change) ?? change;
  }
  for (const [asset, total] of Object.entries(totals)) {
    // The sentence is built only when it is needed: this runs for every entry.
    if (!total.isZero()) throw new InvariantViolation(`journal entry out of balance by ${text(total)} ${asset}`);
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
  const totals: Record<Asset, Decimal> = {};
  for (const [ledgerAccount, balances] of [...ledger].sort(([a], [b]) => compareText(a, b))) {
    for (const [asset, amount] of Object.entries(balances)) {
      totals[asset] = (totals[asset] ?? ZERO).plus(amount);
      if (!amount.isZero()) lines.push({ ledgerAccount, asset, amount });
    }
  }
  return { lines, totals: inOrder(totals) };
}
