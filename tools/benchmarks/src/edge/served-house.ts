import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ServerConnection } from '@ballast/event-log';

const PROGRAM = fileURLToPath(new URL('../../../../apps/ballast/bin/ballast.mjs', import.meta.url));

/** `ballast serve` without an exchange, as a process of its own: whoever measures it takes no time of its thread. */
export class ServedHouse {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(connection: ServerConnection, partitions: number): Promise<ServedHouse> {
    const { user, password, host, port, database } = connection;
    const databaseUrl = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
    const args = ['serve', '--exchange', 'none', '--port', '0', '--partitions', String(partitions)];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface(child.stdout)) {
      const url = /Ballast serves (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) {
        child.stdout.resume();
        return new ServedHouse(child, url);
      }
    }
    throw new Error('ballast serve ended before it served');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}
