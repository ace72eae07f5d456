import { spawn, type ChildProcess } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { ServerConnection } from '@ballast/event-log';
import { environmentOf, type StackProcess } from '@ballast/local-stack';
import { REPOSITORY } from './ballast-process.js';

interface Running {
  readonly process: StackProcess;
  readonly child: ChildProcess;
}

/** The distributed composition as an operator's supervisor runs it: a process that ends by itself is started again. */
export class DistributedHouse {
  readonly #running = new Map<string, Running>();
  readonly #output: string[] = [];
  #stopping = false;

  constructor(
    private readonly brokers: readonly string[],
    private readonly database: ServerConnection,
    private readonly partitions: number,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly processes: readonly StackProcess[],
    private readonly mode: 'live' | 'lockstep' = 'lockstep',
    /** Program of the exchange, from the root of the repository. */
    private readonly exchange = 'apps/exchange-simulator/dist/main.js',
  ) {}

  /** Where the processes keep their logs. */
  get databaseUrl(): string {
    const { user, password, host, port, database } = this.database;
    return `postgres://${user}:${password}@${host}:${port}/${database}`;
  }

  /** What the processes wrote, for a failed test. */
  get output(): string {
    return this.#output.slice(-200).join('\n');
  }

  /** @param isAwaited of those that are not it is only waited until they live: what is to be decided on may still have to come */
  async start(isAwaited: (name: string) => boolean = () => true): Promise<void> {
    for (const process of this.processes) this.#launch(process);
    await Promise.all(
      this.processes.map((process) => this.#answers(process, isAwaited(process.name) ? 'ready' : 'live')),
    );
  }

  /** kill -9, and nobody starts it again. */
  killForGood(name: string): void {
    const running = this.#running.get(name);
    this.#running.delete(name);
    running?.child.kill('SIGKILL');
  }

  /** kill -9; the supervisor starts it again. */
  kill(name: string): void {
    this.#running.get(name)?.child.kill('SIGKILL');
  }

  /** Where a process answers. */
  addressOf(name: string): string {
    const found = this.processes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return `http://127.0.0.1:${found.port}`;
  }

  /** Starts a process that was killed. */
  restart(name: string): void {
    const process = this.processes.find((each) => each.name === name);
    if (process !== undefined) this.#launch(process);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const ends = [...this.#running.values()].map(
      ({ child }) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once('close', () => resolve());
          child.kill('SIGTERM');
          setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
        }),
    );
    await Promise.all(ends);
  }

  #launch(process: StackProcess): void {
    const environment = environmentOf(
      process,
      this.processes,
      { databaseUrl: this.databaseUrl, brokers: this.brokers },
      { partitions: this.partitions, mode: this.mode },
    );
    const program = process.app === 'exchange-simulator' ? this.exchange : `apps/${process.app}/dist/main.js`;
    const child = spawn(globalThis.process.execPath, [path.join(REPOSITORY, program)], {
      cwd: REPOSITORY,
      env: { ...globalThis.process.env, NODE_OPTIONS: '', ...environment, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#output.push(`[${process.name}] ${text.trimEnd()}`));
    }
    this.#running.set(process.name, { process, child });
    child.once('close', (code, signal) => {
      this.#output.push(`[${process.name}] ended (${code ?? signal})`);
      if (this.#stopping || this.#running.get(process.name)?.child !== child) return;
      this.#launch(process);
    });
  }

  async #answers({ name, port }: StackProcess, check: 'ready' | 'live'): Promise<void> {
    const deadline = Date.now() + 300_000;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/health/${check}`).catch(() => undefined);
      if (answer?.ok === true) return;
      if (Date.now() > deadline) throw new Error(`${name} is not ${check}\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The same processes at ports that nobody else has now. */
export async function withFreePorts(processes: readonly StackProcess[]): Promise<readonly StackProcess[]> {
  const servers = await Promise.all(
    processes.map(
      () =>
        new Promise<net.Server>((resolve) => {
          const server = net.createServer();
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return processes.map((process, i) => ({ ...process, port: ports[i] as number }));
}
