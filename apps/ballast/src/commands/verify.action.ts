import fs from 'node:fs/promises';
import { faultText, verify, verifySnapshots } from '@ballast/audit';
import { SERVICES } from '@ballast/services';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';

export async function verifyLogs(
  options: StoreOptions & { json?: boolean; against?: string; snapshots?: boolean },
): Promise<void> {
  const against = options.against === undefined ? undefined : await readCheckpoints(options.against);
  const { logs, close } = await openLogs(options);
  try {
    const progress = new ProgressPrinter(process.stderr);
    const report = await verify(logs, {
      against,
      onProgress: (what) => progress.update(() => `verifying ${what}`),
    });
    const snapshots =
      options.snapshots === true && report.faults.length === 0
        ? await verifySnapshots(logs, SERVICES, () => progress.update(() => 'verifying snapshots'))
        : undefined;
    progress.end();
    const faults = snapshots?.fault === undefined ? report.faults : [...report.faults, snapshots.fault];
    if (options.json === true)
      process.stdout.write(
        `${JSON.stringify({ ok: faults.length === 0, ...report, ...(snapshots && { snapshots: snapshots.proved }), faults }, null, 2)}\n`,
      );
    else if (faults.length === 0) {
      process.stdout.write(
        `verified ${grouped(report.events)} events of the service logs, ${grouped(report.exchangeEvents)} of the exchange's, ` +
          `${grouped(report.liquidationsJudged)} liquidations` +
          `${report.checkpoints > 0 ? `, ${report.checkpoints} signed checkpoints` : ''}${snapshots ? `, ${snapshots.proved} snapshots` : ''}: nothing was altered, all invariants hold\n`,
      );
    } else for (const fault of faults) process.stdout.write(`NOT SOUND: ${faultText(fault)}\n`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await close();
  }
}

async function readCheckpoints(file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--against ${file}: ${(error as Error).message}; name a file made by ballast checkpoint`);
  }
}
