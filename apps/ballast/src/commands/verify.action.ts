import {
  correctedText,
  faultText,
  inTurn,
  verify,
  verifySnapshots,
  type VerifyProgress,
  type VerifyReport,
} from '@ballast/audit/checks';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { SERVICES } from '@ballast/services/definitions';
import { CheckpointRejected } from '@ballast/event-log';
import { assertArchiveThere } from '../composition/assert-archive-there.js';
import { openProgress } from '../composition/audit-progress-file.js';
import { AuditThreads } from '../composition/audit-threads.js';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { percentWords, remainingWords } from '../composition/rebuild-progress.js';
import type { StoreOptions } from '../composition/store-options.js';
import { grouped } from './grouped.js';
import { assertLogPart, assertPartThere, type LogPartOptions } from './log-part.js';
import { UsageError } from '../usage-error.js';
import { fileText, verifierKeyOf } from './file-text.js';

interface VerifyCliOptions extends Omit<StoreOptions, 'log'>, LogPartOptions {
  readonly json?: boolean;
  readonly snapshots?: boolean;
  readonly against?: string;
  readonly key?: string;
  readonly workers: number;
  readonly progress?: string;
}

export async function verifyLogs(options: VerifyCliOptions): Promise<void> {
  const parts = await partsOf(options);
  const { workers, archive } = options;
  const { logs, close, connection } = await openLogs(options, { allOfThem: false });
  const threads = workers > 1 ? new AuditThreads({ connection, archive, threads: workers }) : undefined;
  try {
    await assertPartThere(logs, options);
    await assertArchiveThere(logs, archive, parts);
    const exchange =
      options.snapshots === true
        ? await (await import('../composition/exchange-of-logs.js')).exchangeOfLogs(logs)
        : undefined;
    const here = threads ?? inTurn({ logs, services: SERVICES, exchange });
    const runner =
      options.progress === undefined ? here : (await openProgress(logs, 'verify', options.progress)).over(here);
    const progress = new ProgressPrinter(process.stderr);
    const onProgress = progressOf('verifying', progress);
    const report = await verify(logs, { ...parts, runner, onProgress }).catch((error: unknown) => {
      if (!(error instanceof CheckpointRejected)) throw error;
      throw new UsageError(`--against ${options.against}: ${error.message}`);
    });
    const snapshots =
      options.snapshots === true && report.faults.length === 0
        ? await verifySnapshots(logs, SERVICES, { exchange, runner, onProgress: proofProgressOf(progress) })
        : undefined;
    progress.end();
    const faults = [...report.faults, ...(snapshots?.faults ?? [])];
    const unproved = options.snapshots === true && snapshots === undefined ? [SNAPSHOTS_UNPROVED] : [];
    const leftOut = [...report.leftOut, ...(snapshots?.leftOut ?? unproved)];
    const proved = snapshots && { snapshots: snapshots.proved, foreignSnapshots: snapshots.foreign };
    const whole = { ...report, ...proved, leftOut, faults };
    const text =
      options.json === true
        ? JSON.stringify({ ok: faults.length === 0, ...whole }, null, 2)
        : reportText(whole, options.key !== undefined);
    process.stdout.write(`${text}\n`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await threads?.close();
    await close();
  }
}

/** Tells how far the command has come, how long the rest takes, and what is read. */
function progressOf(doing: string, progress: ProgressPrinter): (at: VerifyProgress) => void {
  const remaining = remainingWords();
  return ({ what, share }) => {
    const left = remaining(share);
    progress.update(() => `${doing}: ${percentWords(share)}${left}: ${what}`);
  };
}

function proofProgressOf(progress: ProgressPrinter): (share: number) => void {
  const tell = progressOf('proving', progress);
  return (share) => tell({ what: 'snapshots', share });
}

async function partsOf({ against, key, log, partition, from, to }: VerifyCliOptions) {
  assertLogPart({ log, partition, from, to }, [...SERVICE_LOGS, ...EXCHANGE_LOGS]);
  return {
    against: against === undefined ? undefined : await fileText('--against', against, 'made by ballast checkpoint'),
    key: key === undefined ? undefined : await verifierKeyOf(key),
    ...{ log, partition, from, to },
  };
}

const SNAPSHOTS_UNPROVED = 'snapshots: they are proved by logs, once those are sound';

/** What a run of the command found, with snapshots where they were asked for. */
export interface WholeReport extends VerifyReport {
  readonly snapshots?: number;
  readonly foreignSnapshots?: number;
}

/** @param isPinned whether the caller named the key that has to have signed */
export function reportText(report: WholeReport, isPinned: boolean): string {
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
  for (const corrected of report.corrections) lines.push(`corrected: ${correctedText(corrected)}`);
  for (const each of leftOut) lines.push(`not judged: ${each}`);
  const { foreignSnapshots = 0 } = report;
  if (foreignSnapshots > 0) {
    lines.push(`passed over: ${foreignSnapshots} snapshots of another format, which no start of this release uses`);
  }
  for (const signer of signers)
    lines.push(`signed by ${signer}${isPinned ? '' : ' (compare it, or name it with --key)'}`);
  return lines.join('\n');
}
