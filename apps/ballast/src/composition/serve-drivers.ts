import { setImmediate as breathe, setTimeout as wait } from 'node:timers/promises';
import type { ExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { Instant } from '@ballast/kernel';
import {
  CLOCK_EVERY_MS,
  LiveExchange,
  LiveLoop,
  silenceOf,
  wallClockFrom,
  type ClearingHouse,
  type ExchangeIntake,
  type LiveRunner,
  type Simulation,
} from '@ballast/services';

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
    house.onCommand(() => wake());
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

export interface LiveExchangeOptions {
  readonly simulator: ExchangeSimulator;
  readonly steps: readonly Instant[];
  /** Steps in a second of wall time. */
  readonly speed: number;
  readonly onStep: () => void;
}

/** Runs all partitions freely, and takes the messages of an exchange outside; the clock goes on while it says nothing. */
export function intakeDriver(house: ClearingHouse, intake: ExchangeIntake): Driver {
  const run = liveDriver(house, undefined);
  return async (stop) => {
    const failed = new Promise<never>((_, reject) => (intake.onFailure = reject));
    failed.catch(() => undefined);
    const stopClock = intake.startClock();
    try {
      await Promise.race([failed, run(stop)]);
    } finally {
      stopClock();
    }
  };
}

/** Runs all partitions freely, with or without a simulated exchange; inputs interleave as they come. */
export function liveDriver(house: ClearingHouse, exchange: LiveExchangeOptions | undefined): Driver {
  return async (stop) => {
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => undefined);
    const runners: LiveRunner[] = [...house.workers];
    let clock: (() => Promise<void>) | undefined;
    /** Ends the clock, too, when a partition has failed: nobody takes what it says any more. */
    const over = new AbortController();
    const ending = AbortSignal.any([stop, over.signal]);
    if (exchange !== undefined) {
      const { simulator, steps } = exchange;
      const worker = await house.openExchange(simulator);
      await worker.catchUp();
      const free = new LiveExchange(worker);
      runners.push(free);
      const rest = steps.filter((step) => step > (free.lastStep ?? -Infinity));
      clock = async () => {
        await tick(rest, exchange, free, loop, ending);
        await tickOn(house, free, loop, ending);
      };
    }
    await house.catchUp();
    const loop = new LiveLoop(runners, (_, error) => fail(error));
    const unwatch = house.onAppended((entries) => loop.delivered(entries));
    house.onCommand((worker) => loop.wake(worker));
    try {
      const stopped = new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        stop.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([failed, Promise.all([stopped, clock?.()])]);
      // What is begun is brought to its end, so that nobody waits for an answer that never comes.
      await Promise.race([failed, loop.idle()]);
    } finally {
      over.abort();
      unwatch();
      await loop.stop();
    }
  };
}

async function tick(
  steps: readonly Instant[],
  { speed, onStep }: LiveExchangeOptions,
  exchange: LiveExchange,
  loop: LiveLoop,
  stop: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    await wait(1_000 / speed, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    // A step that is late delays the next one; steps are never skipped.
    while (exchange.stepsPending > 0 && !stop.aborted) await breathe();
    exchange.step(step);
    loop.wake(exchange);
    onStep();
  }
}

/**
 * The feed is over, the clock is not: it goes on by the wall, so that everybody notices that nothing is quoted any more. What passed
 * while nothing ran here counts too.
 * @see docs/spec/pricing.md CLR-PRC-013
 */
async function tickOn(house: ClearingHouse, exchange: LiveExchange, loop: LiveLoop, stop: AbortSignal): Promise<void> {
  while (exchange.stepsPending > 0 && !stop.aborted) await breathe();
  const silentFor = (await silenceOf(house.logs.log('exchange.quotes'))) ?? 0;
  const clock = wallClockFrom((exchange.lastStep ?? 0) + silentFor);
  while (!stop.aborted) {
    await wait(CLOCK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    if (exchange.stepsPending > 0) continue;
    exchange.step(clock());
    loop.wake(exchange);
  }
}
