import { readBody, record, textOf, whole } from '@ballast/documents';
import type { CommandResult, LogEntry } from '@ballast/event-sourcing';
import { MOST_BOOK_ACCOUNTS, type AccountsEvents, type BookImportCommands, type FundEvents } from '@ballast/facts';
import { dec, IDENTIFIER, isNobody, LABEL, QUOTATION, REASON, SHA256_HEX, subjectOf } from '@ballast/kernel';
import { ACCOUNTS_REJECTIONS } from '../accounts.rejections.js';
import { keptAsset, type UnderRules } from '../ledger/assets.js';
import { postingsOf } from '../ledger/ledger.js';
import { readPositive } from '../reading/input-reading.js';
import {
  ACCOUNTS_OF_PART,
  digestOfBook,
  faultsOfBook,
  HEAD_FIELDS,
  type BookHead,
  type ImportedAccount,
} from './book.js';

type Judged = AccountsEvents['BookPartitionJudged'];

/** A book that a person brings and nobody has approved. */
export interface OpenImport {
  readonly begun: FundEvents['BookImportBegun'];
  readonly by: string;
  readonly parts: number;
  readonly accounts: readonly ImportedAccount[];
  /** What each partition says of its accounts. */
  readonly judged: ReadonlyMap<number, Judged>;
}

/** Books that were brought: at most one at a time, and how each of the others ended. */
export interface BookImports {
  open: OpenImport | null;
  readonly ended: Map<string, 'approved' | 'withdrawn'>;
}

export const noBookImports = (): BookImports => ({ open: null, ended: new Map() });

/** Why it is refused, and what to do. */
const REFUSALS = {
  'actor-missing': 'name the person: X-Actor',
  'import-open': 'another book is being imported: approve it or give it up first',
  'import-exists': 'a book of this id was brought before: take another id',
  'import-of-another': 'who began the import brings its parts',
  'import-unknown': 'no book of this id is being imported',
  'import-part-unexpected': 'parts come in their order, each once, and no more than were named',
  'import-incomplete': 'not every part of the book has come',
  'import-digest-differs': 'these accounts are not the ones that were signed',
  'import-not-judged': 'not every partition has judged its accounts: ask again',
  'proposer-may-not-approve': 'another person than the one who brought the book approves it',
} as const;

const refused = (code: keyof typeof REFUSALS): Refusal => ({
  refusal: { outcome: 'rejected', code, detail: REFUSALS[code] },
});
const refusedFor = (code: 'import-invalid' | 'import-faulty', why: readonly string[]): Refusal => ({
  refusal: { outcome: 'rejected', code, detail: why.slice(0, TOLD).join('; ') },
});
/** In the answer to a command; the report that a person reads has more. */
const TOLD = 5;

interface Refusal {
  readonly refusal: CommandResult;
}
type Outcome<Type extends keyof FundEvents> = { readonly fact: FundEvents[Type] } | Refusal;
type Command = Pick<LogEntry, 'payload' | 'actor'>;

const BEGIN = record({
  importId: textOf(IDENTIFIER),
  ...HEAD_FIELDS,
  digest: textOf(SHA256_HEX),
  signedBy: textOf(LABEL),
  signature: textOf(QUOTATION),
  parts: whole(1, MOST_BOOK_ACCOUNTS),
});
const PART = record({ importId: textOf(IDENTIFIER), part: whole(1, MOST_BOOK_ACCOUNTS), accounts: ACCOUNTS_OF_PART });
const APPROVAL = record({ importId: textOf(IDENTIFIER), digest: textOf(SHA256_HEX) });
const WITHDRAWAL = record({ importId: textOf(IDENTIFIER), reason: textOf(REASON) });

const headOf = ({ importId, asOf, custody, house }: BookHead): BookHead => ({ importId, asOf, custody, house });

/** What is the house's own is booked as it stands: in assets that are kept, in whole minor units. With it custody is too, as all else is. */
const houseDefects = (rules: UnderRules, { house }: BookHead): readonly string[] =>
  Object.entries(house).flatMap(([asset, own]) => {
    const kept = keptAsset(rules, asset);
    if (kept === undefined) return [`house.${asset}: ${ACCOUNTS_REJECTIONS['asset-not-kept']}`];
    if (dec(own).isZero()) return [];
    const reading = readPositive(own, kept.minorUnitDigits);
    return reading.readable ? [] : [`house.${asset}: ${ACCOUNTS_REJECTIONS[reading.code]}`];
  });

/** A person brings a book. @see docs/spec/accounts.md CLR-ACC-090 */
export function beginImport(
  imports: BookImports,
  rules: UnderRules,
  { payload, actor }: Command,
): Outcome<'BookImportBegun'> {
  const reading = readBody<BookImportCommands['BeginBookImport']>(payload, BEGIN, (head) => houseDefects(rules, head));
  if ('defects' in reading) return refusedFor('import-invalid', reading.defects);
  if (isNobody(actor)) return refused('actor-missing');
  if (imports.ended.has(reading.figures.importId)) return refused('import-exists');
  if (imports.open !== null) return refused('import-open');
  return { fact: reading.figures };
}

/** The next accounts of it; the last ones only if the whole is what was signed. */
export function addPart({ open }: BookImports, { payload, actor }: Command): Outcome<'BookPartAdded'> {
  const reading = readBody<BookImportCommands['AddBookPart']>(payload, PART);
  if ('defects' in reading) return refusedFor('import-invalid', reading.defects);
  const { importId, part, accounts } = reading.figures;
  if (open?.begun.importId !== importId) return refused('import-unknown');
  if (isNobody(actor)) return refused('actor-missing');
  if (subjectOf(open.by) !== subjectOf(actor)) return refused('import-of-another');
  const { parts } = open.begun;
  if (part !== open.parts + 1 || part > parts) return refused('import-part-unexpected');
  if (part === parts) {
    const whole = [...open.accounts, ...accounts];
    if (digestOfBook({ ...open.begun, accounts: whole }) !== open.begun.digest) return refused('import-digest-differs');
  }
  return { fact: { importId, part, parts, accounts } };
}

/**
 * Another person approves the book that he has read, once every partition has judged its accounts: all of them are booked or none.
 * @see docs/spec/accounts.md CLR-ACC-091
 */
export function approveImport(
  { open }: BookImports,
  { payload, actor }: Command,
  partitions: number,
): Outcome<'BookImportApproved'> {
  const reading = readBody(payload, APPROVAL);
  if ('defects' in reading) return refusedFor('import-invalid', reading.defects);
  if (isNobody(actor)) return refused('actor-missing');
  const { importId, digest } = reading.figures;
  if (open?.begun.importId !== importId) return refused('import-unknown');
  const { begun, by, parts, accounts, judged } = open;
  if (subjectOf(by) === subjectOf(actor)) return refused('proposer-may-not-approve');
  if (parts < begun.parts) return refused('import-incomplete');
  if (digest !== begun.digest) return refused('import-digest-differs');
  if (judged.size < partitions) return refused('import-not-judged');
  const reports = [...judged].sort(([a], [b]) => a - b).map(([, report]) => report);
  const faults = faultsOfBook({ ...headOf(begun), accounts }, reports);
  if (faults.length > 0) {
    const named = faults.map(({ accountId, detail }) => (accountId === null ? detail : `${accountId}: ${detail}`));
    return refusedFor('import-faulty', named);
  }
  return {
    fact: {
      importId,
      digest,
      accounts: accounts.length,
      postings: Object.entries(begun.house)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([asset, own]) => postingsOf(['custody', asset, dec(own).neg()], ['house/imported', asset, dec(own)])),
    },
  };
}

/** A book is given up; nothing of it was booked. */
export function withdrawImport({ open }: BookImports, { payload, actor }: Command): Outcome<'BookImportWithdrawn'> {
  const reading = readBody(payload, WITHDRAWAL);
  if ('defects' in reading) return refusedFor('import-invalid', reading.defects);
  if (isNobody(actor)) return refused('actor-missing');
  if (open?.begun.importId !== reading.figures.importId) return refused('import-unknown');
  return { fact: reading.figures };
}

/** A one-line answer for people. */
export const answeredFor = ({ importId }: { readonly importId: string }): CommandResult => ({
  outcome: 'accepted',
  data: { importId },
});

/** How imports follow from events. */
export const evolveImports = {
  begun(imports: BookImports, begun: FundEvents['BookImportBegun'], actor: string | null): void {
    imports.open = { begun, by: actor ?? '', parts: 0, accounts: [], judged: new Map() };
  },
  added(imports: BookImports, { part, accounts }: FundEvents['BookPartAdded']): void {
    const { open } = imports;
    if (open !== null) imports.open = { ...open, parts: part, accounts: [...open.accounts, ...accounts] };
  },
  judged(imports: BookImports, partition: number, report: Judged): void {
    const { open } = imports;
    if (open?.begun.importId !== report.importId) return;
    imports.open = { ...open, judged: new Map([...open.judged, [partition, report]]) };
  },
  ended(imports: BookImports, importId: string, how: 'approved' | 'withdrawn'): void {
    imports.open = null;
    imports.ended.set(importId, how);
  },
};

/** What stands of imports, for people. */
export function bookImportFigures({ open, ended }: BookImports, partitions: number) {
  return {
    open:
      open === null
        ? null
        : {
            importId: open.begun.importId,
            asOf: open.begun.asOf,
            digest: open.begun.digest,
            signedBy: open.begun.signedBy,
            by: open.by,
            accounts: open.accounts.length,
            parts: { come: open.parts, of: open.begun.parts },
            judged: { partitions: open.judged.size, of: partitions },
          },
    ended: [...ended].map(([importId, how]) => ({ importId, how })),
  };
}
