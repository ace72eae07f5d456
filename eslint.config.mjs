import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// Who may import whom. The rule reads Nx's project graph, so lint through `npm run lint`, which brings it up to date.
const only = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });
// From the inside out; a layer imports only what stands before it, and not all of that.
const pureLayers = ['type:kernel', 'type:event-sourcing', 'type:facts', 'type:domain'];
const libraries = [
  ...pureLayers,
  'type:contracts',
  'type:client',
  'type:documents',
  'type:observability',
  'type:log',
  'type:bus',
  'type:worker',
  'type:read-model',
  'type:audit',
  'type:scenario',
  'type:conformance',
  'type:composition',
  'type:comparison',
  'type:edge',
];
const scope = (name) => only(`scope:${name}`, `scope:${name}`, 'scope:shared');
const boundaries = (testExternals = [], testLibraries = []) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    {
      allow: [],
      enforceBuildableLibDependency: false,
      depConstraints: [
        { ...only('type:kernel', 'type:kernel'), allowedExternalImports: ['decimal.js', ...testExternals] },
        { ...only('type:event-sourcing', 'type:kernel'), allowedExternalImports: testExternals },
        { ...only('type:facts', 'type:kernel'), allowedExternalImports: testExternals },
        {
          ...only('type:domain', ...pureLayers, 'type:testing', ...testLibraries),
          allowedExternalImports: testExternals,
        },
        {
          ...only('type:contracts', 'type:kernel', 'type:event-sourcing', 'type:facts'),
          allowedExternalImports: ['zod', ...testExternals],
        },
        only('type:client', 'type:kernel', 'type:facts', 'type:contracts'),
        only('type:documents', ...pureLayers),
        only('type:observability'),
        only('type:log', 'type:kernel', 'type:event-sourcing', 'type:facts'),
        only('type:bus', 'type:kernel', 'type:event-sourcing', 'type:facts', 'type:contracts'),
        only('type:worker', 'type:kernel', 'type:event-sourcing', 'type:facts', 'type:log'),
        only('type:read-model', ...pureLayers, 'type:contracts', 'type:log'),
        only('type:audit', ...pureLayers, 'type:contracts', 'type:log', 'type:worker'),
        only('type:scenario', 'type:kernel', 'type:domain'),
        only('type:conformance', 'type:kernel', 'type:domain'),
        only(
          'type:composition',
          ...pureLayers,
          'type:contracts',
          'type:documents',
          'type:observability',
          'type:log',
          'type:bus',
          'type:worker',
          'type:scenario',
        ),
        only(
          'type:comparison',
          ...pureLayers,
          'type:documents',
          'type:log',
          'type:read-model',
          'type:scenario',
          'type:composition',
        ),
        only(
          'type:edge',
          ...pureLayers,
          'type:contracts',
          'type:observability',
          'type:log',
          'type:bus',
          'type:worker',
          'type:read-model',
          'type:audit',
          'type:composition',
          'type:documents',
        ),
        only('type:testing', 'type:kernel', 'type:facts'),
        only('type:app', ...libraries),
        only('type:e2e', '*'),
        only('type:tool', '*'),
        scope('accounts'),
        scope('pricing'),
        scope('margin'),
        scope('liquidation'),
        scope('exchange'),
      ],
    },
  ],
});

// What a decision may not read: it must come out the same when the log is replayed, on another day and another machine.
const pure = ['libs/kernel/src/**/*.ts', 'libs/event-sourcing/src/**/*.ts', 'libs/domain/*/src/**/*.ts'];
const tests = ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts'];
const platform = (...allowed) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: builtinModules
        .filter((name) => !name.startsWith('node:'))
        .flatMap((name) => [name, `node:${name}`])
        .filter((name) => !allowed.includes(name))
        .map((name) => ({ name, message: 'Domain code computes; an application reads and writes for it.' })),
      patterns:
        allowed.length > 0
          ? []
          : [{ group: ['node:*'], message: 'Domain code computes; an application reads and writes for it.' }],
    },
  ],
});
const ambient = [
  'Date',
  'Intl',
  'Temporal',
  'process',
  'global',
  'globalThis',
  'performance',
  'crypto',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'WebSocket',
  'require',
].map((name) => ({ name, message: 'Not the same on replay: pass the value in.' }));
const property = (message) => (name) => ({ object: 'Math', property: name, message });
const random = ['random'].map(property('Not the same on replay: pass the value in.'));
const inexact = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'sqrt', 'cbrt', 'hypot'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
]
  // IEEE 754 fixes the last bit of a square root, and of none of the others.
  .filter((name) => name !== 'sqrt')
  .map(property('Its last bit depends on the engine: use the kernel.'));

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/coverage', '**/tmp', '.nx', '.data', 'tools/generated-clients'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.lint.json', './apps/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx },
    rules: {
      ...boundaries(),
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // The events of a log are an interface that follows from their definitions: messages of the compiler name it.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: pure,
    rules: {
      ...platform(),
      'no-restricted-globals': ['error', ...ambient],
      'no-restricted-properties': ['error', ...random, ...inexact],
    },
  },
  // SHA-256 is a function of its input alone.
  { files: ['libs/kernel/src/**/*.ts'], rules: platform('node:crypto') },
  // Arbitraries that several specs draw from.
  { files: ['**/*.fixtures.ts'], rules: boundaries(['fast-check'], ['type:documents']) },
  {
    files: tests,
    rules: {
      ...boundaries(['fast-check', '@jest/globals'], ['type:documents']),
      // A test may read a golden file, and may hold the kernel's functions against the engine's.
      'no-restricted-imports': 'off',
      'no-restricted-properties': ['error', ...random],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', fetch: 'readonly' },
    },
  },
  prettier,
);
