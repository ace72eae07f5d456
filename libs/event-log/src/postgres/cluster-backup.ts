import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { flush } from '../flush.js';
import { DataDirectoryRefused, DirectoryLock, hasCode, readIfThere } from './directory-lock.js';
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
 * @throws DataDirectoryRefused when a process uses it, or the target holds something or can't be written
 */
export async function backUpCluster(dataDirectory: string, target: string): Promise<number> {
  const [from, to] = [path.resolve(dataDirectory), path.resolve(target)];
  await assertFree(to, 'name a new directory for the backup');
  assertApart(from, to);
  // A start and a stop end whatever a crash has left half written.
  await (await EmbeddedServer.start({ dataDirectory: from })).stop();
  const lock = await DirectoryLock.acquire(from);
  try {
    await copy(from, to);
    const list: BackupList = { format: FORMAT, files: await hashesIn(to) };
    const draft = path.join(to, `${LIST}.part`);
    await fs.writeFile(draft, `${JSON.stringify(list, null, 1)}\n`);
    await flush(draft);
    await fs.rename(draft, path.join(to, LIST));
    await flush(to);
    await flush(path.dirname(to));
    return Object.keys(list.files).length;
  } finally {
    await lock.release();
  }
}

/**
 * Puts a backup into a data directory that holds no database yet; every file is held against the list first.
 * @param prepare what is done to it, in a place of its own, before it stands there: what was broken off before is no data directory
 * @throws DataDirectoryRefused when the backup is not whole, or the directory holds a database or can't be written
 */
export async function restoreCluster(
  backup: string,
  dataDirectory: string,
  prepare: (dataDirectory: string) => Promise<void>,
): Promise<void> {
  const [from, to] = [path.resolve(backup), path.resolve(dataDirectory)];
  await assertFree(to, 'restore into a new --data-dir');
  const draft = `${to}.restoring`;
  for (const place of [to, draft]) assertApart(from, place);
  // What stands there of a restore that was broken off is deleted.
  if (from.startsWith(`${draft}${path.sep}`)) {
    throw new DataDirectoryRefused(`${from} lies where the restore is made ready; move the backup elsewhere`);
  }
  await assertWhole(from);
  await fs.rm(draft, { recursive: true, force: true });
  await copy(from, draft);
  await prepare(draft);
  await fs.rmdir(to).catch(() => undefined);
  await fs.rename(draft, to);
  await flush(path.dirname(to));
}

/** @throws DataDirectoryRefused when something stands there */
async function assertFree(directory: string, remedy: string): Promise<void> {
  const files = await fs.readdir(directory).catch((error: unknown): string[] => {
    if (hasCode(error, 'ENOENT')) return [];
    throw new DataDirectoryRefused(
      `${directory} can't be read as a directory (${(error as Error).message}); ${remedy}`,
    );
  });
  if (files.length > 0) throw new DataDirectoryRefused(`${directory} is not empty; ${remedy}`);
}

/** @throws DataDirectoryRefused when the copy would be a part of what is copied */
function assertApart(from: string, to: string): void {
  if (to === from || to.startsWith(`${from}${path.sep}`)) {
    throw new DataDirectoryRefused(`${to} lies in ${from}, which is copied; name a directory outside of it`);
  }
}

/**
 * A copy that is on disk when it returns: nothing else sees to it, a server that was shut down writes anew only what it changes.
 * @throws DataDirectoryRefused when it can't be made
 */
async function copy(from: string, to: string): Promise<void> {
  try {
    await fs.mkdir(to, { recursive: true, mode: 0o700 });
    for (const part of PARTS) {
      await fs.cp(path.join(from, part), path.join(to, part), { recursive: true, verbatimSymlinks: true });
    }
    for (const entry of await fs.readdir(to, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() || entry.isDirectory()) await flush(path.join(entry.parentPath, entry.name));
    }
    await flush(to);
  } catch (error) {
    throw new DataDirectoryRefused(
      `${from} can't be copied to ${to} (${(error as Error).message}): put that right, or name another directory`,
    );
  }
}

async function assertWhole(backup: string): Promise<void> {
  const text = await readIfThere(path.join(backup, LIST));
  if (text === undefined) {
    throw new DataDirectoryRefused(`${backup} is no whole backup: it has no ${LIST}; name another --from`);
  }
  const list = listOf(text);
  if (list === undefined) {
    throw new DataDirectoryRefused(`${path.join(backup, LIST)} is altered; restore from another backup`);
  }
  if (list.format !== FORMAT) {
    throw new DataDirectoryRefused(`${backup} was made by another release; restore with that one`);
  }
  const present = await hashesIn(backup);
  for (const file of new Set([...Object.keys(list.files), ...Object.keys(present)])) {
    if (list.files[file] === present[file]) continue;
    const what = present[file] === undefined ? 'missing' : list.files[file] === undefined ? 'not of it' : 'altered';
    throw new DataDirectoryRefused(`${path.join(backup, file)} is ${what}; restore from another backup`);
  }
}

function listOf(text: string): BackupList | undefined {
  try {
    const list = JSON.parse(text) as BackupList;
    return typeof list.files === 'object' && list.files !== null ? list : undefined;
  } catch {
    return undefined;
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
