import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { fieldErrors } from '@ballast/contracts';
import { UsageError } from '../usage-error.js';

interface Row {
  /** Where it stands in the file. */
  readonly place: string;
  readonly fields: unknown;
}

/**
 * Reads the lines of somebody else's books, every one by a schema: JSON when the name says so, else CSV whose header names the fields.
 * @throws UsageError with file, line and field of the first thing that is wrong
 */
export function readBooks<Line>(file: string, text: string, schema: z.ZodType<Line> & z.ZodObject): readonly Line[] {
  const names = Object.keys(schema.shape);
  const rows = extname(file).toLowerCase() === '.json' ? jsonRows(file, text) : csvRows(file, text, names);
  return rows.map(({ place, fields }) => {
    const read = schema.safeParse(fields, { reportInput: true });
    if (read.success) return read.data;
    const [error] = fieldErrors(read.error);
    throw new UsageError(`${place}: ${error?.field ?? 'row'} ${error?.message ?? 'is wrong'}: ${error?.remedy ?? ''}`);
  });
}

function jsonRows(file: string, text: string): readonly Row[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not well-formed JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(rows)) throw new UsageError(`${file}: write a list of records`);
  return rows.map((fields: unknown, index) => ({ place: `${file}: record ${index + 1}`, fields }));
}

function csvRows(file: string, text: string, names: readonly string[]): readonly Row[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as typeof records;
  } catch (error) {
    const { message, lines } = error as Error & { lines?: number };
    throw new UsageError(`${file}:${lines ?? 1}: is not well-formed CSV: ${message}`);
  }
  const header = records[0]?.record ?? [];
  if (header.length !== names.length || names.some((name) => !header.includes(name))) {
    throw new UsageError(`${file}:1: the header must be ${names.join(',')}`);
  }
  return records.slice(1).map(({ record, info }) => ({
    place: `${file}:${info.lines}`,
    fields: Object.fromEntries(header.map((name, index) => [name, record[index]])),
  }));
}
