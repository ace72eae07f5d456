import fs from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ServedCrash } from './served-crash.js';

/** As the page does: at most once in so many milliseconds the board is asked for again. */
const REFRESH_MS = 1_500;
const TICKS_PER_SECOND = 100;

export interface ViewerCost {
  readonly viewers: number;
  /** Of the server and the processes it started, from the first price set to the last. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Boards that the viewers got. */
  readonly boards: number;
}

/**
 * Processor time of a server that replays the recorded crash at full speed while so many pages show its board: each follows the
 * stream and asks for the board as the page does. Read from /proc, so on Linux.
 */
export async function viewerCost(viewers: number, accounts: number): Promise<ViewerCost> {
  const served = await ServedCrash.start(['--accounts', String(accounts)]);
  const gone = new AbortController();
  let boards = 0;
  try {
    await served.seen(/Ballast serves/);
    const [cpu, begun] = [await cpuSecondsOf(served.pid), performance.now()];
    const watching = Array.from({ length: viewers }, async (_, each) => {
      await wait((each * REFRESH_MS) / Math.max(1, viewers));
      const stream = await fetch(`${served.url}/live`, { signal: gone.signal });
      const reading = drained(stream);
      for (let clearing = ''; !gone.signal.aborted; await wait(REFRESH_MS)) {
        const response = await fetch(`${served.url}/risk/board`, { signal: gone.signal });
        const board = (await response.json()) as { readonly clearing: string };
        boards += board.clearing === clearing ? 0 : 1;
        ({ clearing } = board);
      }
      await reading;
    });
    const all = Promise.allSettled(watching);
    await served.seen(/The replay is finished/);
    const cost = {
      viewers,
      cpuSeconds: (await cpuSecondsOf(served.pid)) - cpu,
      wallSeconds: (performance.now() - begun) / 1_000,
      boards,
    };
    gone.abort();
    await all;
    return cost;
  } finally {
    gone.abort();
    await served.end();
  }
}

async function drained(stream: Response): Promise<void> {
  try {
    for await (const _ of stream.body ?? []);
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}

/** User and system time of a process and of all that it started, seconds. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const processes = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(
    processes.map(async (each) => {
      const text = await fs.readFile(`/proc/${each}/stat`, 'utf8').catch(() => null);
      // The name may hold spaces; what follows it does not.
      const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
      return { pid: each, parent: Number(fields[1]), ticks: Number(fields[11] ?? 0) + Number(fields[12] ?? 0) };
    }),
  );
  const own = new Set([pid]);
  for (let before = 0; before !== own.size;) {
    before = own.size;
    for (const each of stats) if (own.has(each.parent)) own.add(each.pid);
  }
  return stats.reduce((sum, each) => sum + (own.has(each.pid) ? each.ticks : 0), 0) / TICKS_PER_SECOND;
}
