import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const folders = (of: string): string[] => fs.readdirSync(path.join(root, of)).map((name) => path.join(of, name));

/** Folder of each package by its name. */
const packages = new Map<string, string>(
  ['apps', 'libs', 'libs/domain', 'tools'].flatMap(folders).flatMap((folder) => {
    const file = path.join(root, folder, 'package.json');
    if (!fs.existsSync(file)) return [];
    return [[(JSON.parse(fs.readFileSync(file, 'utf8')) as { name: string }).name, folder] as const];
  }),
);

const textIn = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

const parsed = (file: string): ts.SourceFile => ts.createSourceFile(file, textIn(file), ts.ScriptTarget.Latest);

const textOf = (name: ts.ModuleExportName | ts.Expression | undefined): string | undefined =>
  name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined;

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Names that a file exports, those of files it passes on included. */
function exportsOf(file: string): string[] {
  return parsed(file).statements.flatMap((statement): string[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (exportClause !== undefined && ts.isNamedExports(exportClause)) {
        return exportClause.elements.map(({ name }) => name.text);
      }
      if (exportClause !== undefined) return [exportClause.name.text];
      const target = textOf(moduleSpecifier) ?? '';
      return exportsOf(path.join(path.dirname(file), target.replace(/\.js$/, '.ts')));
    }
    if (!isExported(statement)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    const { name } = statement as ts.DeclarationStatement;
    return name === undefined ? [] : [name.text];
  });
}

interface Use {
  readonly from: string;
  readonly name: string;
}

/** What a file takes from packages. Of a module that it takes as a whole, what it reads of it. */
function usesOf(file: string): Use[] {
  const source = parsed(file);
  return source.statements.flatMap((statement): Use[] => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    // An entry beside the main one passes on names of the same package.
    const from = textOf(statement.moduleSpecifier)?.split('/').slice(0, 2).join('/');
    if (from === undefined || !packages.has(from)) return [];
    const named = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
    if (named === undefined) return [];
    if (ts.isNamespaceImport(named)) return membersOf(source, named.name.text).map((name) => ({ from, name }));
    if (!ts.isNamedImports(named) && !ts.isNamedExports(named)) return [];
    return named.elements.map(({ name, propertyName }) => ({ from, name: (propertyName ?? name).text }));
  });
}

/** `name` of every `of.name` in a file. */
function membersOf(source: ts.SourceFile, of: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && textOf(node.expression) === of) found.push(node.name.text);
    if (ts.isQualifiedName(node) && ts.isIdentifier(node.left) && node.left.text === of) found.push(node.right.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A test may use what the product uses; what only tests use belongs to a testing entry. */
const ONLY_TESTS = /\.(spec|int-spec|e2e-spec|fixtures|contract|suite)\.ts$/;
const TEST_PACKAGES = ['apps/clearing-e2e', 'libs/testing'];

const uses = new Map<string, Set<string>>();
const productFiles = new Set<string>();
for (const folder of packages.values()) {
  const source = path.join(root, folder);
  for (const inside of fs.readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, inside);
    if (!/\.(tsx?|mjs)$/.test(file) || /(^|\/)(dist|node_modules)\//.test(file) || ONLY_TESTS.test(file)) continue;
    if (TEST_PACKAGES.includes(folder)) continue;
    productFiles.add(file);
    for (const { from, name } of usesOf(file)) {
      // An example beside the sources is written as by somebody else.
      if (packages.get(from) === folder && inside.startsWith('src')) continue;
      const names = uses.get(from) ?? new Set();
      uses.set(from, names.add(name));
    }
  }
}

const fromTestingEntry = /from '@ballast\/[a-z-]+\/testing'/;
const libraries = [...packages].filter(([, folder]) => folder.startsWith('libs/'));

describe('a library exports what another one uses', () => {
  it.each(libraries)('%s', (name, folder) => {
    const used = uses.get(name) ?? new Set();
    const exported = exportsOf(path.join(folder, 'src/index.ts'));
    expect(exported.filter((each) => !used.has(each)).sort()).toEqual([]);
  });
});

describe('a testing entry', () => {
  it('is used by tests alone', () => {
    expect([...productFiles].filter((file) => fromTestingEntry.test(textIn(file)))).toEqual([]);
  });
});

describe('the edge', () => {
  const edge = [...productFiles].filter((file) => /^(apps\/ballast|libs\/gateway)\/src\//.test(file));

  it('holds no state of a process: it asks by queries of the domains', () => {
    expect(edge.filter((file) => /\bworkerOf\b/.test(textIn(file)))).toEqual([]);
    expect(edge.filter((file) => /\.(ask|tell|askAll)\([^)]*=>/.test(textIn(file)))).toEqual([]);
  });
});
