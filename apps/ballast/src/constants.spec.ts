import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DOMAIN = path.join(ROOT, 'libs/domain');
const PAGE = 'docs/spec/constants.md';

/** Nothing can be said of these: nothing, one, a pair, the base of a notation. */
const PLAIN = new Set(['0', '1', '2', '10']);
const NUMERIC_TEXT = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** Units of time of the kernel: `HOUR_MS` in a rule is a figure as much as 3600000 would be. */
const UNIT = /^(SECOND|MINUTE|HOUR|DAY)_MS$/;

/** What a node of the code says in figures, as it is written but for the sign and `_`; undefined when it says none. */
function figureOf(node: ts.Node): string | undefined {
  const { parent } = node;
  if (ts.isIdentifier(node) && UNIT.test(node.text)) return ts.isImportSpecifier(parent) ? undefined : node.text;
  const isPlace = parent !== undefined && ts.isElementAccessExpression(parent) && parent.argumentExpression === node;
  if (isPlace || (parent !== undefined && ts.isLiteralTypeNode(parent))) return undefined;
  if (ts.isNumericLiteral(node)) return node.getText().replaceAll('_', '');
  return ts.isStringLiteralLike(node) && NUMERIC_TEXT.test(node.text) ? node.text.replace(/^-/, '') : undefined;
}

/** The figures of a module but the plain ones. */
function figuresIn(name: string, code: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const figure = figureOf(node);
    if (figure !== undefined && !PLAIN.has(figure)) found.add(figure);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true));
  return found;
}

/** By file below `libs/domain`, without tests and what only they use. */
const inCode = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const files = fs
    .readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter(
      (file) => /^[^/]+\/src\/.*\.ts$/.test(file) && !/\.(spec|int-spec|fixtures)\.ts$|\/testing\.ts$/.test(file),
    );
  const figures = files.map(
    (file) => [file, figuresIn(file, fs.readFileSync(path.join(DOMAIN, file), 'utf8'))] as const,
  );
  return new Map(figures.filter(([, found]) => found.size > 0));
};

/** A row of the page: where, and which figures; how many when a group has one reason, `any` where nothing is decided. */
interface Row {
  readonly where: string;
  readonly figures: ReadonlySet<string> | number | 'any';
}

/** Rows of the tables: | `file or folder/` | figures | why |. */
const rowsOf = (page: string): readonly Row[] =>
  [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \| [^|]*[^|\s][^|]* \|$/gm)].map(([, where = '', figures = '']) => {
    const text = figures.trim();
    const many = /^(\d+) figures$/.exec(text);
    if (many !== null) return { where, figures: Number(many[1]) };
    return { where, figures: text === 'any' ? text : new Set(text.split(', ')) };
  });

const covers = ({ where }: Row, file: string): boolean =>
  where.endsWith('/') ? file.startsWith(where) : file === where;

/** What the page and the code do not share, each with what to do. */
function differences(code: ReadonlyMap<string, ReadonlySet<string>>, rows: readonly Row[]): readonly string[] {
  const missing = [...code].flatMap(([file, figures]) => {
    const own = rows.filter((row) => covers(row, file));
    if (own.some((row) => !(row.figures instanceof Set))) return [];
    const listed = new Set(own.flatMap((row) => [...(row.figures as ReadonlySet<string>)]));
    return [...figures]
      .filter((figure) => !listed.has(figure))
      .map(
        (figure) =>
          `${figure} of libs/domain/${file} is not in ${PAGE}: move it into a house document if it decides, ` +
          'else add it to the table with the reason why it is code',
      );
  });
  const gone = rows.flatMap((row) => {
    const found = [...code].filter(([file]) => covers(row, file));
    if (row.figures === 'any') return [];
    if (typeof row.figures === 'number') {
      const count = found.reduce((total, [, figures]) => total + figures.size, 0);
      if (count === row.figures) return [];
      const change = 'look at what changed, move what decides into a house document, then correct the count';
      return [`${row.where} has ${count} figures, not the ${row.figures} of ${PAGE}: ${change}`];
    }
    const present = new Set(found.flatMap(([, figures]) => [...figures]));
    return [...row.figures]
      .filter((figure) => !present.has(figure))
      .map((figure) => `${figure} of ${row.where} in ${PAGE} is not in the code any more: take it out of the table`);
  });
  return [...missing, ...gone];
}

describe('constants of the domain [CLR-LOG-034]', () => {
  it('are read from house documents, or stand in the reviewed table with the reason why they are code', () => {
    expect(differences(inCode(), rowsOf(fs.readFileSync(path.join(ROOT, PAGE), 'utf8')))).toEqual([]);
  });

  it('are found as numbers, as texts and as units of time, not as places, types or plain figures', () => {
    const code = `
      import { HOUR_MS, dec } from '@ballast/kernel';
      type Level = 3 | 4;
      const share = dec('0.8').times(-1.5);
      const [first] = [list[7], list.length - 1, 10, 2];
      export const notice = (elapsedMs: number) => elapsedMs > 3 * HOUR_MS + 65_536;
      export const rate = form({ min: '-0.25', name: 'v5' });`;
    expect([...figuresIn('rule.ts', code)]).toEqual(['0.8', '1.5', '3', 'HOUR_MS', '65536', '0.25']);
  });

  it('that are new, and rows that lost theirs, are named with what to do', () => {
    const rows = rowsOf(
      '| `a/src/x.ts` | 3, 0.5 | A reason. |\n| `b/` | 2 figures | A method. |\n| `c/src/` | 9 |  |\n',
    );
    const code = new Map([
      ['a/src/x.ts', new Set(['3', '0.7'])],
      ['b/src/y.ts', new Set(['5'])],
      ['c/src/z.ts', new Set(['9'])],
    ]);
    expect(differences(code, rows)).toEqual([
      expect.stringMatching(
        /^0\.7 of libs\/domain\/a\/src\/x\.ts is not in .*: move it into a house document if it decides/,
      ),
      expect.stringMatching(/^9 of libs\/domain\/c\/src\/z\.ts is not in /),
      expect.stringMatching(/^0\.5 of a\/src\/x\.ts .* is not in the code any more: take it out/),
      expect.stringMatching(/^b\/ has 1 figures, not the 2 of/),
    ]);
  });
});
