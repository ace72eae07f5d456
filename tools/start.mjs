// `npm start`: installs what is missing, builds what changed, and serves the replay of a real crash.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Ballast needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(2);
}

const changedAt = (file) => (fs.existsSync(file) ? fs.statSync(file).mtimeMs : 0);

if (changedAt(path.join(root, 'node_modules/.package-lock.json')) < changedAt(path.join(root, 'package-lock.json'))) {
  console.error('installing what is missing (npm ci) ...');
  run('npm', ['ci', '--no-audit', '--no-fund']);
} else {
  run(process.execPath, [path.join(root, 'tools/build.mjs')]);
}

// In this very process, so that Ctrl-C reaches the server directly.
process.argv = [process.argv[0], 'ballast', 'serve', '--simulate', 'crash-2020-03', ...process.argv.slice(2)];
await import(path.join(root, 'apps/ballast/dist/main.js'));

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
