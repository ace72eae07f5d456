// Three kinds of test, told apart by the file name; tools/test.mjs decides which kinds run together.
import fs from 'node:fs';

const swcrc = JSON.parse(fs.readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const kind = (displayName, suffix) => ({
  displayName,
  testMatch: [`<rootDir>/{apps,libs,tools}/**/src/**/*.${suffix}.ts`],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@ballast/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swcrc, swcrc: false, sourceMaps: 'inline' }] },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/tmp/', '<rootDir>/.nx/', '<rootDir>/.data/'],
});

export default {
  // No I/O, milliseconds.
  // Real PostgreSQL, or another tool started for real.
  // Kafka and several processes; tools/test.mjs runs these after the others.
  projects: [kind('unit', 'spec'), kind('integration', 'int-spec'), kind('e2e', 'e2e-spec')],
  coverageProvider: 'v8',
};
