import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { flush } from '../flush.js';
import { DataDirectoryRefused, DirectoryLock, LOCK_FILE, hasCode, readIfThere } from './directory-lock.js';
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
  assertApart(from, to);
  const remedy = 'name a new directory for the backup';
  await assertFree(to, remedy, isLock);
  await make(to, from);
  return alone(to, from, async () => {
    // Another one may have backed up there meanwhile.
    await assertFree(to, remedy, isLock);
    // A start and a stop end whatever a crash has left half written.
    await (await EmbeddedServer.start({ dataDirectory: from })).stop();
    const lock = await DirectoryLock.acquire(from);
    try {
      return await copyWithList(from, to);
    } finally {
      await lock.release();
    }
  });
}

/** @returns how many files were copied */
async function copyWithList(from: string, to: string): Promise<number> {
  await copy(from, to);
  const list: BackupList = { format: FORMAT, files: await hashesIn(to) };
  const draft = path.join(to, `${LIST}.part`);
  try {
    await fs.writeFile(draft, `${JSON.stringify(list, null, 1)}\n`);
    await flush(draft);
    await fs.rename(draft, path.join(to, LIST));
    await flush(to);
    await flush(path.dirname(to));
  } catch (error) {
    throw notCopied(from, to, error);
  }
  return Object.keys(list.files).length;
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
  const remedy = 'restore into a new --data-dir';
  await assertFree(to, remedy);
  const workshop = `${to}.restoring`;
  for (const place of [to, workshop]) assertApart(from, place);
  // What stands there of a restore that was broken off is deleted.
  if (from.startsWith(`${workshop}${path.sep}`)) {
    throw new DataDirectoryRefused(`${from} lies where the restore is made ready; move the backup elsewhere`);
  }
  await assertWhole(from);
  await make(workshop, from);
  await alone(workshop, from, async () => {
    for (const name of await fs.readdir(workshop)) {
      if (!isLock(name)) await fs.rm(path.join(workshop, name), { recursive: true, force: true });
    }
    const draft = path.join(workshop, 'data');
    await copy(from, draft);
    await prepare(draft);
    // Whoever came meanwhile stays: nothing that stands there is written over.
    await assertFree(to, remedy);
    await fs.rmdir(to).catch(() => undefined);
    await fs.rename(draft, to).catch(async (error: unknown) => {
      await assertFree(to, remedy);
      throw error;
    });
    await flush(path.dirname(to));
  });
}

/** Keeps others out of a directory meanwhile. One that holds nothing in the end is taken away. */
async function alone<T>(directory: string, from: string, work: () => Promise<T>): Promise<T> {
  const lock = await DirectoryLock.acquire(directory).catch((error: unknown) => {
    throw error instanceof DataDirectoryRefused ? error : notCopied(from, directory, error);
  });
  try {
    return await work();
  } finally {
    await lock.release();
    await fs.rmdir(directory).catch(() => undefined);
  }
}

async function make(directory: string, from: string): Promise<void> {
  try {
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notCopied(from, directory, error);
  }
}

const isLock = (name: string): boolean => LOCK_FILE.test(name);

/**
 * @param isPassedOver what may stand there
 * @throws DataDirectoryRefused when something stands there
 */
async function assertFree(
  directory: string,
  remedy: string,
  isPassedOver: (name: string) => boolean = () => false,
): Promise<void> {
  const files = await fs.readdir(directory).catch((error: unknown): string[] => {
    if (hasCode(error, 'ENOENT')) return [];
    throw new DataDirectoryRefused(
      `${directory} can't be read as a directory (${(error as Error).message}); ${remedy}`,
    );
  });
  if (!files.every(isPassedOver)) throw new DataDirectoryRefused(`${directory} is not empty; ${remedy}`);
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
    throw notCopied(from, to, error);
  }
}

const notCopied = (from: string, to: string, error: unknown): DataDirectoryRefused =>
  new DataDirectoryRefused(
    `${from} can't be copied to ${to} (${(error as Error).message}): put that right, or name another directory`,
  );

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
