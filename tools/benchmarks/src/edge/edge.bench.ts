import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { BallastClient } from '@ballast/exchange-client';
import type { BenchContext } from '../bench-server.js';
import { figure, type Bound, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { OptionExchange } from './option-exchange.js';
import { ServedHouse } from './served-house.js';

export interface EdgeOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** Of either expiry, a call and a put each. */
  readonly strikes: number;
  /** Clients that each ask a heavy what-if, again and again. */
  readonly askers: number;
  /** Moves, and as many shocks: each combined with each. */
  readonly steps: number;
  /** Without what-ifs and with them in turn. */
  readonly rounds: number;
  readonly secondsEach: number;
}

/** 961 points for 52 options, just below the most that one question may cost. */
export const EDGE_DEFAULTS: EdgeOptions = {
  accounts: 300,
  partitions: 4,
  strikes: 13,
  askers: 50,
  steps: 31,
  rounds: 3,
  secondsEach: 4,
};

const DEPOSIT: Bound = { of: 'p99', kind: 'at most', limit: 100 };
const LIVE: Bound = { of: 'p99', kind: 'at most', limit: 50 };
const TOO_MANY_REQUESTS = 429;
const LIVE_EVERY_MS = 20;
const QUOTE_EVERY_MS = 1_000;
const WARM_UP_MS = 2_000;

interface Answered {
  readonly status: number;
  readonly bytes: number;
  readonly retryAfterMs: number;
}

/** What deposits, one after the other, and liveness took while others asked or did not; and what those were told. */
class Beside {
  readonly deposits = new Latencies();
  readonly live = new Latencies();
  readonly whatIfs = new Latencies();
  /** Of an answer. */
  bytes = 0;
  refused = 0;
}

/** Deposits and liveness of `serve` beside clients that ask the heaviest what-ifs there are, and without them. */
export async function benchEdge(context: BenchContext, options: EdgeOptions = EDGE_DEFAULTS): Promise<Figure[]> {
  const database = await context.database();
  try {
    const house = await ServedHouse.start(database.connection, options.partitions);
    try {
      return await new EdgeBench(house.url, options, context.onProgress).run();
    } finally {
      await house.stop();
    }
  } finally {
    await database.close();
  }
}

class EdgeBench {
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #ballast: BallastClient;
  readonly #exchange: OptionExchange;
  readonly #question: string;
  #deposits = 0;
  #keys = 0;

  constructor(
    private readonly url: string,
    private readonly options: EdgeOptions,
    private readonly onProgress: (line: string) => void,
  ) {
    this.#ballast = new BallastClient({ url });
    this.#exchange = new OptionExchange(this.#ballast, options.strikes);
    const half = Math.floor(options.steps / 2);
    const axis = Array.from({ length: options.steps }, (_, step) => ((step - half) / 100).toFixed(2));
    this.#question = JSON.stringify({ shocks: { spotMoves: axis, volatilityShocks: axis } });
  }

  async run(): Promise<Figure[]> {
    const { accounts } = this.options;
    this.onProgress(`edge: ${accounts} accounts and ${this.#exchange.optionIds.length} options`);
    await this.#exchange.open(accounts);
    await this.#seen(this.#exchange.optionIds.length);
    const [alone, loaded] = [new Beside(), new Beside()];
    let isOver = false;
    const measuring = this.#rounds(alone, loaded).finally(() => (isOver = true));
    try {
      await Promise.all([measuring, this.#quoteUntil(() => isOver)]);
    } finally {
      this.#agent.destroy();
    }
    return this.#figures(alone, loaded);
  }

  async #rounds(alone: Beside, loaded: Beside): Promise<void> {
    const { rounds, secondsEach } = this.options;
    // Code that runs for the first time is slow, and nobody's figure.
    await this.#measure(new Beside(), WARM_UP_MS, true);
    for (let round = 1; round <= rounds; round += 1) {
      this.onProgress(`edge: round ${round} of ${rounds}`);
      await this.#measure(alone, secondsEach * 1_000, false);
      await this.#measure(loaded, secondsEach * 1_000, true);
    }
  }

  async #quoteUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#exchange.quote();
      await wait(QUOTE_EVERY_MS);
    }
  }

  /** Waits until margin has all options of the account that is asked about. */
  async #seen(options: number): Promise<void> {
    for (;;) {
      const { positions } = await this.#ballast.get<{ readonly positions: readonly unknown[] }>(
        `/accounts/${OptionExchange.HOLDER}`,
      );
      if (positions.length === options) return;
      await this.#exchange.quote();
      await wait(QUOTE_EVERY_MS / 4);
    }
  }

  async #measure(into: Beside, ms: number, asked: boolean): Promise<void> {
    const until = performance.now() + ms;
    const isOn = (): boolean => performance.now() < until;
    await Promise.all([
      this.#deposit(into, isOn),
      this.#look(into, isOn),
      ...(asked ? Array.from({ length: this.options.askers }, () => this.#ask(into, isOn)) : []),
    ]);
  }

  async #deposit({ deposits }: Beside, isOn: () => boolean): Promise<void> {
    while (isOn()) {
      this.#deposits += 1;
      const accountId = `client-${this.#deposits % this.options.accounts}.main`;
      const body = JSON.stringify({ depositId: `beside-${this.#deposits}`, asset: 'USD', amount: '1' });
      const started = performance.now();
      const { status } = await this.#send('POST', `/accounts/${accountId}/deposits`, body);
      deposits.record(performance.now() - started);
      if (status !== 201) throw new Error(`a deposit was answered with ${status}`);
    }
  }

  async #look({ live }: Beside, isOn: () => boolean): Promise<void> {
    while (isOn()) {
      const started = performance.now();
      const { status } = await this.#send('GET', '/health/live');
      live.record(performance.now() - started);
      if (status !== 200) throw new Error(`/health/live was answered with ${status}`);
      await wait(LIVE_EVERY_MS);
    }
  }

  /** Asks again as soon as there is an answer, and after the time that it is told when it is refused. */
  async #ask(into: Beside, isOn: () => boolean): Promise<void> {
    while (isOn()) {
      const started = performance.now();
      const { status, bytes, retryAfterMs } = await this.#send(
        'POST',
        `/accounts/${OptionExchange.HOLDER}/what-if`,
        this.#question,
      );
      if (status === 200) {
        into.whatIfs.record(performance.now() - started);
        into.bytes = bytes;
      } else if (status === TOO_MANY_REQUESTS) {
        into.refused += 1;
        if (!(retryAfterMs > 0)) throw new Error('a what-if was refused without Retry-After');
        await wait(retryAfterMs);
      } else throw new Error(`a what-if was answered with ${status}`);
    }
  }

  #send(method: string, path: string, body?: string): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': `beside-what-ifs-${++this.#keys}` };
      const request = http.request(this.url + path, { method, agent: this.#agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('error', reject);
        response.on('end', () => {
          const retryAfterMs = Number(response.headers['retry-after'] ?? 0) * 1_000;
          resolve({ status: response.statusCode ?? 0, bytes, retryAfterMs });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  #figures(alone: Beside, loaded: Beside): Figure[] {
    const { askers, steps, accounts } = this.options;
    const points = steps * steps;
    const load = `${askers} clients that ask ${points} points of ${this.#exchange.optionIds.length} options; ${accounts} accounts`;
    const answers = `${loaded.whatIfs.samples} answers of ${(loaded.bytes / 1e6).toFixed(1)} MB, ${loaded.refused} times 429 with Retry-After`;
    const of = (what: string, before: Latencies, beside: Latencies, bound: Bound): Figure =>
      figure({
        part: 'edge',
        what,
        value: beside.p50,
        p99: beside.p99,
        unit: 'ms',
        note: `${beside.samples} of them, at most ${beside.percentile(100).toFixed(0)} ms; without what-ifs p99 ${before.p99.toFixed(1)}, at most ${before.percentile(100).toFixed(0)} ms`,
        reference: { what: 'without what-ifs', value: before.p50, unit: 'ms' },
        bound,
      });
    return [
      of('a deposit beside heavy what-ifs', alone.deposits, loaded.deposits, DEPOSIT),
      of('/health/live beside heavy what-ifs', alone.live, loaded.live, LIVE),
      figure({
        part: 'edge',
        what: 'a heavy what-if',
        value: loaded.whatIfs.p50,
        p99: loaded.whatIfs.p99,
        unit: 'ms',
        note: `${load}; ${answers}`,
      }),
    ];
  }
}
