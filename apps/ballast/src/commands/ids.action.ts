import { accountsProcess } from '@ballast/accounts-domain';
import { partitionNumbers, type EventLog } from '@ballast/event-log';
import { outcomePages } from '@ballast/partition-worker';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';

interface IdsOptions extends Omit<StoreOptions, 'log'> {
  readonly rebuild?: boolean;
}

/** Prints how far the indexes of ids of each partition go, after they were made anew if that is asked for. */
export async function tellIds(options: IdsOptions): Promise<void> {
  const rebuild = options.rebuild === true;
  const { logs, place, close } = await openLogs(options, { allOfThem: false, readOnly: !rebuild });
  try {
    if (!logs.has('accounts')) throw new UsageError(`${place} does not hold accounts, whose ids are indexed`);
    const progress = new ProgressPrinter(process.stderr);
    const accounts = logs.log('accounts');
    for (let partition = 0; partition < logs.partitions; partition++) {
      if (rebuild) await rebuildOutcomes(accounts, partition, progress);
      const [count, upTo] = [await accounts.outcomes.count(partition), await accounts.outcomes.indexed(partition)];
      progress.end();
      process.stdout.write(`accounts/${partition}: ${grouped(count)} ids up to position ${grouped(upTo)}\n`);
    }
    for (const name of logs.names) {
      const log = logs.log(name);
      for (const partition of partitionNumbers(log)) {
        if (rebuild) await rebuildCommandIds(log, partition, progress);
        const { head, indexRows, indexedCommands } = await log.standing(partition);
        progress.end();
        if (head.commands === 0 && indexRows === 0) continue;
        process.stdout.write(
          `${name}/${partition}: ${grouped(indexRows)} ids of commands up to command ${grouped(indexedCommands)} of ${grouped(head.commands)}\n`,
        );
      }
    }
  } finally {
    await close();
  }
}

function rebuildOutcomes(log: EventLog, partition: number, progress: ProgressPrinter): Promise<void> {
  return log.outcomes.rebuild(partition, async function* (after) {
    const size = (await log.heads()).find((head) => head.partition === partition)?.size ?? 0;
    for await (const page of outcomePages({ process: accountsProcess, partition }, log, after, size)) {
      progress.update(() => `accounts/${partition}: read up to position ${grouped(page.upTo)} of ${grouped(size)}`);
      yield page;
    }
  });
}

function rebuildCommandIds(log: EventLog, partition: number, progress: ProgressPrinter): Promise<void> {
  return log.rebuildCommandIndex(partition, (number) =>
    progress.update(() => `${log.name}/${partition}: put in the ids of ${grouped(number)} commands`),
  );
}
