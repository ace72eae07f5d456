import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `ballast` command as a user starts it, in a process group of its own so that all of it can be killed at once. */
export class BallastProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #finished: Promise<Finished>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, program = 'apps/ballast/bin/ballast.mjs') {
    this.child = spawn(process.execPath, [path.join(REPOSITORY, program), ...args], {
      cwd: REPOSITORY,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#finished = once(this.child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Signals the whole process group; harmless when it is gone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    try {
      process.kill(-(this.child.pid as number), signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  finished(): Promise<Finished> {
    return this.#finished;
  }

  /** Waits until a line on standard output or error matches. */
  async seen(pattern: RegExp, withinMs = 120_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      if (!this.running || Date.now() > deadline) {
        throw new Error(`${String(pattern)} did not appear\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Runs a command to its end and gives its JSON. */
export async function ballastJson<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await new BallastProcess(args).finished();
  if (code !== 0) throw new Error(`ballast ${args.join(' ')} exited ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
