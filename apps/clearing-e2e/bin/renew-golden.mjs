// Writes the digests of the golden runs down anew, after a change that is meant to change decisions.
//   node apps/clearing-e2e/bin/renew-golden.mjs [run ...]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const built = spawnSync(process.execPath, [fileURLToPath(new URL('../../../tools/build.mjs', import.meta.url))], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);
const { GOLDEN_RUNS, renewGolden } = await import('../dist/golden.js');
const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(GOLDEN_RUNS)) {
  const { before, after } = await renewGolden(name);
  console.log(name);
  for (const [log, digest] of Object.entries(after.digests)) {
    console.log(`  ${log.padEnd(12)} ${digest} ${before?.digests[log] === digest ? 'unchanged' : 'NEW'}`);
  }
}
