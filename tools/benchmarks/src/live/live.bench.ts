import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedServer } from '@ballast/event-log';
import { PROCESSES, startStack, type Stack } from '@ballast/local-stack';
import { KafkaBus, createTopics, type Bus } from '@ballast/messaging';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { ClearingWatch, type LoadFigures } from './clearing-watch.js';
import { ForeignExchange } from './foreign-exchange.js';
import { processorTimes } from './process-times.js';

export interface LiveOptions {
  /** Fills per second, one load after the other, until one is not kept up with. */
  readonly rates: readonly number[];
  readonly secondsEach: number;
  readonly accounts: number;
  readonly partitions: number;
  /** Seconds in which nothing comes, before the first load; 0: not measured. */
  readonly idleSeconds: number;
  /** Kill one of the two margin processes at the end, under load. */
  readonly takeover: boolean;
  readonly sessionTimeoutMs: number;
  /** Folder for a processor profile of every service. */
  readonly profile?: string;
}

/** Processor time by process. */
type Times = ReadonlyMap<string, number>;

export interface LoadReport extends LoadFigures {
  readonly rate: number;
  readonly sent: number;
  /** Fills assessed per second from the first sent to the last assessed. */
  readonly sustained: number;
  readonly cpuMsPerFill: Times;
}

export interface LiveReport {
  /** Part of a core by process, %. */
  readonly idle: Times;
  readonly loads: readonly LoadReport[];
  readonly takeover: { readonly ms: number; readonly sessionTimeoutMs: number } | null;
}

const TICK_MS = 20;
const OPEN_WITHIN_MS = 300_000;
/** How long a load may take to drain before its rate is given up. */
const DRAIN_WITHIN_MS = 60_000;
/** A load that is assessed slower than this part of its rate was not kept up with. */
const KEPT_UP = 0.9;

/** Sends fills to the services as processes over Kafka, and watches what becomes of them. */
export async function benchLive(
  root: string,
  parent: string,
  options: LiveOptions,
  onProgress: (line: string) => void,
): Promise<LiveReport> {
  const dataDirectory = await mkdtemp(path.join(parent, 'ballast-live-'));
  const server = await EmbeddedServer.start({
    dataDirectory: path.join(dataDirectory, 'postgres'),
    settings: { max_connections: '300' },
  });
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      root,
      dataDirectory,
      databaseUrl: server.url(),
      partitions: options.partitions,
      mode: 'live',
      processes: PROCESSES.filter(({ serves }) => serves !== 'exchange'),
      environment: { SESSION_TIMEOUT_MS: String(options.sessionTimeoutMs) },
      nodeArguments: options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`],
      write: onProgress,
      onUnexpectedEnd: onProgress,
    });
    const connection = { brokers: stack.brokers, clientId: 'load' };
    // A service that is ready has created them, which the broker may not say of all of them yet.
    await createTopics(connection, { partitions: options.partitions, replication: 1 });
    const bus = await KafkaBus.open({ connection, incarnationOf: () => 'load' });
    try {
      const roots = new Map([...stack.pids, ['postgresql', server.pid ?? 0]]);
      return await new LiveBench(bus, stack, roots, options, onProgress).run();
    } finally {
      await bus.close();
    }
  } finally {
    await stack?.stop();
    await server.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

class LiveBench {
  readonly #exchange: ForeignExchange;
  readonly #watch = new ClearingWatch();

  constructor(
    private readonly bus: Bus,
    private readonly stack: Stack,
    private readonly roots: ReadonlyMap<string, number>,
    private readonly options: LiveOptions,
    private readonly onProgress: (line: string) => void,
  ) {
    const accounts = Array.from({ length: options.accounts }, (_, n) => `load-${n}.main`);
    this.#exchange = new ForeignExchange(bus, accounts, options.partitions);
  }

  async run(): Promise<LiveReport> {
    const { rates, accounts, partitions, idleSeconds, takeover } = this.options;
    await this.#watch.start(this.bus, partitions);
    const { seen } = this.#watch;
    this.onProgress(`live: opening ${accounts} accounts`);
    await this.#exchange.open();
    await until(() => seen.get('CollateralCredited') === accounts && seen.has('PriceSetPublished'), OPEN_WITHIN_MS);
    this.onProgress(`live: idle for ${idleSeconds} s`);
    const idle = idleSeconds === 0 ? new Map<string, number>() : await this.#idle(idleSeconds);
    const quoting = setInterval(() => void this.#exchange.quote(), 1_000);
    try {
      // Code that runs for the first time is slow, and nobody's rate.
      await this.#load(rates[0] as number, 5);
      const loads: LoadReport[] = [];
      for (const rate of rates) {
        this.onProgress(`live: ${rate} fills/s`);
        const report = await this.#load(rate, this.options.secondsEach);
        loads.push(report);
        if (report.sustained < KEPT_UP * rate) break;
      }
      return { idle, loads, takeover: takeover ? await this.#takeover(rates[0] as number) : null };
    } finally {
      clearInterval(quoting);
      await this.#watch.stop();
    }
  }

  async #idle(seconds: number): Promise<Times> {
    await wait(2_000);
    return this.#spent(() => wait(seconds * 1_000), seconds * 10);
  }

  async #load(rate: number, seconds: number): Promise<LoadReport> {
    this.#watch.reset();
    const { figures } = this.#watch;
    let sent = 0;
    let took = 0;
    const total = Math.round((rate * seconds) / 2) * 2;
    const cpuMsPerFill = await this.#spent(async () => {
      const started = performance.now();
      sent = await this.#send(rate, total);
      await until(() => figures.assessed >= sent, DRAIN_WITHIN_MS).catch(() => undefined);
      took = performance.now() - started;
    }, total);
    return { ...figures, rate, sent, sustained: (figures.assessed * 1_000) / took, cpuMsPerFill };
  }

  /** Every tick what is due by then; a broker that answers slowly makes the ticks longer and the loads bigger. */
  async #send(rate: number, total: number): Promise<number> {
    const started = performance.now();
    let sent = 0;
    while (sent < total) {
      const due = Math.min(total, Math.ceil(((performance.now() - started) * rate) / 1_000));
      const trades = Math.floor((due - sent) / 2);
      if (trades > 0) {
        await this.#exchange.trade(trades, (ids) => this.#watch.sent(ids, performance.now()));
        sent += 2 * trades;
      }
      await wait(TICK_MS);
    }
    return sent;
  }

  /** Processor time of a piece of work by process, divided. */
  async #spent(work: () => Promise<unknown>, by: number): Promise<Times> {
    const before = await processorTimes(this.roots);
    await work();
    const after = await processorTimes(this.roots);
    return new Map([...after].map(([name, ms]) => [name, (ms - (before.get(name) ?? 0)) / by]));
  }

  /** Kills one margin process as a failing machine would, and waits until each of its partitions has decided again. */
  async #takeover(rate: number): Promise<NonNullable<LiveReport['takeover']>> {
    const { sessionTimeoutMs } = this.options;
    const victim = 'margin-2';
    const answer = await fetch(`${this.stack.addresses.get(victim) ?? ''}/health/ready`);
    const { partitions } = (await answer.json()) as { readonly partitions: readonly number[] };
    const orphans = partitions.filter((partition) => partition >= 0);
    this.onProgress(`live: ${victim} is killed with partitions ${partitions.join(', ')}`);
    process.kill(this.stack.pids.get(victim) as number, 'SIGKILL');
    const killed = performance.now();
    const { lastOfMargin } = this.#watch;
    let isBack = false;
    const back = until(() => orphans.every((each) => (lastOfMargin.get(each) ?? 0) > killed + 1_000), 600_000).finally(
      () => (isBack = true),
    );
    while (!isBack) await Promise.race([back, this.#send(rate, rate)]);
    await back;
    const ms = Math.max(...orphans.map((each) => lastOfMargin.get(each) ?? 0)) - killed;
    return { ms, sessionTimeoutMs };
  }
}

async function until(isTrue: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs / 1_000} s`);
    await wait(TICK_MS);
  }
}
