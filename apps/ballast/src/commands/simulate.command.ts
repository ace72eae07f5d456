import { Command, Option } from 'commander';
import { isoOf } from '@ballast/kernel';
import { openSimulation } from '../composition/open-simulation.js';
import { progressLine } from '../composition/progress-line.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { genesisOfOptions } from '../composition/rules-options.js';
import { withSimulationOptions, type SimulationCliOptions } from '../composition/simulation-options.js';
import { DEFAULT_PARTITIONS, wholeNumber, withStoreOptions, type StoreOptions } from '../composition/store-options.js';
import { summaryOf, summaryTable } from '../composition/summary.js';
import { UsageError } from '../usage-error.js';
import { examples } from './examples.js';

interface SimulateOptions extends SimulationCliOptions, StoreOptions {
  readonly json?: boolean;
  readonly brokers?: string;
  readonly topicPrefix?: string;
}

export function simulateCommand(): Command {
  const command = withSimulationOptions(
    new Command('simulate').description(
      'Replays a market through the whole clearing house in lockstep, as fast as it can; resumes what it finds.',
    ),
  );
  return withStoreOptions(command, 'writes')
    .addOption(
      new Option('--log <kind>', 'where the logs are kept').choices(['memory', 'postgres']).default('postgres'),
    )
    .addOption(
      new Option('--partitions <n>', 'numbered partitions of every log; fixed when the logs are created')
        .argParser(wholeNumber(1, 1024))
        .default(DEFAULT_PARTITIONS),
    )
    .option('--brokers <list>', 'drive the service processes behind these Kafka brokers instead of running them here')
    .option('--topic-prefix <text>', 'prefix of the topics, when several houses share the brokers')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      examples(
        [
          'simulate --log memory --accounts 100 --to 2020-03-12T01:00:00Z',
          'An hour of the crash of March 2020, kept nowhere',
        ],
        [
          'simulate --data-dir /tmp/run --seed 6',
          'Five days, kept for verify, replay and explain; the same command resumes',
        ],
        ['simulate --scenario option-writers --data-dir /tmp/options', 'Options, futures and an expiry; takes minutes'],
      ),
    )
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.brokers !== undefined) {
    if ((options.documents ?? options.author ?? options.approver) !== undefined) {
      throw new UsageError(
        '--documents, --author and --approver are for logs of this process; leave them out here, and set DOCUMENTS, GENESIS_AUTHOR and GENESIS_APPROVER of the services',
      );
    }
    const { simulateOverKafka } = await import('../composition/distributed-simulation.js');
    return simulateOverKafka({ ...options, brokers: options.brokers });
  }
  const started = performance.now();
  const progress = new ProgressPrinter(process.stderr);
  const session = await openSimulation(options, (line) => progress.line(line), {
    genesis: genesisOfOptions(options),
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
