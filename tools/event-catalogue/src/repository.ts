import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import { allEventSchemas, type EventSchema } from '@ballast/contracts';
import type { LogEntry } from '@ballast/event-sourcing';
import { catalogue } from './catalogue.js';
import { goldenFile, goldenSkeleton, type GoldenFile } from './golden-skeleton.js';

// The same number of folders up from src and from dist.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const GOLDEN_FOLDER = path.join(root, 'libs/contracts/src/golden');

export const EVENTS_FOLDER = path.join(root, 'docs/events');

const firstExample = ({ log, type, version }: EventSchema): string =>
  path.join(GOLDEN_FOLDER, log, `${type}.v${version}.json`);

/**
 * Writes the golden event of every type and version that has none, and the hash of every golden event that an author
 * took it from after giving it other figures. What has a hash is never touched.
 * @returns names of the files it wrote
 */
export async function completeGoldenEvents(): Promise<readonly string[]> {
  const options = (await prettier.resolveConfig(path.join(GOLDEN_FOLDER, 'event.json'))) ?? {};
  const written: string[] = [];
  const write = async (file: string, golden: GoldenFile): Promise<void> => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, await prettier.format(JSON.stringify(golden), { ...options, parser: 'json' }));
    written.push(path.relative(GOLDEN_FOLDER, file));
  };
  for (const event of allEventSchemas) {
    if (!fs.existsSync(firstExample(event))) await write(firstExample(event), goldenSkeleton(event));
  }
  const files = fs
    .readdirSync(GOLDEN_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'));
  for (const file of files.map((name) => path.join(GOLDEN_FOLDER, name))) {
    const golden = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<GoldenFile>;
    if (golden.sha256 === undefined && golden.entry !== undefined) await write(file, goldenFile(golden.entry));
  }
  return written;
}

/** The golden events of a type and version: the one that every event has, then its further cases by name. */
function goldenEntries({ log, type, version }: EventSchema): readonly LogEntry[] {
  const folder = path.join(GOLDEN_FOLDER, log);
  const first = `${type}.v${version}.json`;
  const further = fs.readdirSync(folder).filter((name) => name.startsWith(`${type}.v${version}.`) && name !== first);
  return [first, ...further.sort()].map((name) => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    return (JSON.parse(text) as GoldenFile).entry;
  });
}

/** The catalogue as docs/events should have it. */
export async function currentCatalogue(): Promise<ReadonlyMap<string, string>> {
  return catalogue(goldenEntries, (await prettier.resolveConfig(path.join(EVENTS_FOLDER, 'README.md'))) ?? {});
}

/** The catalogue as it stands in docs/events. */
export function writtenCatalogue(): ReadonlyMap<string, string> {
  const names = fs.existsSync(EVENTS_FOLDER) ? fs.readdirSync(EVENTS_FOLDER).sort() : [];
  return new Map(names.map((name) => [name, fs.readFileSync(path.join(EVENTS_FOLDER, name), 'utf8')]));
}
