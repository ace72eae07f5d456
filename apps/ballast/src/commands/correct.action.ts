import {
  approveCorrection,
  correctionText,
  correctionsOf,
  partitionNumbers,
  proposeCorrection,
  type EventLog,
  type LogDirectory,
} from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS, type FiguresByField, type ServiceLog } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';

type Options = Omit<StoreOptions, 'log'>;

/** An event, as the options name it. */
interface Place {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
}

export async function proposeFigures(
  options: Options & Place & { figure: readonly string[]; actor: string; reason: string },
): Promise<void> {
  const { partition, position, actor, reason } = options;
  const figures = figuresOf(options.figure);
  await onLog(options, (log) => proposeCorrection(log, { partition, position, actor, reason, figures }));
  process.stdout.write(`${actor} proposed how ${placeText(options)} is read; another person approves it\n`);
}

export async function approveFigures(options: Options & Place & { actor: string }): Promise<void> {
  const { partition, position, actor } = options;
  const approved = await onLog(options, async (log, logs) => {
    const correction = await approveCorrection(log, { partition, position, actor });
    // What was written down before may rest on the event as it is stored.
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) await logs.snapshots.clear(name);
    return correction;
  });
  process.stdout.write(
    `${placeText(options)}: ${correctionText(approved)}\nsnapshots are thrown away; services that stopped go on when they are started again\n`,
  );
}

export async function listCorrections(options: Options & { json?: boolean }): Promise<void> {
  const { logs, close } = await openLogs(options, { allOfThem: false });
  try {
    const rows: object[] = [];
    const lines: string[] = [];
    for (const name of SERVICE_LOGS.filter((each) => logs.has(each))) {
      const log = logs.log(name);
      for (const partition of partitionNumbers(log)) {
        const { proposed, approved } = await correctionsOf(log, partition);
        for (const { act: _, actor: proposedBy, ...content } of proposed.values()) {
          rows.push({ log: name, partition, ...content, proposedBy, approvedBy: null });
          lines.push(
            `${placeText({ log: name, partition, ...content })}: ${JSON.stringify(content.figures)} proposed by ${proposedBy}: ${content.reason}`,
          );
        }
        for (const correction of approved.values()) {
          rows.push({ log: name, partition, ...correction });
          lines.push(`${placeText({ log: name, partition, ...correction })}: ${correctionText(correction)}`);
        }
      }
    }
    const text = lines.length === 0 ? 'no event is read otherwise than it is stored' : lines.join('\n');
    process.stdout.write(`${options.json === true ? JSON.stringify(rows, null, 2) : text}\n`);
  } finally {
    await close();
  }
}

async function onLog<Done>(
  { log, ...options }: Options & Place,
  work: (log: EventLog, logs: LogDirectory) => Promise<Done>,
): Promise<Done> {
  if (!SERVICE_LOGS.includes(log as ServiceLog)) {
    throw new UsageError(`--log ${log}: no log of a service; name one of ${SERVICE_LOGS.join(', ')}`);
  }
  const { logs, close } = await openLogs(options, { readOnly: false, allOfThem: false });
  try {
    if (!logs.has(log)) throw new UsageError(`--log ${log}: it is not in this database`);
    return await work(logs.log(log as ServiceLog), logs);
  } finally {
    await close();
  }
}

/** `<field>=<figure>`, each field once. */
function figuresOf(given: readonly string[]): FiguresByField {
  const figures = new Map<string, string>();
  for (const each of given) {
    const cut = each.lastIndexOf('=');
    if (cut < 1) throw new UsageError(`--figure ${each}: write <field>=<figure>, such as payload.price=0`);
    const field = each.slice(0, cut);
    if (figures.has(field)) throw new UsageError(`--figure ${each}: ${field} is given twice`);
    figures.set(field, each.slice(cut + 1));
  }
  return Object.fromEntries(figures);
}

const placeText = ({ log, partition, position }: Place): string => `${log}/${partition} position ${position}`;
