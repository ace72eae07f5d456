import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { bookNote, digestOfBook, type Book } from '@ballast/accounts-domain';
import { book as bookSchema, fieldErrors, type BookReport } from '@ballast/contracts';
import { CheckpointRejected, signedText } from '@ballast/event-log';
import { Refused, type BallastClient } from '@ballast/exchange-client';
import { dec, matches, QUOTATION } from '@ballast/kernel';
import type { KeyOptions } from '../composition/key-options.js';
import { signingKey } from '../composition/signing-key.js';
import { UsageError } from '../usage-error.js';
import { fileText, verifierKeyOf } from './file-text.js';
import { grouped } from './grouped.js';
import { servedHouse } from './served-house.js';

interface Served {
  readonly url: string;
}
interface Signed extends Served {
  readonly signature: string;
  readonly key: string;
  readonly actor: string;
}

/** A person waits. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;

const clientOf = ({ url }: Served, actor?: string): BallastClient =>
  servedHouse(url, { patienceMs: PATIENCE_MS, ...(actor !== undefined && { actor }) });

/** @throws UsageError naming the first field that does not fit, and what to write */
async function readBook(file: string): Promise<Book> {
  let written: unknown;
  try {
    written = JSON.parse(await fileText('the book', file, 'with a book'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} is not well-formed JSON: ${(error as Error).message}`);
  }
  const read = bookSchema.safeParse(written, { reportInput: true });
  if (read.success) return read.data;
  const [error] = fieldErrors(read.error);
  throw new UsageError(
    `${file}: ${error?.field ?? 'the book'} ${error?.message ?? 'is wrong'}: ${error?.remedy ?? ''}`,
  );
}

export async function signBook(file: string, options: KeyOptions): Promise<void> {
  const book = await readBook(file);
  const key = await signingKey(options);
  process.stdout.write(key.signNote(bookNote(book.importId, digestOfBook(book))));
  process.stderr.write(`signed by ${key.verifierKey}\n`);
}

export async function checkBook(file: string, options: Served & { readonly json?: boolean }): Promise<void> {
  const book = await readBook(file);
  const report = await clientOf(options).post<BookReport>('/book-imports/checks', { book });
  process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : told(report));
  if (report.faults.length > 0) process.exitCode = 1;
}

function told({ digest, accounts, positions, faults, outlook }: BookReport): string {
  const head = `${grouped(accounts)} accounts, ${grouped(positions)} positions, digest ${digest}\n`;
  if (outlook !== null) return `${head}nothing is wrong with it\n${toldOutlook(outlook)}`;
  const lines = faults.map(({ accountId, code, detail }) => `  ${accountId ?? 'the book'}  ${code}  ${detail}`);
  return `${head}what is wrong with it (${grouped(faults.length)}):\n${lines.join('\n')}\n`;
}

const usd = (amount: string): string => dec(amount).toFixed(2);

function toldOutlook({ states, unpriced, overordered, accounts }: NonNullable<BookReport['outlook']>): string {
  const entered = Object.entries(states).filter(([, count]) => count > 0);
  const counts = entered.map(([state, count]) => `${grouped(count)} ${state}`);
  if (unpriced > 0) counts.push(`${grouped(unpriced)} with a contract that has no price`);
  if (overordered > 0) counts.push(`${grouped(overordered)} with orders that ask more than they have`);
  const others = entered.reduce(
    (all, [state, count]) => (state === 'HEALTHY' ? all : all + count),
    overordered - accounts.length,
  );
  const lines = [
    `accounts at the prices now: ${counts.join(', ')}`,
    ...accounts.map(
      ({ accountId, state, headroom, figures: { equity, initial, call, liquidation } }) =>
        `  ${accountId}  ${state}  equity ${usd(equity)}, initial ${usd(initial)}, call ${usd(call)}, liquidation ${usd(liquidation)} USD${headroom === null ? '' : `; with its orders ${usd(headroom)} are left`}`,
    ),
    ...(others === 0 ? [] : [`  and ${grouped(others)} more`]),
  ];
  return `${lines.join('\n')}\n`;
}

export async function bringBook(file: string, options: Signed): Promise<void> {
  const { book, signedBy, signature } = await signedBook(file, options);
  const ballast = clientOf(options, options.actor);
  await ballast.post('/book-imports', { book, signedBy, signature }, randomUUID());
  process.stdout.write(`${book.importId}: ${grouped(book.accounts.length)} accounts wait for a second person\n`);
}

export async function approveBook(file: string, options: Signed): Promise<void> {
  const { book, digest } = await signedBook(file, options);
  const path = `/book-imports/${encodeURIComponent(book.importId)}/approvals`;
  await judged(() => clientOf(options, options.actor).post(path, { digest }, randomUUID()));
  process.stdout.write(`${book.importId}: ${grouped(book.accounts.length)} accounts are opened\n`);
}

/** Asks again while a partition has not said yet what it thinks of the book. */
async function judged(approve: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await approve();
      return;
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'import-not-judged' || performance.now() > until) throw error;
      await wait(PAUSE_MS);
    }
  }
}

export async function withdrawBook(
  file: string,
  options: Served & { readonly actor: string; readonly reason: string },
): Promise<void> {
  const book = await readBook(file);
  const path = `/book-imports/${encodeURIComponent(book.importId)}/withdrawals`;
  await clientOf(options, options.actor).post(path, { reason: options.reason }, randomUUID());
  process.stdout.write(`${book.importId} is given up\n`);
}

/** The book, once the pinned key has signed it. */
async function signedBook(file: string, { signature, key }: Signed) {
  const book = await readBook(file);
  const digest = digestOfBook(book);
  const note = await fileText('--signature', signature, 'with the signed note');
  const signedBy = await verifierKeyOf(key);
  const isOther = (): never => {
    throw new UsageError(`${signature} is of another book than ${file}: sign the file as it is now`);
  };
  try {
    if (signedText(note, signedBy, 'this book') !== bookNote(book.importId, digest)) isOther();
  } catch (error) {
    if (error instanceof CheckpointRejected) {
      throw new UsageError(
        `${signature}: ${error.message}; give what "ballast import sign" wrote, and --key of who signed`,
      );
    }
    throw error;
  }
  const [name = ''] = signedBy.split('+');
  const line = note.split('\n').find((each) => each.startsWith(`— ${name} `)) ?? '';
  if (!matches(QUOTATION, line)) isOther();
  return { book, digest, signedBy, signature: line };
}
