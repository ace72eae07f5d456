import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** Half an hour of the bundled crash in which the price falls by a fifth: trades, calls for money, close-outs. */
const CRASH = [
  ...['--simulate', 'crash-2020-03', '--from', '2020-03-12T10:05:00Z', '--to', '2020-03-12T10:40:00Z'],
  ...['--accounts', '60', '--seed', '6', '--partitions', '4'],
];

/** Instead of the crash a few minutes of a calm market in which options are listed and written. */
export const OPTIONS = [
  ...['--simulate', 'option-writers', '--from', '2020-03-12T06:00:00Z', '--to', '2020-03-12T06:03:00Z'],
  ...['--accounts', '20'],
];

export interface LogEvent {
  readonly id: string;
  readonly event: string;
  readonly data: {
    readonly partition: number;
    readonly position: number;
    readonly type: string;
    readonly payload: { readonly accountId?: string; readonly from?: string; readonly to?: string };
  };
}

/** `ballast serve` on a data directory of its own, as a user starts it. */
export class ServedCrash {
  #child: ChildProcess | undefined;
  #output = '';
  url = '';

  /** Of the server. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  private constructor(
    private readonly directory: string,
    private readonly options: readonly string[],
    private readonly port: number,
  ) {}

  static async start(options: readonly string[] = [], port = 0): Promise<ServedCrash> {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-console-'));
    const served = new ServedCrash(directory, options, port);
    await served.start();
    return served;
  }

  async start(): Promise<void> {
    this.#output = '';
    const port = this.url === '' ? String(this.port) : new URL(this.url).port;
    const child = spawn(
      process.execPath,
      [
        path.join(REPOSITORY, 'apps/ballast/bin/ballast.mjs'),
        ...['serve', ...CRASH, ...this.options, '--data-dir', path.join(this.directory, 'data'), '--port', port],
      ],
      { cwd: REPOSITORY, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.url = (await this.seen(/Ballast serves (http:\S+)/))[1] ?? '';
  }

  /** Waits for a line of the process. */
  async seen(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#child?.exitCode !== null) throw new Error(`${String(pattern)} did not appear:\n${this.#output}`);
      await wait(20);
    }
  }

  async get<Answer>(address: string): Promise<Answer> {
    const response = await fetch(this.url + address);
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** Everything that margin appended so far. */
  async marginEvents(): Promise<readonly LogEvent['data'][]> {
    const found: LogEvent['data'][] = [];
    for (const partition of [0, 1, 2, 3]) {
      for (let after: string | null = '0'; after !== null;) {
        const page: { items: readonly LogEvent['data'][]; next: string | null } = await this.get(
          `/logs/margin/${partition}?limit=1000&after=${after}`,
        );
        found.push(...page.items);
        after = page.next;
      }
    }
    return found;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    process.kill(-child.pid, signal);
    await ended;
  }

  async end(): Promise<void> {
    await this.stop();
    await fs.rm(this.directory, { recursive: true, force: true });
  }
}
