import { accountsProcess } from '@ballast/accounts-domain';
import { LogDirectory, PostgresLogStore, type ServerConnection } from '@ballast/event-log';
import { invariant } from '@ballast/kernel';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DepositTape } from '../deposits/deposit-tape.js';
import type { Lap } from '../measure/stopwatch.js';
import { marginPartitions, openedPartitions } from './opened-partitions.js';

/** What is opened, all partitions of it. */
export interface RestartQuestion {
  readonly log: 'accounts' | 'margin';
  readonly connection: ServerConnection;
  readonly partitions: number;
  /** That the deposits are for. */
  readonly accounts: number;
  /** From the beginning of the logs, without snapshots. */
  readonly whole: boolean;
}

export interface RestartAnswer {
  /** From when the logs were looked at first until all partitions may decide. */
  readonly lap: Lap;
  /** From the start of the process on: the program is loaded and the database reached. */
  readonly whole: Lap;
  readonly residentBytes: number;
}

/** The built file of this module, whether the bench runs from its sources or not. */
const SCRIPT = fileURLToPath(new URL('../../dist/restart/restarted-process.js', import.meta.url));
const YOUNG_GENERATION = '--max-semi-space-size=64';

/** A start as after a kill: in a process of its own, with nothing compiled and nothing in memory. */
export async function restartedProcess(question: RestartQuestion): Promise<RestartAnswer> {
  const given = [YOUNG_GENERATION, SCRIPT, JSON.stringify(question)];
  const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 1e6 });
  return JSON.parse(stdout) as RestartAnswer;
}

async function answer({ log, connection, partitions, accounts, whole }: RestartQuestion): Promise<RestartAnswer> {
  const store = new PostgresLogStore({ connection });
  const logs = await LogDirectory.open(store, partitions);
  const notice = (line: string): void => invariant(false, line);
  const { lap } = await (log === 'margin'
    ? openedPartitions('margin', { ...marginPartitions(logs), notice, whole })
    : openedPartitions('accounts', {
        ...{ logs, reader: new DepositTape(accounts, partitions), notice, whole },
        partitions: Array.from({ length: partitions }, (_, partition) => partition),
        processOf: () => accountsProcess,
      }));
  const { user, system } = process.cpuUsage();
  const all = { wallMs: performance.now(), cpuMs: (user + system) / 1_000 };
  const residentBytes = process.memoryUsage.rss();
  await store.close();
  return { lap, whole: all, residentBytes };
}

if (process.argv[1] === SCRIPT) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(process.argv[2] as string) as RestartQuestion)));
}
