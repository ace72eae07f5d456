// Writes the digests of the CI window down anew, after a change that is meant to change decisions.
//   node apps/clearing-e2e/bin/renew-golden.mjs
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const built = spawnSync(process.execPath, [fileURLToPath(new URL('../../../tools/build.mjs', import.meta.url))], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);
const { renewGolden } = await import('../dist/golden.js');
const { before, after } = await renewGolden();
for (const [log, digest] of Object.entries(after.digests)) {
  console.log(`${log.padEnd(12)} ${digest} ${before?.digests[log] === digest ? 'unchanged' : 'NEW'}`);
}
