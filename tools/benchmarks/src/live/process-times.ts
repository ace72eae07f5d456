import fs from 'node:fs/promises';

/** Kernel ticks in a second, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of itself and of its children that have ended, milliseconds. */
  readonly ms: number;
}

/** Fields behind the name of a process, which may hold anything: state, parent, ...; times stand at 14 to 17 of all. */
function statOf(pid: number, text: string): ProcessStat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] as number), 0);
  return { pid, parent: fields[1] as number, ms: (ticks * 1_000) / TICKS_PER_SECOND };
}

async function processes(): Promise<readonly ProcessStat[]> {
  const pids = (await fs.readdir('/proc')).map(Number).filter(Number.isInteger);
  const stats = await Promise.all(
    // One that ended meanwhile is nobody's any more.
    pids.map((pid) =>
      fs.readFile(`/proc/${pid}/stat`, 'utf8').then(
        (text) => statOf(pid, text),
        () => undefined,
      ),
    ),
  );
  return stats.filter((stat) => stat !== undefined);
}

/**
 * Processor time of some processes and all that they have started, by the names given to them, milliseconds. Linux only.
 * @param roots process ids by name
 */
export async function processorTimes(roots: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
  const all = await processes();
  const nameOf = new Map<number, string>([...roots].map(([name, pid]) => [pid, name]));
  const parentOf = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const times = new Map<string, number>([...roots.keys()].map((name) => [name, 0]));
  for (const { pid, ms } of all) {
    let at: number | undefined = pid;
    while (at !== undefined && !nameOf.has(at)) at = parentOf.get(at);
    const name = at === undefined ? undefined : nameOf.get(at);
    if (name !== undefined) times.set(name, (times.get(name) as number) + ms);
  }
  return times;
}
