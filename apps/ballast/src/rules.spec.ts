import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RULE = /CLR-[A-Z]{3}-\d{3}/g;

const textOf = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');

/** Every file of the repository, as it is stored or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
  .split('\n')
  .filter((file) => file !== '' && fs.existsSync(path.join(ROOT, file)));

const rulesIn = (text: string): readonly string[] => [...text.matchAll(RULE)].map(([rule]) => rule);

/** By rule, the pages that define it. */
function definitions(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const page of files.filter((file) => /^docs\/spec\/.*\.md$/.test(file))) {
    for (const [, rule = ''] of textOf(page).matchAll(/\*\*(CLR-[A-Z]{3}-\d{3})/g)) {
      found.set(rule, [...(found.get(rule) ?? []), page]);
    }
  }
  return found;
}

/** What the titles of tests cite: literals that begin a `describe`, an `it` or the title behind a table of theirs. */
const TITLE = /(?:\b(?:describe|it|test)(?:\.\w+)*|\)|`)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;

const titlesIn = (file: string): readonly string[] =>
  [...textOf(file).matchAll(TITLE)].map(([, , title = '']) => title);

const isTest = (file: string): boolean => /[.-]spec\.ts$/.test(file);

const untested = (): readonly string[] =>
  [...textOf('docs/spec/untested.md').matchAll(/^\| (CLR-[A-Z]{3}-\d{3}) \| \S/gm)].map(([, rule = '']) => rule);

describe('the rules of docs/spec', () => {
  const defined = definitions();
  const tested = new Set(files.filter(isTest).flatMap(titlesIn).flatMap(rulesIn));

  it('stand there once', () => {
    expect(defined.size).toBeGreaterThan(150);
    expect([...defined].filter(([, pages]) => pages.length > 1)).toEqual([]);
  });

  it('are the only ones that code, tests and pages cite', () => {
    const cited = files
      .filter((file) => /\.(ts|mjs|py|md)$/.test(file))
      .flatMap((file) => rulesIn(textOf(file)).map((rule) => ({ file, rule })));
    expect(cited.filter(({ rule }) => !defined.has(rule))).toEqual([]);
  });

  it('are cited by the title of a test, or listed as untested with a reason', () => {
    const listed = new Set(untested());
    expect([...defined.keys()].filter((rule) => !tested.has(rule) && !listed.has(rule))).toEqual([]);
  });

  it('are not listed as untested when a test cites them', () => {
    expect(untested().filter((rule) => tested.has(rule) || !defined.has(rule))).toEqual([]);
  });
});
