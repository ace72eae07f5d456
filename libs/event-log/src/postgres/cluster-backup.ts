import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DataDirectoryRefused, DirectoryLock, readIfThere } from './directory-lock.js';
import { EmbeddedServer } from './embedded-server.js';

const LIST = 'backup.json';
const FORMAT = 'ballast-backup/v1';
/** What a data directory is made of; logs of the server and locks are not. */
const PARTS = ['cluster', 'password'];

interface BackupList {
  readonly format: string;
  /** SHA-256 of each file, in hex, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Copies an embedded database that no process uses. The list of its files is written last: a copy without it is none.
 * @returns how many files were copied
 * @throws DataDirectoryRefused when a process uses it, or the target holds something
 */
export async function backUpCluster(dataDirectory: string, target: string): Promise<number> {
  const [from, to] = [path.resolve(dataDirectory), path.resolve(target)];
  if ((await fs.readdir(to).catch(() => [])).length > 0) {
    throw new DataDirectoryRefused(`${to} is not empty; name a new directory for the backup`);
  }
  // A start and a stop end whatever a crash has left half written.
  await (await EmbeddedServer.start({ dataDirectory: from })).stop();
  const lock = await DirectoryLock.acquire(from);
  try {
    await fs.mkdir(to, { recursive: true, mode: 0o700 });
    await copy(from, to);
    const list: BackupList = { format: FORMAT, files: await hashesIn(to) };
    await fs.writeFile(path.join(to, `${LIST}.part`), `${JSON.stringify(list, null, 1)}\n`);
    await fs.rename(path.join(to, `${LIST}.part`), path.join(to, LIST));
    return Object.keys(list.files).length;
  } finally {
    await lock.release();
  }
}

/**
 * Puts a backup into a data directory that holds no database yet; every file is held against the list first.
 * @throws DataDirectoryRefused when the backup is not whole, or the directory holds a database
 */
export async function restoreCluster(backup: string, dataDirectory: string): Promise<void> {
  const [from, to] = [path.resolve(backup), path.resolve(dataDirectory)];
  if ((await fs.readdir(to).catch(() => [])).length > 0) {
    throw new DataDirectoryRefused(`${to} is not empty; restore into a new --data-dir`);
  }
  await assertWhole(from);
  await fs.mkdir(path.dirname(to), { recursive: true });
  // What was broken off has another name, and is no data directory.
  const draft = `${to}.restoring`;
  await fs.rm(draft, { recursive: true, force: true });
  await fs.mkdir(draft, { mode: 0o700 });
  await copy(from, draft);
  await fs.rmdir(to).catch(() => undefined);
  await fs.rename(draft, to);
}

async function copy(from: string, to: string): Promise<void> {
  for (const part of PARTS) {
    await fs.cp(path.join(from, part), path.join(to, part), { recursive: true, verbatimSymlinks: true });
  }
}

async function assertWhole(backup: string): Promise<void> {
  const text = await readIfThere(path.join(backup, LIST));
  if (text === undefined) {
    throw new DataDirectoryRefused(`${backup} is no whole backup: it has no ${LIST}; name another --from`);
  }
  const list = JSON.parse(text) as BackupList;
  if (list.format !== FORMAT)
    throw new DataDirectoryRefused(`${backup} was made by another release; restore with that one`);
  const present = await hashesIn(backup);
  for (const file of new Set([...Object.keys(list.files), ...Object.keys(present)])) {
    if (list.files[file] === present[file]) continue;
    const what = present[file] === undefined ? 'missing' : list.files[file] === undefined ? 'not of it' : 'altered';
    throw new DataDirectoryRefused(`${path.join(backup, file)} is ${what}; restore from another backup`);
  }
}

async function hashesIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const hashes: Record<string, string> = {};
  for (const part of PARTS) {
    const start = path.join(directory, part);
    const isDirectory = (await fs.stat(start).catch(() => undefined))?.isDirectory() === true;
    const entries = isDirectory ? await fs.readdir(start, { recursive: true, withFileTypes: true }) : [];
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
    if (!isDirectory && (await readIfThere(start)) !== undefined) files.push(start);
    for (const file of files.sort()) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(file), hash);
      hashes[path.relative(directory, file)] = hash.digest('hex');
    }
  }
  return hashes;
}
