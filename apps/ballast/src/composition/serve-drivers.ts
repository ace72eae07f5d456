import { setImmediate as breathe, setTimeout as wait } from 'node:timers/promises';
import type { ExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import { ExchangeHost, LiveLoop, type ClearingHouse, type LiveRunner, type Simulation } from '@ballast/services';

/** Runs a clearing house until the signal says stop; then ends what is begun and answers the commands that wait. */
export type Driver = (stop: AbortSignal) => Promise<void>;

export interface ReplayNotices {
  readonly onStep: () => void;
  /** Told once, when the last step is done; serving goes on after that. */
  readonly onDone: () => Promise<void>;
}

/** Replays a simulation in lockstep at full speed; afterwards decides commands as they come. */
export function replayDriver(house: ClearingHouse, simulation: Simulation, { onStep, onDone }: ReplayNotices): Driver {
  return async (stop) => {
    let wake: () => void = () => undefined;
    house.onCommand = () => wake();
    stop.addEventListener('abort', () => wake(), { once: true });
    while (!stop.aborted && !simulation.done) {
      await simulation.step();
      onStep();
      // HTTP gets its turn between two steps, also when the store never waits.
      await breathe();
    }
    if (simulation.done) await onDone();
    while (!stop.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (house.workers.every(({ waitingCommands }) => waitingCommands === 0)) await woken;
      await simulation.runCommands();
    }
    await simulation.runCommands();
  };
}

/** A simulated exchange that steps by the wall clock and answers whenever something arrives. */
class FreeExchange implements LiveRunner {
  #due: Instant | undefined;

  constructor(private readonly host: ExchangeHost<unknown>) {}

  get sources(): LiveRunner['sources'] {
    return this.host.sources;
  }

  get backlog(): number {
    return this.host.backlog + (this.#due === undefined ? 0 : 1);
  }

  get stepPending(): boolean {
    return this.#due !== undefined;
  }

  step(at: Instant): void {
    this.#due = at;
  }

  /** Answers first: a step that is due at every turn must not keep close-out orders waiting for ever. */
  async runLive(): Promise<number> {
    const answered = await this.host.runLive();
    const at = this.#due;
    if (at === undefined) return answered;
    this.#due = undefined;
    return answered + 1 + (await this.host.begin(at));
  }
}

export interface LiveExchangeOptions {
  readonly simulator: ExchangeSimulator<unknown>;
  readonly steps: readonly Instant[];
  /** Steps in a second of wall time. */
  readonly speed: number;
  readonly onStep: () => void;
}

/** Runs all partitions freely, with or without a simulated exchange; inputs interleave as they come. */
export function liveDriver(house: ClearingHouse, exchange: LiveExchangeOptions | undefined): Driver {
  return async (stop) => {
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => undefined);
    const runners: LiveRunner[] = [...house.workers];
    let clock: (() => Promise<void>) | undefined;
    let free: FreeExchange | undefined;
    if (exchange !== undefined) {
      const { simulator, steps } = exchange;
      const host = await ExchangeHost.open({
        simulator,
        logs: house.logs,
        reader: house.logs,
        partitions: house.partitions,
        worker: house.worker,
        publish: (entries) => house.publish(entries),
        lastStep: 'behind',
      });
      house.delivery.add(host);
      await host.catchUp();
      free = new FreeExchange(host);
      runners.push(free);
      const from = host.lastStep;
      const rest = from === undefined ? steps : steps.filter((step) => step > from);
      clock = () => tick(rest, exchange, free as FreeExchange, loop, stop);
    }
    await house.catchUp();
    const loop = new LiveLoop(runners, (_, error) => fail(error));
    const unwatch = house.onAppended((entries) => loop.delivered(entries));
    house.onCommand = (worker) => loop.wake(worker);
    try {
      const stopped = new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        stop.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([failed, Promise.all([stopped, clock?.()])]);
      // What is begun is brought to its end, so that nobody waits for an answer that never comes.
      await Promise.race([failed, loop.idle()]);
    } finally {
      unwatch();
      await loop.stop();
    }
  };
}

async function tick(
  steps: readonly Instant[],
  { speed, onStep }: LiveExchangeOptions,
  exchange: FreeExchange,
  loop: LiveLoop,
  stop: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    await wait(1_000 / speed, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    // A step that is late delays the next one; steps are never skipped.
    while (exchange.stepPending) await breathe();
    exchange.step(step);
    loop.wake(exchange);
    onStep();
  }
}
