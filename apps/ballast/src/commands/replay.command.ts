import { Command } from 'commander';
import { replay } from '@ballast/audit';
import { SERVICES } from '@ballast/services';
import { openLogs } from '../composition/open-logs.js';
import { withStoreOptions, type StoreOptions } from '../composition/store-options.js';

export function replayCommand(): Command {
  return withStoreOptions(
    new Command('replay').description(
      'Decides every event of all four logs again from its recorded cause and compares byte for byte; exit 1 at the first difference.',
    ),
  )
    .option('--json', 'print the report as JSON')
    .action(async (options: StoreOptions & { json?: boolean }) => {
      const { logs, close } = await openLogs(options);
      try {
        let shown = 0;
        const report = await replay(
          logs,
          SERVICES,
          () => performance.now(),
          (progress) => {
            if (performance.now() - shown < 1_000) return;
            shown = performance.now();
            process.stderr.write(
              `replaying ${progress.log}/${progress.partition}: ${progress.events} of ${progress.totalEvents} events\n`,
            );
          },
        );
        if (options.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        else {
          const { divergence } = report;
          process.stdout.write(
            `replayed ${report.events} events, ${report.decisions} decisions in ${(report.durationMs / 1000).toFixed(1)} s ` +
              `(${report.decisionsPerSecond} decisions/s): ${divergence === undefined ? 'all identical' : 'DIVERGES'}\n`,
          );
          if (divergence !== undefined) {
            process.stdout.write(
              `first difference: ${divergence.log}/${divergence.partition} position ${divergence.position}: ${divergence.what}\n` +
                `  stored:     ${divergence.stored ?? '(nothing)'}\n  recomputed: ${divergence.recomputed ?? '(nothing)'}\n`,
            );
          }
        }
        if (report.divergence !== undefined) process.exitCode = 1;
      } finally {
        await close();
      }
    });
}
