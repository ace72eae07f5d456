import { Archiver, DirectoryArchive, PostgresLogStore, partitionNumbers, type ArchivedPart } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { ACTOR, REASON, invariant, matches } from '@ballast/kernel';
import { assertDataThere, openStore } from '../composition/open-store.js';
import type { KeyOptions } from '../composition/key-options.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { signingKey } from '../composition/signing-key.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';
import { grouped } from './grouped.js';
import { timeOption } from './time-option.js';

type Options = Omit<StoreOptions, 'log'>;

/** A partition of a log that is there, and what moves its blocks. */
interface Place {
  readonly name: string;
  readonly partition: number;
  readonly archiver: Archiver;
}

export async function writeArchive(options: Options & KeyOptions & { to: string; before: string }): Promise<void> {
  const before = timeOption('--before', options.before);
  invariant(before !== undefined, '--before is required');
  const key = await signingKey(options);
  const store = new DirectoryArchive(options.to);
  await onEachPartition(options, async (places) => {
    const progress = new ProgressPrinter(process.stderr);
    let [events, files] = [0, 0];
    for (const { name, partition, archiver } of places) {
      const part = await archiver.write(before, store, key, (more) => {
        events += more;
        progress.update(() => `archiving ${name}/${partition}: ${grouped(events)} events so far`);
      });
      files += part?.manifest.files.length ?? 0;
    }
    progress.end();
    process.stdout.write(
      files === 0
        ? `nothing to archive: no block that is not archived yet ends before ${options.before}\n`
        : `archived ${grouped(events)} events in ${grouped(files)} files in ${store.place}; the database holds them still\n`,
    );
    process.stderr.write(`signed by ${key.verifierKey}\n`);
  });
}

export async function proposeRemoval(options: Options & { actor: string; reason: string }): Promise<void> {
  const { actor, reason } = options;
  assertPerson(actor);
  if (!matches(REASON, reason)) throw new UsageError('--reason: a short text, without control characters');
  await onEachPartition(options, async (places) => {
    const events = await forEachPart(
      places,
      ({ range }) => range.proposedBy === null,
      ({ archiver }, { range }) => archiver.propose(range.number, actor, reason),
    );
    process.stdout.write(
      events === undefined
        ? 'nothing to propose: everything that is archived was proposed already\n'
        : `${actor} proposed to remove ${grouped(events)} archived events from the database; another person removes them\n`,
    );
  });
}

export async function removeArchived(options: Options & { actor: string }): Promise<void> {
  const { actor } = options;
  assertPerson(actor);
  await onEachPartition(options, async (places) => {
    const progress = new ProgressPrinter(process.stderr);
    const approved = await forEachPart(
      places,
      ({ range }) => range.proposedBy !== null && range.removedBy === null,
      ({ name, partition, archiver }, part) => {
        progress.update(() => `reading back the archive of ${name}/${partition}`);
        return archiver.approve(part.range.number, actor, new DirectoryArchive(options.archive ?? part.range.place));
      },
    );
    let blocks = 0;
    for (const { name, partition, archiver } of places) {
      for (const { range } of await archiver.parts()) blocks += await archiver.finish(range.number);
      if (blocks > 0) progress.update(() => `deleted ${grouped(blocks)} blocks, those of ${name}/${partition} too`);
    }
    progress.end();
    process.stdout.write(
      approved === undefined && blocks === 0
        ? 'nothing to remove: no removal was proposed\n'
        : `removed ${grouped(blocks)} blocks from the database; they are read from the archive from now on\n`,
    );
  });
}

export async function listArchive(options: Options & { json?: boolean }): Promise<void> {
  await onEachPartition(options, async (places) => {
    const rows: object[] = [];
    const lines: string[] = [];
    for (const { name, partition, archiver } of places) {
      for (const part of await archiver.parts()) {
        const { range, manifest } = part;
        const { firstPosition, lastPosition, firstBlock, lastBlock, files } = manifest;
        const { number, place, proposedBy, removedBy, verifierKey } = range;
        const bytes = files.reduce((total, file) => total + file.bytes, 0);
        rows.push({
          ...{ log: name, partition, number, firstBlock, lastBlock, firstPosition, lastPosition },
          ...{ files: files.length, bytes, place, proposedBy, removedBy, verifierKey },
        });
        const events =
          firstPosition > lastPosition ? 'no events' : `events ${grouped(firstPosition)} to ${grouped(lastPosition)}`;
        lines.push(`${name}/${partition}  ${events}  ${grouped(bytes)} bytes in ${place}: ${stateOf(part)}`);
      }
    }
    const text = lines.length === 0 ? 'nothing is archived' : lines.join('\n');
    process.stdout.write(`${options.json === true ? JSON.stringify(rows, null, 2) : text}\n`);
  });
}

function stateOf({ range: { proposedBy, removedBy } }: ArchivedPart): string {
  if (proposedBy === null) return 'in the database too';
  return removedBy === null
    ? `${proposedBy} proposed to remove it`
    : `removed from the database by ${proposedBy} and ${removedBy}`;
}

/** @returns events of the parts that something was done with; undefined when there was none */
async function forEachPart(
  places: readonly Place[],
  isMeant: (part: ArchivedPart) => boolean,
  work: (place: Place, part: ArchivedPart) => Promise<unknown>,
): Promise<number | undefined> {
  let events: number | undefined;
  for (const place of places) {
    for (const part of (await place.archiver.parts()).filter(isMeant)) {
      await work(place, part);
      events = (events ?? 0) + part.manifest.lastPosition - part.manifest.firstPosition + 1;
    }
  }
  return events;
}

/** Opens the logs that are there, and keeps others from archiving them meanwhile. */
async function onEachPartition(options: Options, work: (places: readonly Place[]) => Promise<void>): Promise<void> {
  const from = { ...options, log: 'postgres' } as const;
  await assertDataThere(from);
  const opened = await openStore(from, (line) => process.stderr.write(`${line}\n`));
  const { store, place } = opened;
  try {
    invariant(store instanceof PostgresLogStore, 'logs that can be archived are in PostgreSQL');
    const places: Place[] = [];
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      const log = await store.openArchivable(name);
      if (log === undefined) continue;
      for (const partition of partitionNumbers(log)) {
        places.push({ name, partition, archiver: new Archiver(log, partition) });
      }
    }
    if (places.length === 0) throw new UsageError(`${place} holds no logs; run simulate or serve first`);
    await store.whileArchiving(() => work(places));
  } finally {
    await opened.close();
  }
}

function assertPerson(actor: string): void {
  if (!matches(ACTOR, actor)) throw new UsageError(`--actor ${actor}: name the person, without control characters`);
}
