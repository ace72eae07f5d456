import { GroupCommitter, type AppendItem, type AppendOutcome, type EventLog } from '@ballast/event-log';
import type { ClearingMetrics } from '@ballast/observability';
import type { Committer } from '@ballast/partition-worker';

/** Measures from handing over an item to its commit. */
export function measuredCommitter(metrics: ClearingMetrics): (log: EventLog) => Committer {
  return (log) => {
    const committer = new GroupCommitter(log);
    return {
      async submit(item: AppendItem): Promise<AppendOutcome> {
        const took = metrics.append.startTimer({ log: log.name });
        const outcome = await committer.submit(item);
        took();
        for (const { type } of item.events) metrics.events.inc({ log: log.name, type });
        return outcome;
      },
    };
  };
}
