import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Compressed, kilobytes of 1,000 bytes. */
const FIRST_LOAD = 170;
const FURTHER_PAGE = 60;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const built = path.resolve('apps/console/dist');
const manifest = JSON.parse(fs.readFileSync(path.join(built, '.vite/manifest.json'), 'utf8')) as Readonly<
  Record<string, Chunk>
>;

/** A chunk with all that it imports at once, and their styles. */
function filesOf(name: string, known = new Set<string>()): ReadonlySet<string> {
  const chunk = manifest[name] as Chunk;
  if (known.has(chunk.file)) return known;
  known.add(chunk.file);
  for (const style of chunk.css ?? []) known.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, known);
  return known;
}

const kilobytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(fs.readFileSync(path.join(built, file))).length, 0) / 1_000;

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true) ?? '';
const pages = Object.keys(manifest).filter((name) => manifest[name]?.isDynamicEntry === true);
const board = 'src/pages/board.tsx';

describe('what a browser loads', () => {
  it(`at the first page is at most ${FIRST_LOAD} kB`, () => {
    expect(kilobytes(new Set([...filesOf(entry), ...filesOf(board)]))).toBeLessThanOrEqual(FIRST_LOAD);
  });

  it.each(pages)(`for %s besides is at most ${FURTHER_PAGE} kB`, (page) => {
    const known = filesOf(entry);
    const further = [...filesOf(page)].filter((file) => !known.has(file));
    expect(further.length).toBeGreaterThan(0);
    expect(kilobytes(further)).toBeLessThanOrEqual(FURTHER_PAGE);
  });

  it('comes from this server: no file names another origin', () => {
    const addresses = fs
      .readdirSync(path.join(built, 'assets'))
      .flatMap((file) => fs.readFileSync(path.join(built, 'assets', file), 'utf8').match(/https?:\/\/[\w.-]+/g) ?? []);
    // Names of XML vocabularies and pages that messages of libraries point to; nothing of them is fetched.
    const named = [
      'http://www.w3.org',
      'https://react.dev',
      'https://tanstack.com',
      'http://localhost',
      'https://github.com',
    ];
    expect([...new Set(addresses)].filter((address) => !named.includes(address))).toEqual([]);
    expect(fs.readFileSync(path.join(built, 'index.html'), 'utf8')).not.toMatch(/(src|href)="(?!\/console\/|data:)/);
  });
});
