import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Genesis, HouseDocument } from '@ballast/event-sourcing';
import { SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { canonicalText, compareText, sha256 } from '@ballast/kernel';

/** The rules that the logs of a new house begin with, by the service that decides by them. */
export type HouseDocuments = Readonly<Record<ServiceLog, readonly HouseDocument[]>>;

/** A documents folder that cannot be read: names the file and what to do. */
export class DocumentFileError extends Error {
  override readonly name = 'DocumentFileError';
}

/** The bundled setting: reviewed files of this repository. */
export const BUNDLED_DOCUMENTS = path.join(path.dirname(fileURLToPath(import.meta.url)), '../documents');

/**
 * Reads a folder with one folder per service and one JSON file per document: `{ "kind", "id", "body" }`.
 * @throws DocumentFileError
 */
export function readHouseDocuments(folder: string = BUNDLED_DOCUMENTS): HouseDocuments {
  return Object.fromEntries(SERVICE_LOGS.map((log) => [log, documentsIn(path.join(folder, log))])) as HouseDocuments;
}

/** Who answers for the first rules when nobody is named. */
export const GENESIS_ACTOR = 'genesis';

/** What the log of a service begins with. */
export const genesisOf = (
  documents: HouseDocuments,
  log: ServiceLog,
  { author = GENESIS_ACTOR, approver = GENESIS_ACTOR }: Partial<Pick<Genesis, 'author' | 'approver'>> = {},
): Genesis => ({ author, approver, documents: documents[log] });

function documentsIn(folder: string): readonly HouseDocument[] {
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch {
    throw new DocumentFileError(
      `${folder} is no folder; give one with a folder for each of ${SERVICE_LOGS.join(', ')}`,
    );
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort(compareText)
    .map((name) => readDocument(path.join(folder, name)));
}

/**
 * Reads one document: `{ "kind", "id", "body" }`.
 * @throws DocumentFileError
 */
export function readDocument(file: string): HouseDocument {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new DocumentFileError(
      `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}; name a file that can be read`,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new DocumentFileError(`${file} is no JSON: ${(error as Error).message}`);
  }
  const { kind, id, body } = (content ?? {}) as Partial<HouseDocument>;
  if (typeof kind !== 'string' || typeof id !== 'string' || body === undefined) {
    throw new DocumentFileError(`${file} is no document; write { "kind": ..., "id": "<name>@<version>", "body": ... }`);
  }
  return { kind, id, hash: sha256(canonicalText(body)).toString('hex'), body };
}
