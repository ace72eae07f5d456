import { accountsProcess } from '@ballast/accounts-domain';
import { outcomePages } from '@ballast/partition-worker';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';

interface IdsOptions extends Omit<StoreOptions, 'log'> {
  readonly rebuild?: boolean;
}

/** Prints how far the index of ids of each partition goes, after it was made anew if that is asked for. */
export async function tellIds(options: IdsOptions): Promise<void> {
  const rebuild = options.rebuild === true;
  const { logs, place, close } = await openLogs(options, { allOfThem: false, readOnly: !rebuild });
  try {
    if (!logs.has('accounts')) throw new UsageError(`${place} does not hold accounts, whose ids are indexed`);
    const log = logs.log('accounts');
    const progress = new ProgressPrinter(process.stderr);
    for (let partition = 0; partition < logs.partitions; partition++) {
      if (rebuild) {
        await log.outcomes.rebuild(partition, async function* (upTo) {
          for await (const page of outcomePages({ process: accountsProcess, partition }, log, 0, upTo)) {
            progress.update(
              () => `accounts/${partition}: read up to position ${grouped(page.upTo)} of ${grouped(upTo)}`,
            );
            yield page.placed;
          }
        });
      }
      const [count, upTo] = [await log.outcomes.count(partition), await log.outcomes.indexed(partition)];
      progress.end();
      process.stdout.write(`accounts/${partition}: ${grouped(count)} ids up to position ${grouped(upTo)}\n`);
    }
  } finally {
    await close();
  }
}
