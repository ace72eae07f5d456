import fs from 'node:fs/promises';
import path from 'node:path';
import { caseFileSchema, caseSchema, type FileCase } from './case-file.schema.js';
import { ConformanceFileError } from './conformance-file-error.js';

/** A case out of shape: it fails with this message, and the others of its file run. */
export class MalformedCase {
  constructor(
    readonly id: string,
    readonly kind: string,
    readonly message: string,
  ) {}
}

export interface CaseFile {
  readonly engine: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly tolerance?: unknown;
  readonly cases: readonly (FileCase | MalformedCase)[];
}

export interface LoadedCaseFile {
  /** Name within the directory. */
  readonly name: string;
  readonly content: CaseFile;
}

/** What a directory holds: files of cases, and files that cannot be read as such. */
export interface CaseDirectory {
  readonly files: readonly LoadedCaseFile[];
  readonly unreadable: readonly ConformanceFileError[];
}

/**
 * Reads every `*.json` of a directory as a file of conformance cases, in the order of their names.
 * @throws ConformanceFileError when there is no such directory, or no such file in it
 */
export async function loadCaseFiles(directory: string): Promise<CaseDirectory> {
  const names = await jsonFilesOf(directory);
  const read = await Promise.all(names.map((name) => readOrRefuse(name, directory)));
  return {
    files: read.filter((file): file is LoadedCaseFile => !(file instanceof ConformanceFileError)),
    unreadable: read.filter((file) => file instanceof ConformanceFileError),
  };
}

async function readOrRefuse(name: string, directory: string): Promise<LoadedCaseFile | ConformanceFileError> {
  try {
    return { name, content: readCaseFile(name, await contentOf(path.join(directory, name))) };
  } catch (error) {
    if (error instanceof ConformanceFileError) return error;
    throw error;
  }
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
  if (read.success) return { ...read.data, cases: read.data.cases.map(readCase) };
  const { path: place, message } = read.error.issues[0]!;
  const field = fieldText(place);
  const what = field === '' ? 'the file' : field;
  throw new ConformanceFileError('bad-case-file', name, field, `${name}: ${what}: ${message}`);
}

function readCase(json: unknown, index: number): FileCase | MalformedCase {
  const read = caseSchema.safeParse(json);
  if (read.success) return read.data;
  const { path: place, message } = read.error.issues[0]!;
  const { id, kind } = (json ?? {}) as { readonly id?: unknown; readonly kind?: unknown };
  const where = fieldText(['cases', index, ...place]);
  return new MalformedCase(named(id) ?? `cases[${index}]`, named(kind) ?? '(no kind)', `${where}: ${message}`);
}

const named = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

async function jsonFilesOf(directory: string): Promise<string[]> {
  let names: string[];
  try {
    names = await fs.readdir(directory);
  } catch (error) {
    const why = (error as Error).message;
    const message = `cannot read the directory: ${why}; name a directory that holds *.json files of cases`;
    throw new ConformanceFileError('directory-unreadable', directory, '', message);
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
