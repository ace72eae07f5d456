import { LiveExchange, LiveLoop, type LiveRunner } from '@ballast/services';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ClearingRun } from './clearing-run.js';

export interface LiveOptions {
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Called once per step, while everything runs. */
  readonly onStep?: (step: number) => void;
}

/**
 * Runs a window without any gate: every partition as soon as something arrives, the exchange ahead of the services,
 * and each delivery late by a random number of turns, so that inputs interleave differently everywhere.
 */
export async function runLive({ house, simulator, steps }: ClearingRun, { draw, onStep }: LiveOptions): Promise<void> {
  const turns = async (most: number): Promise<void> => {
    for (let left = Math.floor(draw() * most); left > 0; left--) await breathe();
  };
  const worker = await house.openExchange(simulator);
  await Promise.all([house.catchUp(), worker.catchUp()]);
  const exchange = new LiveExchange(worker);
  let failure: unknown;
  // A partition that dawdles: it takes what came only after some turns, when more has come from elsewhere.
  const dawdling = house.workers.map((worker): LiveRunner => ({
    sources: worker.sources,
    get backlog() {
      return worker.backlog;
    },
    async runLive() {
      await turns(12);
      return worker.runLive();
    },
  }));
  const loop = new LiveLoop([...dawdling, exchange], (_, error) => (failure ??= error));
  const unwatch = house.onAppended((entries) => loop.delivered(entries));
  house.onCommand((worker) => loop.wake(dawdling[house.workers.indexOf(worker)] as LiveRunner));
  const stopIfFailed = (): void => {
    if (failure !== undefined) throw failure as Error;
  };
  try {
    for (const [index, step] of steps.entries()) {
      exchange.step(step);
      loop.wake(exchange);
      onStep?.(index);
      await turns(200);
      stopIfFailed();
    }
    await loop.idle();
    stopIfFailed();
  } finally {
    unwatch();
    await loop.stop();
  }
}
