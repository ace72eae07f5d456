import fs from 'node:fs/promises';
import path from 'node:path';
import { caseFileSchema, type CaseFile } from './case-file.schema.js';
import { ConformanceFileError } from './conformance-file-error.js';

export interface LoadedCaseFile {
  /** Name within the directory. */
  readonly name: string;
  readonly content: CaseFile;
}

/**
 * Reads every `*.json` of a directory as a file of conformance cases, in the order of their names.
 * @throws ConformanceFileError naming file and field
 */
export async function loadCaseFiles(directory: string): Promise<readonly LoadedCaseFile[]> {
  const names = await jsonFilesOf(directory);
  return Promise.all(
    names.map(async (name) => ({ name, content: readCaseFile(name, await contentOf(path.join(directory, name))) })),
  );
}

/**
 * Reads the text of one file of cases.
 * @throws ConformanceFileError naming file and field
 */
export function readCaseFile(name: string, content: string): CaseFile {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new ConformanceFileError('not-json', name, '', `${name} is no JSON: ${(error as Error).message}`);
  }
  const read = caseFileSchema.safeParse(json);
  if (read.success) return read.data;
  const { path: place, message } = read.error.issues[0]!;
  const field = fieldText(place);
  throw new ConformanceFileError(
    'bad-case-file',
    name,
    field,
    `${name}: ${field === '' ? 'the file' : field}${caseIdText(json, place)}: ${message}`,
  );
}

async function jsonFilesOf(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = await fs.readdir(directory);
  } catch (error) {
    const why = (error as Error).message;
    throw new ConformanceFileError('directory-unreadable', directory, '', `cannot read the directory: ${why}`);
  }
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length > 0) return files;
  throw new ConformanceFileError('no-case-files', directory, '', `${directory} holds no *.json file of cases`);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new ConformanceFileError('file-unreadable', file, '', `cannot read ${file}: ${(error as Error).message}`);
  }
}

/** `cases[3].kind` */
function fieldText(place: readonly PropertyKey[]): string {
  return place.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  );
}

/** A list position alone is hard to find in a long file, so the id of the case is named with it. */
function caseIdText(json: unknown, place: readonly PropertyKey[]): string {
  const [list, index] = place;
  if (list !== 'cases' || typeof index !== 'number') return '';
  const id = (json as { cases: { id?: unknown }[] }).cases[index]?.id;
  return typeof id === 'string' ? ` (case ${id})` : '';
}
