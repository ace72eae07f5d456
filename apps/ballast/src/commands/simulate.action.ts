import { isoOf } from '@ballast/kernel';
import { openSimulation } from '../composition/open-simulation.js';
import { progressLine } from '../composition/progress-line.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { SimulationCliOptions } from '../composition/simulation-options.js';
import type { StoreOptions } from '../composition/store-options.js';
import { summaryOf, summaryTable } from '../composition/summary.js';

interface SimulateOptions extends SimulationCliOptions, StoreOptions {
  readonly json?: boolean;
  readonly brokers?: string;
  readonly topicPrefix?: string;
}

export async function simulate(options: SimulateOptions): Promise<void> {
  if (options.brokers !== undefined) {
    const { simulateOverKafka } = await import('../composition/distributed-simulation.js');
    return simulateOverKafka({ ...options, brokers: options.brokers });
  }
  const started = performance.now();
  const progress = new ProgressPrinter(process.stderr);
  const session = await openSimulation(options, (line) => progress.line(line), {
    onRebuild: (line) => progress.update(() => line),
  });
  let stopping = false;
  const stop = (): void => {
    stopping = true;
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { simulation } = session;
    if (simulation.stepsDone > 0 && !simulation.done) {
      progress.line(`resuming at ${isoOf(session.steps[simulation.stepsDone] as number)}`);
    }
    while (!simulation.done && !stopping) {
      await simulation.step();
      progress.update((columns) => progressLine(session.picture(), columns));
    }
    progress.end();
    if (stopping) {
      progress.line('stopped; the same command goes on from here');
      process.exitCode = 130;
      return;
    }
    const picture = session.picture();
    const summary = summaryOf(picture, await session.house.digests(), performance.now() - started);
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary, null, 2) : summaryTable(picture, summary)}\n`,
    );
  } finally {
    await session.close();
  }
}
