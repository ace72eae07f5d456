import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * Keeps a second process out of a directory. The lock is a file that names its holder; it outlives a killed holder and
 * is then taken over. A process id alone could have been given to another process, so its start time is kept too.
 */
export class DirectoryLock {
  private constructor(readonly file: string) {}

  /** @throws Error that names the process which holds the directory */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const file = path.join(directory, 'lock');
    const mine = path.join(directory, `lock.${process.pid}.${randomUUID()}`);
    await fs.writeFile(mine, `${process.pid} ${(await startTimeOf(process.pid)) ?? ''}`, { mode: 0o600 });
    try {
      for (;;) {
        try {
          // A link, unlike opening for exclusive writing, makes the name and its content visible in one step.
          await fs.link(mine, file);
          return new DirectoryLock(file);
        } catch (error) {
          if (!hasCode(error, 'EEXIST')) throw error;
        }
        await removeIfStale(directory, file);
      }
    } finally {
      await fs.rm(mine, { force: true });
    }
  }

  async release(): Promise<void> {
    await fs.rm(this.file, { force: true });
  }
}

async function removeIfStale(directory: string, file: string): Promise<void> {
  const holder = await readIfThere(file);
  if (holder === undefined) return;
  await refuseIfAlive(directory, holder);
  const aside = `${file}.${randomUUID()}`;
  try {
    await fs.rename(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    const moved = (await readIfThere(aside)) ?? '';
    if (moved === holder) return;
    // Somebody was faster, and what was moved is his fresh lock: it goes back.
    await fs.link(aside, file).catch(() => undefined);
    await refuseIfAlive(directory, moved);
  } finally {
    await fs.rm(aside, { force: true });
  }
}

async function refuseIfAlive(directory: string, holder: string): Promise<void> {
  const [pid = '', startTime = ''] = holder.trim().split(' ');
  if (!isRunning(Number(pid)) || ((await startTimeOf(Number(pid))) ?? '') !== startTime) return;
  throw new Error(`${directory} is in use by process ${pid}; stop that process or choose another data directory`);
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
async function startTimeOf(pid: number): Promise<string | undefined> {
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
