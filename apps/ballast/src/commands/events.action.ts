import { correctionText, correctionsOf, type Corrections, type LogDirectory } from '@ballast/event-log';
import { EventIndex, type EventPlace, type EventQuery } from '@ballast/read-models';
import type { Reading } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { isAccountId, isoOf } from '@ballast/kernel';
import { openLogs } from '../composition/open-logs.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';
import { timeOption } from './time-option.js';

interface EventsOptions extends Omit<StoreOptions, 'log'> {
  readonly log?: string;
  readonly stream?: string;
  readonly type?: string;
  readonly id?: string;
  readonly account?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function findEvents(options: EventsOptions): Promise<void> {
  const query = queryOf(options);
  const { logs, connection, close } = await openLogs(options, { allOfThem: false });
  try {
    const index = await EventIndex.open(connection);
    try {
      const progress = new ProgressPrinter(process.stderr);
      let filled = 0;
      const present = [...SERVICE_LOGS, ...EXCHANGE_LOGS]
        .filter((name) => logs.has(name))
        .map((name) => logs.log(name));
      const onProgress = (events: number): void => {
        filled += events;
        progress.update(() => `filling the index: ${grouped(filled)} events`);
      };
      await (options.rebuild === true ? index.rebuild(present, onProgress) : index.catchUp(present, onProgress));
      progress.end();
      const places = await withCorrections(logs, await index.find(query));
      if (places.length === 0) process.stderr.write('no event is like that\n');
      if (options.json === true) process.stdout.write(`${JSON.stringify(places, null, 2)}\n`);
      else {
        for (const { log, partition, position, id, stream, type, clearing, readAs } of places) {
          process.stdout.write(`${log}/${partition}#${position}  ${isoOf(clearing)}  ${type}  ${stream}  ${id}\n`);
          if (readAs !== undefined) process.stdout.write(`  corrected: ${correctionText(readAs)}\n`);
        }
      }
    } finally {
      await index.close();
    }
  } finally {
    await close();
  }
}

/** Events with how they are read, where two persons have corrected one. */
async function withCorrections(logs: LogDirectory, places: readonly EventPlace[]) {
  const known = new Map<string, Corrections>();
  const found: (EventPlace & { readonly readAs?: Reading })[] = [];
  for (const place of places) {
    const { log, partition, position } = place;
    const of = `${log}/${partition}`;
    const corrections = known.get(of) ?? (await correctionsOf(logs.log(log as ServiceLog), partition));
    known.set(of, corrections);
    const correction = corrections.approved.get(position);
    if (correction === undefined) found.push(place);
    else {
      const { figures, proposedBy, approvedBy, reason } = correction;
      found.push({ ...place, readAs: { figures, proposedBy, approvedBy, reason } });
    }
  }
  return found;
}

function queryOf({ log, stream, type, id, account, from, to, limit }: EventsOptions): EventQuery {
  const names: readonly string[] = [...SERVICE_LOGS, ...EXCHANGE_LOGS];
  if (log !== undefined && !names.includes(log)) throw new UsageError(`--log ${log}: name one of ${names.join(', ')}`);
  if (account !== undefined && !isAccountId(account)) {
    throw new UsageError(`--account ${account}: an account id has the form <owner>.<name>`);
  }
  if (id !== undefined && !UUID.test(id)) throw new UsageError(`--id ${id}: an event has a UUID`);
  const [earliest, latest] = [timeOption('--from', from), timeOption('--to', to)];
  return {
    ...(log !== undefined && { log }),
    ...(stream !== undefined && { stream }),
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(account !== undefined && { accountId: account }),
    ...(earliest !== undefined && { from: earliest }),
    ...(latest !== undefined && { to: latest }),
    limit,
  };
}
