import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../../..');

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly '@ballast/source'?: string }>>;
}

/** Source file of each entry of each package, by what an import names. */
const entries = new Map<string, string>(
  ['libs', 'libs/domain'].flatMap((folder) =>
    fs.readdirSync(path.join(root, folder)).flatMap((name) => {
      const manifest = path.join(root, folder, name, 'package.json');
      if (!fs.existsSync(manifest)) return [];
      const { name: of, exports = {} } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as Manifest;
      return Object.entries(exports).map(
        ([entry, { '@ballast/source': file = '' }]) =>
          [path.posix.join(of, entry), path.join(root, folder, name, file)] as const,
      );
    }),
  ),
);

/** What a file imports when it is loaded: types alone load nothing. */
function importsOf(file: string): readonly string[] {
  const { statements } = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : statement;
    const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
    const isOfTypes =
      named !== undefined &&
      (ts.isNamedImports(named) || ts.isNamedExports(named)) &&
      named.elements.every((element) => element.isTypeOnly);
    const { moduleSpecifier } = statement;
    if (clause?.isTypeOnly === true || isOfTypes || moduleSpecifier === undefined) return [];
    return [(moduleSpecifier as ts.StringLiteral).text];
  });
}

/** Packages of others that are loaded with a file, by way of whatever it imports. */
function loadedWith(first: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const others = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) visit(path.resolve(path.dirname(file), name.replace(/\.js$/, '.ts')));
      else if (name.startsWith('@ballast/')) visit(entries.get(name) ?? name);
      else if (!name.startsWith('node:')) others.add(name);
    }
  };
  visit(first);
  return others;
}

/** A store, and figures: what a log is read and decided again with. */
const NEEDED = ['decimal.js', 'pg', 'typeorm'];

describe('what decides a log again', () => {
  it.each(['audit-worker.ts', '../commands/replay.action.ts', '../commands/verify.action.ts'])(
    '%s loads a store and the deciders, no framework and no schemas of an edge',
    (file) => {
      expect([...loadedWith(path.resolve(here, file))].sort()).toEqual(NEEDED);
    },
  );
});
