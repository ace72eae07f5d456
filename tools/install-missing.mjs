// Brings a fresh or updated clone to where commands can run: installs packages when the lock file is newer than they are, else builds.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const changedAt = (file) => (fs.existsSync(file) ? fs.statSync(file).mtimeMs : 0);

/** Installs (npm ci builds too) or builds; what these say goes to stderr. A failure ends the process. */
export function installMissing() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Ballast needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(2);
  }
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (changedAt(installed) < changedAt(path.join(root, 'package-lock.json'))) {
    console.error('installing what is missing (npm ci) ...');
    run('npm', ['ci', '--no-audit', '--no-fund']);
  } else {
    run(process.execPath, [path.join(root, 'tools/build.mjs')]);
  }
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
