import fs from 'node:fs/promises';
import { faultText, verify, verifySnapshots, type VerifyReport } from '@ballast/audit';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { SERVICES } from '@ballast/services';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';

interface VerifyCliOptions extends Omit<StoreOptions, 'log'> {
  readonly json?: boolean;
  readonly snapshots?: boolean;
  readonly against?: string;
  readonly key?: string;
  readonly log?: string;
  readonly partition?: number;
  readonly from?: number;
  readonly to?: number;
}

export async function verifyLogs(options: VerifyCliOptions): Promise<void> {
  const parts = await partsOf(options);
  const { logs, close } = await openLogs(options, { allOfThem: false });
  try {
    const progress = new ProgressPrinter(process.stderr);
    const report = await verify(logs, { ...parts, onProgress: (what) => progress.update(() => `verifying ${what}`) });
    const snapshots =
      options.snapshots === true && report.faults.length === 0
        ? await verifySnapshots(logs, SERVICES, () => progress.update(() => 'verifying snapshots'))
        : undefined;
    progress.end();
    const faults = snapshots?.fault === undefined ? report.faults : [...report.faults, snapshots.fault];
    const proved = snapshots && { snapshots: snapshots.proved };
    const text =
      options.json === true
        ? JSON.stringify({ ok: faults.length === 0, ...report, ...proved, faults }, null, 2)
        : reportText({ ...report, ...proved, faults }, options.key !== undefined);
    process.stdout.write(`${text}\n`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await close();
  }
}

async function partsOf({ against, key, log, partition, from, to }: VerifyCliOptions) {
  const names: readonly string[] = [...SERVICE_LOGS, ...EXCHANGE_LOGS];
  if (log !== undefined && !names.includes(log)) throw new UsageError(`--log ${log}: name one of ${names.join(', ')}`);
  if (partition !== undefined && log === undefined) throw new UsageError('--partition: name the log with --log');
  if ((from !== undefined || to !== undefined) && partition === undefined) {
    throw new UsageError('--from and --to are positions of a partition: name it with --log and --partition');
  }
  if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is behind --to ${to}`);
  // A verifier key is a name, eight hex digits and the key, with a plus between them.
  const isFile = key !== undefined && !/^[^+]+\+[0-9a-f]{8}\+/.test(key);
  return {
    against: against === undefined ? undefined : await textOf('--against', against, 'made by ballast checkpoint'),
    key: isFile ? (await textOf('--key', key, 'with a verifier key')).trim() : key,
    ...{ log, partition, from, to },
  };
}

function reportText(report: VerifyReport & { readonly snapshots?: number }, isPinned: boolean): string {
  const { events, exchangeEvents, liquidationsJudged, checkpoints, snapshots, signers, leftOut, faults } = report;
  const lines = faults.map((fault) => `NOT SOUND: ${faultText(fault)}`);
  if (faults.length === 0) {
    lines.push(
      `verified ${grouped(events)} events of the service logs, ${grouped(exchangeEvents)} of the exchange's, ` +
        `${grouped(liquidationsJudged)} liquidations` +
        (checkpoints > 0 ? `, ${checkpoints} signed checkpoints` : '') +
        (snapshots === undefined ? '' : `, ${snapshots} snapshots`) +
        ': nothing was altered' +
        (leftOut.length === 0 ? ', all invariants hold' : ''),
    );
  }
  for (const each of leftOut) lines.push(`not judged: ${each}`);
  for (const signer of signers)
    lines.push(`signed by ${signer}${isPinned ? '' : ' (compare it, or name it with --key)'}`);
  return lines.join('\n');
}

async function textOf(option: string, file: string, what: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${(error as Error).message}; name a file ${what}`);
  }
}
