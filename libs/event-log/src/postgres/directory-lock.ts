import fs from 'node:fs/promises';
import path from 'node:path';

export const LOCK_FILE = /^lock\.(\d+)\.(\d+)$/;

/** A data directory that can't be used as it is; the message names it and the remedy. */
export class DataDirectoryRefused extends Error {
  override readonly name = 'DataDirectoryRefused';
}

/**
 * Keeps a second process out of a directory. A holder's file carries its process id, and its start time, because the id
 * may go to another process after a crash. Whoever wants the directory first leaves his file and then looks for others:
 * of two who come at the same moment at least one sees the other, so there are never two holders. (They may both give
 * up; starting again helps.) The file of a process that is gone is removed by the next one.
 */
export class DirectoryLock {
  private constructor(private readonly file: string) {}

  /** @throws DataDirectoryRefused that names the process which holds the directory */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const own = `lock.${process.pid}.${(await startTimeOf(process.pid)) ?? 0}`;
    const lock = new DirectoryLock(path.join(directory, own));
    try {
      await fs.writeFile(lock.file, '', { mode: 0o600, flag: 'wx' });
    } catch (error) {
      throw hasCode(error, 'EEXIST') ? inUse(directory, process.pid) : error;
    }
    for (const name of await fs.readdir(directory)) {
      const [, pid, startTime] = LOCK_FILE.exec(name) ?? [];
      if (pid === undefined || name === own) continue;
      if (isRunning(Number(pid)) && ((await startTimeOf(Number(pid))) ?? '0') === startTime) {
        await lock.release();
        throw inUse(directory, Number(pid));
      }
      await fs.rm(path.join(directory, name), { force: true });
    }
    return lock;
  }

  async release(): Promise<void> {
    await fs.rm(this.file, { force: true });
  }
}

function inUse(directory: string, pid: number): Error {
  return new DataDirectoryRefused(
    `${directory} is in use by process ${pid}; stop that process or choose another data directory`,
  );
}

/** True also for a process of another user. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Clock ticks between boot and the start of a process; undefined where there is no /proc. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may contain blanks; the start time is field 22.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code;
}
