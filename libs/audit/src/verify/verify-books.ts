import { bookNote, digestOfBook } from '@ballast/accounts-domain';
import { CheckpointRejected, readPartition, signedText, type LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { nameOfLine, type AccountsEvents, type FundEvents } from '@ballast/facts';
import { canonicalText, dec, isNobody, partitionOfAccount, subjectOf } from '@ballast/kernel';
import type { Fault } from './fault.js';

type Recorded = Pick<LogEntry, 'type' | 'payload' | 'actor'>;

/** A line in which two books differ, as the events before have it. */
interface OpenBreak {
  readonly books: string;
  readonly line: string;
  readonly figures: string;
  readonly proposer: string | null;
  readonly isExplained: boolean;
}

const booksOf = ({ source, of }: { readonly source: string; readonly of: string }): string => `${source} ${of}`;
const figuresOf = ({ ledger, reported }: { readonly ledger: string; readonly reported: string }): string =>
  `${ledger} ${reported}`;

/**
 * Follows breaks from their events alone: each is opened once under the next id, changes to other figures, is explained by two persons and matched while it is open, and
 * a reconciliation leaves open as many as it found lines that differ.
 * @returns what is wrong with an event; null: nothing
 * @see docs/spec/accounts.md CLR-ACC-080, CLR-ACC-081
 */
export function breakJudge(): (event: Recorded) => string | null {
  const open = new Map<number, OpenBreak>();
  const last = new Map<string, number>();
  let opened = 0;
  const known = (breakId: number, source: string): OpenBreak | string => {
    const found = open.get(breakId);
    if (found === undefined) return `break ${breakId} is not open`;
    return found.books.startsWith(`${source} `) ? found : `break ${breakId} is not of ${source}`;
  };
  const change = (breakId: number, source: string, next: (found: OpenBreak) => OpenBreak | string | null) => {
    const found = known(breakId, source);
    if (typeof found === 'string') return found;
    const after = next(found);
    if (typeof after === 'string') return after;
    if (after === null) open.delete(breakId);
    else open.set(breakId, after);
    return null;
  };
  return ({ type, payload, actor }) => {
    switch (type as keyof FundEvents) {
      case 'BreakOpened': {
        const of = payload as FundEvents['BreakOpened'];
        if (of.breakId !== opened + 1) return `break ${of.breakId} follows ${opened}`;
        const [books, line] = [booksOf(of), nameOfLine(of)];
        if ([...open.values()].some((each) => each.books === books && each.line === line)) {
          return `${line} of ${books} is open already`;
        }
        if (dec(of.ledger).eq(of.reported)) return `break ${of.breakId}: the two agree`;
        opened = of.breakId;
        open.set(of.breakId, { books, line, figures: figuresOf(of), proposer: null, isExplained: false });
        return null;
      }
      case 'BreakChanged': {
        const of = payload as FundEvents['BreakChanged'];
        return change(of.breakId, of.source, (found) => {
          if (found.figures === figuresOf(of)) return `break ${of.breakId} has not changed`;
          if (dec(of.ledger).eq(of.reported)) return `break ${of.breakId}: the two agree`;
          return { ...found, figures: figuresOf(of), proposer: null, isExplained: false };
        });
      }
      case 'BreakMatched': {
        const { breakId, source } = payload as FundEvents['BreakMatched'];
        return change(breakId, source, () => null);
      }
      case 'BreakExplanationProposed': {
        const { breakId, source } = payload as FundEvents['BreakExplanationProposed'];
        return change(breakId, source, (found) => {
          if (found.isExplained) return `break ${breakId} is explained already`;
          return isNobody(actor) ? `nobody explains break ${breakId}` : { ...found, proposer: actor };
        });
      }
      case 'BreakExplained': {
        const { breakId, source } = payload as FundEvents['BreakExplained'];
        return change(breakId, source, (found) => {
          if (found.proposer === null || found.isExplained) return `break ${breakId} waits for no approval`;
          return isNobody(actor) || subjectOf(found.proposer) === subjectOf(actor)
            ? `break ${breakId} is explained by one person`
            : { ...found, isExplained: true };
        });
      }
      case 'ReconciliationRecorded': {
        const of = payload as FundEvents['ReconciliationRecorded'];
        const differ = [...open.values()].filter(({ books }) => books === booksOf(of)).length;
        if (differ !== of.differing) return `${of.differing} lines of ${booksOf(of)} differ, and ${differ} are open`;
        if (of.differing > of.compared) return `${of.differing} of ${of.compared} lines differ`;
        if (of.asOf < (last.get(booksOf(of)) ?? 0)) return `${booksOf(of)} goes back to ${of.asOf}`;
        last.set(booksOf(of), of.asOf);
        return null;
      }
      default:
        return null;
    }
  };
}

/** Books that two persons approved, by import id: each account with what it has to come with. */
export type ImportedBooks = Map<string, Map<string, string>>;

type BookedAccount = FundEvents['BookPartAdded']['accounts'][number];

/** What an account comes with. */
interface Content {
  readonly collateral: object;
  readonly positions: readonly string[];
  readonly model: string | null;
  readonly orders: NonNullable<BookedAccount['orders']>;
  readonly volumes: NonNullable<BookedAccount['volumes']>;
}

/** In one text, whatever the order of the positions; that of the orders is the one in which they are judged. */
const textOf = ({ collateral, positions, model, orders, volumes }: Content): string =>
  canonicalText({ collateral, positions: [...positions].sort(), model, orders, volumes });

const contentOf = ({ collateral, positions, marginModel, orders, volumes }: BookedAccount): Content => ({
  collateral,
  positions: positions.map(({ instrument, quantity, averagePrice }) =>
    positionText(instrument, quantity, averagePrice),
  ),
  model: marginModel ?? null,
  orders: orders ?? [],
  volumes: volumes ?? [],
});

/**
 * Follows books that are imported: what was approved has the digest that was signed, by the key that is named, and another person approved it.
 * @see docs/spec/accounts.md CLR-ACC-090, CLR-ACC-091
 */
export function importJudge(approved: ImportedBooks): (event: Recorded) => string | null {
  let open: {
    begun: FundEvents['BookImportBegun'];
    by: string | null;
    accounts: FundEvents['BookPartAdded']['accounts'];
  } | null = null;
  return ({ type, payload, actor }) => {
    switch (type as keyof FundEvents) {
      case 'BookImportBegun':
        if (open !== null) return `a book is begun while ${open.begun.importId} is open`;
        open = { begun: payload as FundEvents['BookImportBegun'], by: actor, accounts: [] };
        return signatureFault(open.begun);
      case 'BookPartAdded': {
        const { importId, accounts } = payload as FundEvents['BookPartAdded'];
        if (open?.begun.importId !== importId) return `a part of ${importId}, which is not open`;
        open = { ...open, accounts: [...open.accounts, ...accounts] };
        return null;
      }
      case 'BookImportWithdrawn':
        open = null;
        return null;
      case 'BookImportApproved': {
        const { importId, digest } = payload as FundEvents['BookImportApproved'];
        if (open?.begun.importId !== importId) return `${importId} is approved and not open`;
        const { begun, by, accounts } = open;
        open = null;
        if (isNobody(by) || isNobody(actor) || subjectOf(by ?? '') === subjectOf(actor ?? '')) {
          return `${importId} is imported by one person`;
        }
        const { asOf, custody, house } = begun;
        if (digest !== begun.digest || digestOfBook({ importId, asOf, custody, house, accounts }) !== digest) {
          return `${importId} is another book than was signed`;
        }
        approved.set(importId, new Map(accounts.map((account) => [account.accountId, textOf(contentOf(account))])));
        return null;
      }
      default:
        return null;
    }
  };
}

const positionText = (instrument: string, quantity: string, averagePrice: string): string =>
  `${dec(quantity).toFixed()} ${instrument} at ${averagePrice}`;

function signatureFault({ importId, digest, signedBy, signature }: FundEvents['BookImportBegun']): string | null {
  try {
    signedText(`${bookNote(importId, digest)}\n${signature}\n`, signedBy, importId);
    return null;
  } catch (error) {
    if (error instanceof CheckpointRejected) return `${importId}: ${error.message}`;
    throw error;
  }
}

/** What one account was booked from a book. */
interface Came extends Content {
  readonly importId: string;
}

/** What a partition booked from books, account by account. */
async function cameOf(
  logs: LogDirectory,
  partition: number,
  onRead: (entries: number) => void,
): Promise<ReadonlyMap<string, Came>> {
  const came = new Map<string, Came>();
  const models = new Map<string, string>();
  for await (const { type, payload, cause } of readPartition(logs.log('accounts'), partition)) {
    onRead(1);
    // An owner chooses by command, a book by its approval.
    if (type === 'MarginModelChosen' && cause.kind === 'event') {
      const { accountId, model } = payload as AccountsEvents['MarginModelChosen'];
      models.set(accountId, model);
    }
    if (type !== 'AccountImported') continue;
    const { accountId, importId, collateral, positions, orders, volumes } =
      payload as AccountsEvents['AccountImported'];
    const held = positions.map((each) => positionText(each.instrument, each.quantity, each.averagePrice));
    came.set(accountId, {
      ...{ importId, collateral, positions: held, orders, volumes },
      model: models.get(accountId) ?? null,
    });
  }
  return came;
}

/** Books of others that were held against the ledger, and books that were imported. */
export async function verifyBooks(logs: LogDirectory, onRead: (entries: number) => void): Promise<Fault | undefined> {
  const approved: ImportedBooks = new Map();
  const judges = [breakJudge(), importJudge(approved)];
  for await (const entry of readPartition(logs.log('accounts'), GLOBAL)) {
    onRead(1);
    for (const judge of judges) {
      const what = judge(entry);
      if (what !== null) return { log: 'accounts', partition: GLOBAL, position: entry.position, what };
    }
  }
  for (let partition = 0; partition < logs.partitions; partition++) {
    const came = await cameOf(logs, partition, onRead);
    // A partition books all of its accounts at once: where one has come, all have.
    const importIds = new Set([...came.values()].map(({ importId }) => importId));
    const expected = [...importIds].flatMap((importId) => [...(approved.get(importId) ?? [])]);
    const due = expected.filter(([accountId]) => partitionOfAccount(accountId, logs.partitions) === partition);
    for (const accountId of new Set([...came.keys(), ...due.map(([id]) => id)])) {
      const booked = came.get(accountId);
      if (booked !== undefined && approved.get(booked.importId)?.get(accountId) === textOf(booked)) continue;
      const what = `${accountId} came with something else than its book says`;
      return { log: 'accounts', partition, position: null, what };
    }
  }
  return undefined;
}
