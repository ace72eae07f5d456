import { spawn, type ChildProcess } from 'node:child_process';

export interface ServiceProcessOptions {
  /** Put before every line that it writes. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Answers 200 when the process is ready for work. */
  readonly readyUrl: string;
  readonly write: (line: string) => void;
  /** It ended although nobody asked it to. */
  readonly onUnexpectedEnd: (sentence: string) => void;
}

const LOOK_AGAIN_MS = 100;
/** A service drains within 25 s; then it is not going to. */
const STOP_WITHIN_MS = 30_000;

/** One process of the stack: started, waited for until it is ready, and ended in order. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #end: string | undefined;
  #stopping = false;

  constructor(private readonly options: ServiceProcessOptions) {
    const [program, ...args] = options.command;
    this.#child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole foreground group; the order in which processes end is ours to choose.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) options.write(`[${options.name}] ${line}`);
      });
    }
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#end !== undefined) return;
        this.#end = how;
        resolve();
        if (!this.#stopping) options.onUnexpectedEnd(`${options.name} ended ${how}`);
      };
      this.#child.once('error', (error) => end(`before it began: ${error.message}`));
      this.#child.once('close', (code, signal) => end(signal === null ? `with code ${code}` : `by ${signal}`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws Error when it ends first, or is not ready in time */
  async ready(withinMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#end !== undefined) throw new Error(`${this.options.name} ended ${this.#end}`);
      const answer = await fetch(this.options.readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      if (answer?.ok === true) return;
      if (Date.now() > deadline) {
        throw new Error(`${this.options.name} is not ready within ${withinMs} ms (${this.options.readyUrl})`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#end !== undefined) return;
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => {
      this.options.write(`[${this.options.name}] does not end; it is killed`);
      this.#child.kill('SIGKILL');
    }, STOP_WITHIN_MS);
    await this.#ended;
    clearTimeout(impatience);
  }

  /** At once, without any order: the second Ctrl-C. */
  kill(): void {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
  }
}
