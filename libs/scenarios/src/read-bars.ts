import { type Bar, barProblem } from '@ballast/exchange-simulator-domain';
import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { ScenarioError } from './scenario-error.js';

const COLUMNS = ['ts_ms', 'open', 'high', 'low', 'close', 'volume'] as const;
type Column = (typeof COLUMNS)[number];
const DECIMAL = /^\d+(\.\d+)?$/;
/** USD; the tick of the simulated exchange. */
const LOWEST_PRICE = 0.01;
/** USD; whole cents of a position of a million contracts are still exact in a double. */
const HIGHEST_PRICE = 10_000_000;
const GZIP_MAGIC = [0x1f, 0x8b];

interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<Column, string>>;
}

/**
 * Reads the bars of one CSV or CSV.gz file: columns ts_ms (start of the bar, milliseconds since 1970 UTC), open, high,
 * low, close, volume; others are ignored. The bar length is the shortest distance of two rows. Rows ascend; an exact
 * repetition of a row counts once.
 * @throws ScenarioError naming file, line and field
 */
export async function readBars(file: string): Promise<readonly Bar[]> {
  const rows = withoutRepetitions(file, parseRows(file, await readText(file)));
  const [first, second] = rows;
  if (first === undefined) throw new ScenarioError(file, 'holds no bars: supply at least two rows below the header');
  if (second === undefined) {
    throw new ScenarioError(file, 'holds one bar only, which does not tell the bar length: supply at least two rows');
  }
  const durationMs = barLength(file, rows);
  return rows.map((row) => barOf(file, row, durationMs));
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new ScenarioError(file, `cannot be read (${codeOf(error)}): name an existing file`);
  }
  if (bytes.length === 0) throw new ScenarioError(file, 'is empty: supply a header and bars');
  const packed = bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];
  if (!packed && file.endsWith('.gz')) {
    throw new ScenarioError(file, 'is not gzip data: pack it again with gzip, or drop the ending .gz');
  }
  if (!packed) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw new ScenarioError(file, `is damaged gzip data (${codeOf(error)}): copy or pack it again`);
  }
}

/** The system's code, such as ENOENT, or else what the error says. */
function codeOf(error: unknown): string {
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  return code ?? message ?? String(error);
}

function parseRows(file: string, text: string): readonly Row[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as typeof records;
  } catch (error) {
    const { message, lines } = error as Error & { lines?: number };
    throw new ScenarioError(file, `is not well-formed CSV: ${message}`, lines);
  }
  const header = records[0]?.record;
  if (header === undefined) throw new ScenarioError(file, 'is empty: supply a header and bars');
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new ScenarioError(file, `has no column ${missing.join(', ')}: the header must name ${COLUMNS.join(',')}`, 1);
  }
  const places = COLUMNS.map((column) => [column, header.indexOf(column)] as const);
  return records.slice(1).map(({ record, info }) => ({
    line: info.lines,
    fields: Object.fromEntries(places.map(([column, place]) => [column, record[place] ?? ''])) as Row['fields'],
  }));
}

/** What a time of this century is in other units than milliseconds: so many digits before the point tell. */
const OTHER_UNITS = [
  [/^\d{9,10}$/, 'seconds', 'multiply by 1,000'],
  [/^\d{15,16}$/, 'microseconds', 'divide by 1,000'],
  [/^\d{18,19}$/, 'nanoseconds', 'divide by 1,000,000'],
] as const;

function startOf(file: string, { line, fields }: Row): number {
  const start = Number(fields.ts_ms);
  const other = OTHER_UNITS.find(([form]) => form.test(fields.ts_ms));
  if (other !== undefined) {
    const [, unit, remedy] = other;
    throw new ScenarioError(file, `ts_ms ${fields.ts_ms} is in ${unit}, not in milliseconds: ${remedy}`, line);
  }
  if (!/^\d+$/.test(fields.ts_ms) || !Number.isSafeInteger(start)) {
    throw new ScenarioError(file, `ts_ms must be whole milliseconds since 1970 UTC, not "${fields.ts_ms}"`, line);
  }
  return start;
}

function withoutRepetitions(file: string, rows: readonly Row[]): readonly Row[] {
  const kept: Row[] = [];
  for (const row of rows) {
    const start = startOf(file, row);
    const before = kept.at(-1);
    if (before === undefined || start > startOf(file, before)) kept.push(row);
    else if (start < startOf(file, before)) {
      throw new ScenarioError(file, `ts_ms ${row.fields.ts_ms} is earlier than the row above: sort the rows`, row.line);
    } else if (COLUMNS.some((column) => row.fields[column] !== before.fields[column])) {
      throw new ScenarioError(file, `ts_ms ${row.fields.ts_ms} stands twice with other prices: keep one row`, row.line);
    }
  }
  return kept;
}

function barLength(file: string, rows: readonly Row[]): number {
  const starts = rows.map((row) => startOf(file, row));
  let length = Infinity;
  for (let i = 1; i < starts.length; i++) length = Math.min(length, starts[i]! - starts[i - 1]!);
  const odd = starts.findIndex((start) => (start - starts[0]!) % length !== 0);
  if (odd >= 0) {
    throw new ScenarioError(
      file,
      `ts_ms ${starts[odd]} does not fit a bar length of ${length} ms: one file holds bars of one length`,
      rows[odd]!.line,
    );
  }
  return length;
}

function barOf(file: string, row: Row, durationMs: number): Bar {
  const { fields, line } = row;
  for (const column of ['open', 'high', 'low', 'close'] as const) {
    if (!DECIMAL.test(fields[column])) {
      throw new ScenarioError(file, `${column} must be a decimal such as 7961.3, not "${fields[column]}"`, line);
    }
    const price = Number(fields[column]);
    if (price < LOWEST_PRICE || price > HIGHEST_PRICE) {
      throw new ScenarioError(
        file,
        `${column} ${fields[column]} cannot be replayed, the exchange counts prices in whole cents: supply prices from ` +
          `${LOWEST_PRICE} to ${HIGHEST_PRICE} USD, quoted per 1,000 units if need be, or end the scenario before this bar`,
        line,
      );
    }
  }
  const { open, high, low, close } = fields;
  const bar: Bar = { start: startOf(file, row), durationMs, open, high, low, close };
  const problem = barProblem(bar);
  if (problem !== undefined) throw new ScenarioError(file, `${problem}: correct the row`, line);
  return bar;
}
