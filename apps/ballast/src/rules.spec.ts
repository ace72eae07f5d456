import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Also what is written wrongly, so that it is found to be no rule. */
const RULE = /CLR-[A-Za-z]+-\d+/g;

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

/** The names that a callee is made of: `it.each(table)` and `(runs ? describe : describe.skip)` are made of those within. */
function namesOf(callee: ts.Expression): readonly string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) return [...namesOf(callee.expression), callee.name.text];
  if (ts.isCallExpression(callee)) return namesOf(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return namesOf(callee.tag);
  if (ts.isParenthesizedExpression(callee)) return namesOf(callee.expression);
  if (ts.isConditionalExpression(callee)) return namesOf(callee.whenTrue);
  return [];
}

/** The titles of the tests of a file, without those that never run. */
function titlesIn(file: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    const [first = '', ...others] = ts.isCallExpression(node) ? namesOf(node.expression) : [];
    if (['describe', 'it', 'test'].includes(first)) {
      if (others.some((name) => name === 'skip' || name === 'todo')) return;
      const [title] = (node as ts.CallExpression).arguments;
      if (title !== undefined && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
        titles.push(title.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true));
  return titles;
}

const isTest = (file: string): boolean => /[.-]spec\.ts$/.test(file);

const untested = (): readonly string[] =>
  [...textOf('docs/spec/untested.md').matchAll(/^\| (CLR-[A-Z]{3}-\d{3}) \| [^\s|]/gm)].map(([, rule = '']) => rule);

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
