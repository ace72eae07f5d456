import { divergenceText, replay, type ReplayReport } from '@ballast/audit';
import { SERVICES } from '@ballast/services';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { grouped } from './grouped.js';

export async function replayLogs(options: StoreOptions & { json?: boolean }): Promise<void> {
  const { logs, close } = await openLogs(options);
  try {
    const progress = new ProgressPrinter(process.stderr);
    const report = await replay(
      logs,
      SERVICES,
      () => performance.now(),
      ({ log, partition, events, totalEvents }) =>
        progress.update(() => `replaying ${log}/${partition}: ${grouped(events)} of ${grouped(totalEvents)} events`),
    );
    progress.end();
    process.stdout.write(`${options.json === true ? JSON.stringify(report, null, 2) : reportText(report)}\n`);
    if (report.divergence !== undefined) process.exitCode = 1;
  } finally {
    await close();
  }
}

function reportText({ events, decisions, durationMs, divergence }: ReplayReport): string {
  const found = divergence === undefined ? 'all identical' : 'DIVERGES';
  return (
    `replayed ${grouped(events)} events of the service logs, ${grouped(decisions)} account decisions ` +
    `in ${(durationMs / 1_000).toFixed(1)} s: ${found}` +
    (divergence === undefined ? '' : `\n${divergenceText(divergence)}`)
  );
}
