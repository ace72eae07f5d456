import { divergenceText, replay, type ReplayReport } from '@ballast/audit/checks';
import { SERVICE_LOGS } from '@ballast/facts';
import { SERVICES } from '@ballast/services/definitions';
import { openProgress } from '../composition/audit-progress-file.js';
import { AuditThreads } from '../composition/audit-threads.js';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { remainingWords } from '../composition/rebuild-progress.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';
import { assertLogPart, assertPartThere, type LogPartOptions } from './log-part.js';

interface ReplayCliOptions extends Omit<StoreOptions, 'log'>, LogPartOptions {
  readonly json?: boolean;
  readonly workers: number;
  readonly progress?: string;
}

/** Events of a partition between two states that are noted: some seconds of work. */
const WAYPOINT_EVERY = 10_000;

/** Least length of a segment that a thread decides: it begins and ends with a state that costs as much as hundreds of events. */
const SEGMENT_EVENTS = 20_000;

export async function replayLogs(options: ReplayCliOptions): Promise<void> {
  const { log, partition, from, to, workers, archive } = options;
  assertLogPart(options, SERVICE_LOGS);
  if (options.progress !== undefined && partition !== undefined) {
    throw new UsageError('--progress is for whole logs: leave out --partition');
  }
  const { logs, close, connection } = await openLogs(options);
  const threads = workers > 1 ? new AuditThreads({ connection, archive, threads: workers }) : undefined;
  try {
    await assertPartThere(logs, options);
    const noted = options.progress === undefined ? undefined : await openProgress(logs, 'replay', options.progress);
    const progress = new ProgressPrinter(process.stderr);
    const remaining = remainingWords();
    remaining(0);
    const report = await replay(logs, SERVICES, () => performance.now(), {
      ...{ log, partition, from, to, runner: threads, segmentEvents: threads && SEGMENT_EVENTS },
      ...(noted !== undefined && {
        waypoints: {
          every: WAYPOINT_EVERY,
          reached: (name, of) => noted.reached(name, of),
          tell: (waypoint) => noted.tell(waypoint),
        },
      }),
      onProgress: ({ log: name, partition: of, events, totalEvents }) => {
        const left = remaining(Math.min(1, events / totalEvents));
        progress.update(() => `replaying: ${grouped(events)} of ${grouped(totalEvents)} events${left}: ${name}/${of}`);
      },
    });
    progress.end();
    process.stdout.write(`${options.json === true ? JSON.stringify(report, null, 2) : reportText(report)}\n`);
    if (report.divergence !== undefined) process.exitCode = 1;
  } finally {
    await threads?.close();
    await close();
  }
}

function reportText({ events, taken, decisions, durationMs, divergence }: ReplayReport): string {
  const found = divergence === undefined ? 'all identical' : 'DIVERGES';
  return (
    `replayed ${grouped(events)} events of the service logs, ${grouped(decisions)} account decisions ` +
    `in ${(durationMs / 1_000).toFixed(1)} s: ${found}` +
    (divergence === undefined ? '' : `\n${divergenceText(divergence)}`) +
    (taken === 0
      ? ''
      : `\n${grouped(taken)} more were taken as they are read: two persons corrected an event beside them`)
  );
}
