import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import type { EventSchema } from '@ballast/contracts';
import { catalogue } from './catalogue.js';

// The same number of folders up from src and from dist.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const golden = path.join(root, 'libs/contracts/src/golden');

export const EVENTS_FOLDER = path.join(root, 'docs/events');

/** The payloads of the golden events of a type and version: the one that every event has, then its further cases by name. */
export function goldenPayloads({ log, type, version }: EventSchema): readonly unknown[] {
  const folder = path.join(golden, log);
  const first = `${type}.v${version}.json`;
  const further = fs.readdirSync(folder).filter((name) => name.startsWith(`${type}.v${version}.`) && name !== first);
  return [first, ...further.sort()].map((name) => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    return (JSON.parse(text) as { readonly entry: { readonly payload: unknown } }).entry.payload;
  });
}

/** The catalogue as docs/events should have it. */
export async function currentCatalogue(): Promise<ReadonlyMap<string, string>> {
  return catalogue(goldenPayloads, (await prettier.resolveConfig(path.join(EVENTS_FOLDER, 'README.md'))) ?? {});
}

/** The catalogue as it stands in docs/events. */
export function writtenCatalogue(): ReadonlyMap<string, string> {
  const names = fs.existsSync(EVENTS_FOLDER) ? fs.readdirSync(EVENTS_FOLDER).sort() : [];
  return new Map(names.map((name) => [name, fs.readFileSync(path.join(EVENTS_FOLDER, name), 'utf8')]));
}
