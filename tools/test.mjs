// Runs the tests and ends with one line: `N passed, N failed, N skipped`.
//   node tools/test.mjs [--unit] [--integration] [--e2e] [path filter ...] [jest option ...]
// Without a kind all three run: unit and integration side by side, then end to end, because those start brokers,
// databases and services of their own and time out when they compete with what computes without a pause.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installMissing, root } from './install-missing.mjs';

const kinds = ['unit', 'integration', 'e2e'];
const args = process.argv.slice(2);
const asked = kinds.filter((kind) => args.includes(`--${kind}`));
const passedOn = args.filter((arg) => !kinds.includes(arg.replace(/^--/, '')) || !arg.startsWith('--'));
const selected = asked.length > 0 ? asked : kinds;

// --forceExit: a client of a broker that was killed tries for ever; by then the results are in.
const runs = [
  {
    kinds: selected.filter((kind) => kind !== 'e2e'),
    // What a file has loaded is never quite given back: a worker of hundreds of files would have gigabytes to collect.
    options: ['--maxWorkers=2', '--workerIdleMemoryLimit=1200MB', '--testTimeout=60000'],
  },
  {
    kinds: selected.filter((kind) => kind === 'e2e'),
    options: ['--maxWorkers=2', '--testTimeout=600000', '--forceExit'],
  },
].filter((run) => run.kinds.length > 0);

// Tests that start a `ballast` process start what is built.
installMissing();

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let ok = true;
for (const [i, run] of runs.entries()) {
  const report = path.join(scratch, `${i}.json`);
  const jest = [
    path.join(root, 'node_modules/jest/bin/jest.js'),
    '--passWithNoTests',
    '--json',
    `--outputFile=${report}`,
  ];
  // The filters go before `--selectProjects`, which would take every bare word after it for a project.
  const result = spawnSync(
    process.execPath,
    [
      // A run makes and drops objects by the million: a young generation that takes them costs a fifth less.
      '--max-semi-space-size=64',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      ...jest,
      ...run.options,
      ...passedOn,
      '--selectProjects',
      ...run.kinds,
    ],
    { cwd: root, stdio: ['inherit', 'ignore', 'inherit'], env: { ...process.env, NODE_ENV: 'test' } },
  );
  ok &&= result.status === 0;
  if (!fs.existsSync(report)) {
    ok = false;
    continue;
  }
  const json = JSON.parse(fs.readFileSync(report, 'utf8'));
  total.passed += json.numPassedTests;
  // A file that does not load has no tests to count, yet must not look like a success.
  total.failed += json.numFailedTests + json.numRuntimeErrorTestSuites;
  total.skipped += json.numPendingTests + json.numTodoTests;
}
fs.rmSync(scratch, { recursive: true, force: true });

if (ok && total.passed + total.failed + total.skipped === 0) {
  console.error('no test matches');
  ok = false;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = ok ? 0 : 1;
