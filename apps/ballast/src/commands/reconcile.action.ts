import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Table from 'cli-table3';
import { isExplained } from '@ballast/accounts-domain';
import { breaksPage, custodyLine, positionLine, type BreaksPage } from '@ballast/contracts';
import type { BallastClient } from '@ballast/exchange-client';
import { IDENTIFIER, invariant, isoOf, matches, rfc3339Of } from '@ballast/kernel';
import { UsageError } from '../usage-error.js';
import { readBooks } from './read-books.js';
import { servedHouse } from './served-house.js';
import { timeOption } from './time-option.js';

interface ReconcileOptions {
  readonly of: 'custody' | 'positions';
  readonly source: string;
  readonly asOf: string;
  readonly url: string;
  readonly json?: boolean;
}

type Break = BreaksPage['items'][number];

/** A person waits. */
const PATIENCE_MS = 10_000;

export async function reconcile(file: string, { of, source, asOf: at, url, json }: ReconcileOptions): Promise<void> {
  if (!matches(IDENTIFIER, source)) throw new UsageError(`--source ${source}: ${IDENTIFIER.remedy}`);
  const asOf = timeOption('--as-of', at);
  invariant(asOf !== undefined, '--as-of is required');
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code ?? error.message}): name an existing file`);
  });
  const text = bytes.toString('utf8');
  const lines = of === 'custody' ? readBooks(file, text, custodyLine) : readBooks(file, text, positionLine);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const ballast = servedHouse(url, { patienceMs: PATIENCE_MS });
  // The same file for the same moment is the same reconciliation, however often it is sent.
  const key = createHash('sha256').update(`${source} ${of} ${asOf} ${digest}`).digest('hex');
  const recorded = await ballast.post<{ readonly data: Counts }>(
    `/reconciliations/${of}`,
    { source, asOf: rfc3339Of(asOf), file: digest, lines },
    `reconcile/${key}`,
  );
  const ours = (await breaksOf(ballast)).filter((each) => each.source === source && each.of === of);
  process.stdout.write(json === true ? `${JSON.stringify(ours, null, 2)}\n` : told(recorded.data, ours));
  if (ours.some((each) => !isExplained(each))) process.exitCode = 1;
}

/** All lines that differ, page by page. */
async function breaksOf(ballast: BallastClient): Promise<readonly Break[]> {
  const breaks: Break[] = [];
  for (let after = ''; ;) {
    const { items, next } = breaksPage.parse(await ballast.get<unknown>(`/reconciliations/breaks?limit=500${after}`));
    breaks.push(...items);
    if (next === null) return breaks;
    after = `&after=${next}`;
  }
}

interface Counts {
  readonly compared: number;
  readonly differing: number;
  readonly opened: number;
  readonly changed: number;
  readonly matched: number;
}

function told({ compared, differing, opened, changed, matched }: Counts, breaks: readonly Break[]): string {
  const counts = `${compared} lines compared, ${differing} differ: ${opened} new, ${changed} changed; ${matched} agree again\n`;
  if (breaks.length === 0) return counts;
  const table = new Table({
    head: ['break', 'account', 'of', 'ledger', 'reported', 'since', 'explanation'],
    style: { head: [], border: [] },
  });
  for (const each of breaks) {
    const { breakId, accountId, asset, instrument, ledger, reported, since } = each;
    table.push([breakId, accountId ?? '', asset ?? instrument, ledger, reported, isoOf(since), explained(each)]);
  }
  return `${counts}${table.toString()}\n`;
}

function explained({ explanation }: Break): string {
  if (explanation === null) return 'none';
  const { text, proposer, approver } = explanation;
  return approver === null ? `${text} (${proposer}; a second person is missing)` : `${text} (${proposer}, ${approver})`;
}
