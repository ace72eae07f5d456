import { choice, list, named, optional, record, textOf, whole, type DocumentForm } from '@ballast/documents';
import type { BookImportCommands } from '@ballast/facts';
import { dayOf, TRAILING_DAYS } from '@ballast/instruments';
import {
  ACCOUNT_ID,
  ASSET,
  canonicalText,
  compareText,
  DAY_MS,
  DECIMAL,
  dec,
  IDENTIFIER,
  INSTRUMENT_ID,
  NON_NEGATIVE_DECIMAL,
  ownerOf,
  POSITIVE_DECIMAL,
  sha256,
  sum,
  text,
  VERSIONED_NAME,
  ZERO,
  type Asset,
  type Decimal,
  type OwnerId,
} from '@ballast/kernel';

/** An account of a book, with what it has when it comes. */
export type ImportedAccount = BookImportCommands['AddBookPart']['accounts'][number];

/** What a book says beside its accounts. */
export type BookHead = Pick<BookImportCommands['BeginBookImport'], 'importId' | 'asOf' | 'custody' | 'house'>;

/** A live book as it is signed. */
export interface Book extends BookHead {
  readonly accounts: readonly ImportedAccount[];
}

/** Lines in one part of a book, which travels as one command: an account, and each of its assets, positions, orders and days. */
export const MOST_PART_LINES = 1_000;

/** By which a book is known: what is signed, approved and in the log is the same book. SHA-256, hex. */
export const digestOfBook = ({ importId, asOf, custody, house, accounts }: Book): string =>
  sha256(canonicalText({ importId, asOf, custody, house, accounts })).toString('hex');

const linesOf = ({ collateral, positions, orders = [], volumes = [] }: ImportedAccount): number =>
  1 + Object.keys(collateral).length + positions.length + orders.length + volumes.length;

/** The accounts of a book in parts of at most so many lines, in their order; an account is never divided. */
export const partsOf = (accounts: readonly ImportedAccount[]): readonly (readonly ImportedAccount[])[] =>
  inParts(accounts, linesOf);

/** The same with the accounts of an owner side by side in one part, which has more lines only if one owner has. */
export function ownersInParts(accounts: readonly ImportedAccount[]): readonly (readonly ImportedAccount[])[] {
  const byOwner = new Map<OwnerId, ImportedAccount[]>();
  for (const account of accounts) {
    const owner = ownerOf(account.accountId);
    if (byOwner.get(owner)?.push(account) === undefined) byOwner.set(owner, [account]);
  }
  const lines = (own: readonly ImportedAccount[]): number => own.reduce((all, each) => all + linesOf(each), 0);
  return inParts([...byOwner.values()], lines).map((owners) => owners.flat());
}

function inParts<Item>(items: readonly Item[], linesOfItem: (item: Item) => number): readonly (readonly Item[])[] {
  const parts: Item[][] = [[]];
  let lines = 0;
  for (const item of items) {
    lines += linesOfItem(item);
    if (lines > MOST_PART_LINES && parts.at(-1)?.length !== 0) {
      parts.push([]);
      lines = linesOfItem(item);
    }
    parts.at(-1)?.push(item);
  }
  return parts;
}

/** Days of which an account brings volumes: the one that the book speaks of, and those before it that count. */
const VOLUME_DAYS = TRAILING_DAYS + 1;

/** Accounts of one part, as a command has them. */
export const ACCOUNTS_OF_PART: DocumentForm<readonly ImportedAccount[]> = list(
  record({
    accountId: textOf(ACCOUNT_ID),
    collateral: named(ASSET, textOf(DECIMAL)),
    positions: list(
      record({ instrument: textOf(INSTRUMENT_ID), quantity: textOf(DECIMAL), averagePrice: textOf(POSITIVE_DECIMAL) }),
      0,
      MOST_PART_LINES,
    ),
    marginModel: optional(textOf(VERSIONED_NAME), undefined),
    orders: optional(
      list(
        record({
          orderId: textOf(IDENTIFIER),
          instrument: textOf(INSTRUMENT_ID),
          side: choice(['buy', 'sell']),
          quantity: textOf(POSITIVE_DECIMAL),
          filledQuantity: textOf(NON_NEGATIVE_DECIMAL),
          price: textOf(POSITIVE_DECIMAL),
        }),
        0,
        MOST_PART_LINES,
      ),
      undefined,
    ),
    volumes: optional(
      list(record({ day: whole(0, Number.MAX_SAFE_INTEGER), volume: textOf(POSITIVE_DECIMAL) }), 0, VOLUME_DAYS),
      undefined,
    ),
  }),
  1,
  MOST_PART_LINES,
);

/** The head of a book, as a command has it. */
export const HEAD_FIELDS = {
  asOf: whole(0, Number.MAX_SAFE_INTEGER),
  custody: named(ASSET, textOf(NON_NEGATIVE_DECIMAL)),
  house: named(ASSET, textOf(NON_NEGATIVE_DECIMAL)),
};

/** Why a book cannot be imported; about one of its accounts, or about the whole. */
export interface BookFault {
  readonly accountId: string | null;
  readonly code: string;
  readonly detail: string;
}

type FaultOfAccount = BookFault & { readonly accountId: string };

/** Faults that are told of one book. */
export const MOST_FAULTS = 100;

/** Accounts, positions, orders and days that stand twice. */
function repeated(accounts: readonly ImportedAccount[]): readonly FaultOfAccount[] {
  const ofBook = twice(accounts.map(({ accountId }) => accountId)).map((accountId) => ({
    ...{ accountId, code: 'account-repeated' },
    detail: 'it stands in the book twice',
  }));
  const inAccounts = accounts.flatMap(({ accountId, positions, orders = [], volumes = [] }) => [
    ...twice(positions.map(({ instrument }) => instrument)).map((instrument) => ({
      ...{ accountId, code: 'position-repeated' },
      detail: `${instrument} stands there twice: write the sum`,
    })),
    ...twice(orders.map(({ orderId }) => orderId)).map((orderId) => ({
      ...{ accountId, code: 'order-repeated' },
      detail: `${orderId} stands there twice`,
    })),
    ...twice(volumes.map(({ day }) => day)).map((day) => ({
      ...{ accountId, code: 'volume-repeated' },
      detail: `the day ${day} stands there twice: write the sum`,
    })),
  ]);
  return [...ofBook, ...inAccounts];
}

function twice<Item>(items: readonly Item[]): readonly Item[] {
  const known = new Set<Item>();
  return items.filter((item) => known.has(item) || !known.add(item));
}

/** Days of volumes that count for no tier, as the book speaks of a moment. */
const strayDays = ({ asOf }: BookHead, accounts: readonly ImportedAccount[]): readonly FaultOfAccount[] =>
  accounts.flatMap(({ accountId, volumes = [] }) =>
    volumes.flatMap(({ day }) => {
      const isBegin = day % DAY_MS === 0;
      if (isBegin && day <= asOf && dayOf(day) >= dayOf(asOf) - TRAILING_DAYS) return [];
      const detail = isBegin
        ? `the day ${day} is none of that of asOf and the ${TRAILING_DAYS} before it: leave it out`
        : `${day} is no begin of a day (UTC)`;
      return [{ accountId, code: 'volume-day-invalid', detail }];
    }),
  );

/** Contracts whose positions do not cancel. */
function uncancelled(accounts: readonly ImportedAccount[]): readonly BookFault[] {
  const open = new Map<string, Decimal>();
  for (const { positions } of accounts) {
    for (const { instrument, quantity } of positions) {
      open.set(instrument, (open.get(instrument) ?? ZERO).plus(quantity));
    }
  }
  const openInOrder = [...open].sort(([a], [b]) => compareText(a, b));
  return openInOrder.flatMap(([instrument, quantity]) => {
    if (quantity.isZero()) return [];
    const detail = `the positions in ${instrument} sum to ${text(quantity)}: add the account that has the other side, such as one of the house`;
    return [{ accountId: null, code: 'positions-not-zero', detail }];
  });
}

/** As whoever mends the file goes through it: of each account in the order of the book. */
function inOrderOfBook(
  accounts: readonly ImportedAccount[],
  faults: readonly FaultOfAccount[],
): readonly FaultOfAccount[] {
  const places = new Map([...accounts.entries()].reverse().map(([place, { accountId }]) => [accountId, place]));
  const placeOf = ({ accountId }: FaultOfAccount): number => places.get(accountId) ?? accounts.length;
  return [...faults].sort((a, b) => placeOf(a) - placeOf(b));
}

/**
 * Assets of which the custodian does not keep what the book owes: collateral - costs of positions + the house's own. A position
 * is worth quantity * price - cost to its holder, and over all holders the first term cancels; so what was gained or lost
 * by closed trades, and lies with nobody, is minus the costs.
 * @param costs of all positions, each rounded up to the minor unit
 */
function unbalanced(
  { custody, house }: BookHead,
  accounts: readonly ImportedAccount[],
  costs: ReadonlyMap<Asset, Decimal>,
): readonly BookFault[] {
  const owed = new Map<Asset, Decimal>();
  const owe = (asset: Asset, more: Decimal): void => void owed.set(asset, (owed.get(asset) ?? ZERO).plus(more));
  for (const { collateral } of accounts) {
    for (const [asset, held] of Object.entries(collateral)) owe(asset, dec(held));
  }
  for (const [asset, cost] of costs) owe(asset, cost.neg());
  for (const [asset, own] of Object.entries(house)) owe(asset, dec(own));
  const assets = new Set([...owed.keys(), ...Object.keys(custody)]);
  return [...assets].sort(compareText).flatMap((asset) => {
    const due = owed.get(asset) ?? ZERO;
    const kept = dec(custody[asset] ?? '0');
    if (due.eq(kept)) return [];
    const detail = `the custodian keeps ${text(kept)} ${asset}; collateral ${text(
      sum(accounts.map(({ collateral }) => dec(collateral[asset] ?? '0'))),
    )} - costs of positions ${text(costs.get(asset) ?? ZERO)} + the house's own ${house[asset] ?? '0'} = ${text(due)}`;
    return [{ accountId: null, code: 'custody-differs', detail }];
  });
}

/** What partitions say of accounts of a book. */
export interface JudgedAccounts {
  readonly faults: readonly FaultOfAccount[];
  /** Costs of the positions, each rounded up to the minor unit, by settlement asset. */
  readonly costs: Readonly<Record<Asset, string>>;
}

/**
 * Everything that is wrong with a book: of its accounts in their order, then of the whole. Whether custody is right is asked of a book in which nothing else is wrong: the costs of
 * positions that cannot be booked are unknown.
 * @param judged by partitions, of all its accounts
 * @see docs/spec/accounts.md CLR-ACC-090
 */
export function faultsOfBook(
  { accounts, ...head }: Book,
  judged: readonly Pick<JudgedAccounts, 'costs' | 'faults'>[],
): readonly BookFault[] {
  const ofAccounts = [...repeated(accounts), ...strayDays(head, accounts), ...judged.flatMap((each) => each.faults)];
  const faults = [...inOrderOfBook(accounts, ofAccounts), ...uncancelled(accounts)];
  if (faults.length > 0) return faults;
  const costs = new Map<Asset, Decimal>();
  for (const each of judged) {
    for (const [asset, more] of Object.entries(each.costs)) costs.set(asset, (costs.get(asset) ?? ZERO).plus(more));
  }
  return unbalanced(head, accounts, costs);
}

/** What is signed of a book: its digest, in a text that no other note has. */
export const bookNote = (importId: string, digest: string): string => `ballast book\n${importId}\n${digest}\n`;
