import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface Message {
  readonly ruleId: string | null;
  readonly line: number;
  readonly message: string;
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

// ESLint loads its configuration by itself, which Jest's module registry does not survive: it runs in a process of its own.
// The rules under test need no types, and leaving types out saves the whole program's loading.
const linter = `
  import { createProjectGraphAsync } from '@nx/devkit';
  import { ESLint } from 'eslint';
  import tseslint from 'typescript-eslint';
  await createProjectGraphAsync();
  const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });
  const files = JSON.parse(process.argv[1]);
  const results = [];
  for (const { filePath, text } of files) results.push((await eslint.lintText(text, { filePath }))[0].messages);
  console.log('\\n' + JSON.stringify(results));
`;

function lint(files: readonly { readonly filePath: string; readonly text: string }[]): Message[][] {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', linter, JSON.stringify(files)], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Message[][];
}

const forbidden = [
  { code: `import '@nestjs/common';`, rule: '@nx/enforce-module-boundaries', why: 'a decision knows no framework' },
  { code: `import 'pg';`, rule: '@nx/enforce-module-boundaries', why: 'a decision reads no database' },
  { code: `import 'decimal.js';`, rule: '@nx/enforce-module-boundaries', why: 'amounts come from the kernel' },
  {
    code: `import '@ballast/accounts-domain';`,
    rule: '@nx/enforce-module-boundaries',
    why: 'margin knows no accounts',
  },
  { code: `import '@ballast/messaging';`, rule: '@nx/enforce-module-boundaries', why: 'a decision sends nothing' },
  { code: `import 'node:fs';`, rule: 'no-restricted-imports', why: 'a decision reads no file' },
  { code: `import 'crypto';`, rule: 'no-restricted-imports', why: 'the old names are builtins too' },
  { code: `export const a = Date.now();`, rule: 'no-restricted-globals', why: 'clearing time is passed in' },
  { code: `export const b = new Date(0);`, rule: 'no-restricted-globals', why: 'no time zone of a machine' },
  { code: `export const c = process.pid;`, rule: 'no-restricted-globals', why: 'no environment' },
  { code: `export const d = Math.random();`, rule: 'no-restricted-properties', why: 'replay would differ' },
  { code: `export const e = Math.exp(1);`, rule: 'no-restricted-properties', why: 'the last bit is the engine’s' },
] as const;

const permitted = `import '@ballast/kernel';
import '@ballast/event-sourcing';
import '@ballast/facts';

export const larger = Math.max(1, 2);
`;

const upward = [
  { from: 'event-sourcing', to: 'facts', why: 'a machine knows no fact' },
  { from: 'contracts', to: 'event-log', why: 'what is written down knows no store' },
  { from: 'event-log', to: 'partition-worker', why: 'a log knows no writer' },
  { from: 'event-log', to: 'messaging', why: 'a log knows no bus' },
  { from: 'messaging', to: 'event-log', why: 'a bus knows no store' },
  { from: 'partition-worker', to: 'messaging', why: 'a worker is given what it sends by' },
  { from: 'partition-worker', to: 'margin-domain', why: 'a worker runs any process' },
  { from: 'read-models', to: 'partition-worker', why: 'a view decides nothing' },
  { from: 'audit', to: 'services', why: 'an auditor needs logs, not a running service' },
  { from: 'audit', to: 'read-models', why: 'an auditor believes no view' },
  { from: 'services', to: 'audit', why: 'a service does not judge itself' },
  { from: 'scenarios', to: 'services', why: 'a scenario is read without a house' },
  { from: 'services', to: 'comparison', why: 'a house does not know what it is compared with' },
  { from: 'comparison', to: 'messaging', why: 'houses are compared in one process' },
] as const;

describe('the boundaries between layers', () => {
  let domain: Message[];
  let clean: Message[];
  let kernel: Message[];
  let layers: readonly Message[][];

  beforeAll(() => {
    [domain = [], clean = [], kernel = [], ...layers] = lint([
      { filePath: 'libs/domain/margin/src/boundary-probe.ts', text: forbidden.map(({ code }) => code).join('\n') },
      { filePath: 'libs/domain/margin/src/boundary-probe.ts', text: permitted },
      { filePath: 'libs/kernel/src/boundary-probe.ts', text: `import 'node:crypto';\nimport 'node:fs';\n` },
      ...upward.map(({ from, to }) => ({
        filePath: `libs/${from}/src/boundary-probe.ts`,
        text: `import '@ballast/${to}';`,
      })),
    ]);
  }, 120_000);

  it.each(forbidden.map((probe, index) => ({ ...probe, line: index + 1 })))(
    'refuses `$code`, because $why',
    ({ rule, line }) => {
      expect(domain.filter((message) => message.line === line).map(({ ruleId }) => ruleId)).toContain(rule);
    },
  );

  it('accepts code that imports the kernel, event sourcing and facts only', () => {
    expect(clean).toEqual([]);
  });

  it('lets the kernel hash, and read nothing', () => {
    expect(kernel.map(({ ruleId, line }) => ({ ruleId, line }))).toEqual([
      { ruleId: 'no-restricted-imports', line: 2 },
    ]);
  });

  it.each(upward.map((probe, index) => ({ ...probe, index })))('refuses that $from imports $to: $why', ({ index }) => {
    expect(layers[index]?.map(({ ruleId }) => ruleId)).toEqual(['@nx/enforce-module-boundaries']);
  });
});
