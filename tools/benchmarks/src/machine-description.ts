import { statfs } from 'node:fs/promises';
import os from 'node:os';
import type { BenchServer } from './bench-server.js';

/** On what the figures were measured; without it they say nothing. */
export interface MachineDescription {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly fsync: string;
  readonly synchronousCommit: string;
  /** Load average of the last minute when the run began: above zero, others were at work too. */
  readonly loadAtStart: number;
  /** True if the data lies in memory, where a commit waits for nothing. */
  readonly dataInMemory: boolean;
}

const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

export async function describeMachine(server: BenchServer): Promise<MachineDescription> {
  const { type } = await statfs(server.directory);
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    postgres: await server.setting('server_version'),
    fsync: await server.setting('fsync'),
    synchronousCommit: await server.setting('synchronous_commit'),
    loadAtStart: Number(os.loadavg()[0]?.toFixed(2) ?? 0),
    dataInMemory: type === TMPFS || type === RAMFS,
  };
}
