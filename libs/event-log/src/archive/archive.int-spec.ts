import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { uuidV5 } from '@ballast/kernel';
import { CheckpointKey } from '../checkpoint.js';
import { CheckpointWriter } from '../checkpoint-writer.js';
import { approveCorrection, proposeCorrection } from '../corrections/corrector.js';
import { Writer } from '../event-log.fixtures.js';
import { verifyPartition } from '../log-integrity.js';
import { PostgresLogStore } from '../postgres/postgres-log-store.js';
import { readPartition } from '../read-partition.js';
import { testDatabase } from '../testing.js';
import type { ArchivableLog, RemovalDecision } from './archivable-log.js';
import { digestOfManifest } from './archive-manifest.js';
import { Archiver } from './archiver.js';
import { DirectoryArchive } from './directory-archive.js';
import { removalNoteText, type RemovalNote } from './removal-note.js';

const PARTITION = 1;
const ITEMS = 30;
/** Events have the clearing times 1,001, 1,002, ...: what is older than this is the first half. */
const HALF = 1_000 + ITEMS + 1;
const KEY = CheckpointKey.generate('clearing.example');

let connection: Awaited<ReturnType<typeof testDatabase>>;
let store: PostgresLogStore;
let log: ArchivableLog;
let writer: Writer;
let superuser: pg.Client;
let directory: string;
let archive: DirectoryArchive;
let archiver: Archiver;

const commandId = (item: number): string => `c-${item}`;

beforeEach(async () => {
  connection = await testDatabase();
  store = new PostgresLogStore({ connection });
  await store.open({ name: 'margin', partitions: 2, global: true });
  log = await opened(store);
  writer = await Writer.take(log, PARTITION);
  for (let item = 0; item < ITEMS; item++) {
    const cursors = [['pricing', -1, item + 1]] as const;
    const commands = item % 3 === 0 ? [writer.command(commandId(item))] : [];
    await log.append([writer.item([{}, { stream: `run-${item}` }], { cursors, commands })]);
  }
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-archive-'));
  archive = new DirectoryArchive(directory);
  archiver = new Archiver(log, PARTITION);
  superuser = new pg.Client(connection);
  await superuser.connect();
});

afterEach(async () => {
  await superuser.end();
  await store.close();
  await fs.rm(directory, { recursive: true, force: true });
});

async function opened(from: PostgresLogStore): Promise<ArchivableLog> {
  return (await from.openArchivable('margin')) as ArchivableLog;
}

/** Everything that a reader of the partition can ask for. */
async function whatIsRead(of: ArchivableLog): Promise<object> {
  const events = [];
  for await (const event of readPartition(of, PARTITION)) events.push(event);
  const byId = [];
  for (let item = 0; item < ITEMS; item += 3) byId.push(await of.commandById(PARTITION, commandId(item)));
  const [blocks, rows, hashes] = [[], [], []] as [unknown[], unknown[], Buffer[]];
  let place = { firstPosition: 0, number: 0 };
  for (;;) {
    const page = await of.blocks(PARTITION, place, 7);
    if (page.length === 0) break;
    blocks.push(...page);
    place = page.at(-1) as (typeof page)[number];
  }
  for (let after = 0; after < 2 * ITEMS; after += 9) {
    rows.push(...(await of.readRaw(PARTITION, after, 9)));
    hashes.push(await of.hashes(PARTITION, after, 9));
  }
  const before = [];
  for (let position = 1; position < 2 * ITEMS; position += 4) before.push(await of.blockBefore(PARTITION, position));
  return {
    ...{ events, byId, rows, hashes: Buffer.concat(hashes), before },
    // What persons did to the partition is more than was there before.
    blocks: blocks.filter((block) => (block as { note: string }).note === ''),
    commands: await of.commands(PARTITION, 0, 100),
    oneCommand: await of.commands(PARTITION, 3, 1),
    unknown: await of.commandById(PARTITION, 'c-unknown'),
  };
}

const faultsOf = async (of: ArchivableLog = log): Promise<readonly string[]> =>
  (await verifyPartition(of, PARTITION)).faults.map(({ position, what }) => `${position}: ${what}`);

const write = () => archiver.write(HALF, archive, KEY);

async function archiveHalf(): Promise<void> {
  await write();
  await archiver.propose(1, 'ann', 'retention of the month');
  await archiver.approve(1, 'ben', archive);
  await archiver.finish(1);
}

const storedBlocks = async (): Promise<number> => {
  const { rows } = await superuser.query<{ count: string }>('select count(*) from margin.block where partition = 1');
  return Number(rows[0]?.count);
};

const files = async (): Promise<readonly string[]> =>
  (await fs.readdir(directory, { recursive: true })).filter((name) => name.includes('.')).sort();

describe('a log of which half is archived and removed [CLR-LOG-060]', () => {
  it('is read as it was, by who knew it before and who opens it then', async () => {
    const before = await whatIsRead(log);
    const sizes = await storedBlocks();
    await archiveHalf();
    expect(await storedBlocks()).toBeLessThan(sizes * 0.6);
    const later = new PostgresLogStore({ connection });
    const fresh = await opened(later);
    expect(await whatIsRead(fresh)).toEqual(before);
    expect(await whatIsRead(log)).toEqual(before);
    expect(await faultsOf()).toEqual([]);
    expect(await faultsOf(fresh)).toEqual([]);
    await later.close();
  });

  it('has its corrections in the archive too: who reads a corrected event from there reads it so [CLR-LOG-082]', async () => {
    const other = await Writer.take(log, 0);
    await log.append([other.item([{ payload: { deficit: 'NaN' } }])]);
    const place = { partition: 0, position: 1 };
    const figures = { 'payload.deficit': '7' };
    await proposeCorrection(log, { ...place, figures, actor: 'ann', reason: 'the sum of its parts' });
    await approveCorrection(log, { ...place, actor: 'ben' });
    for (let item = 0; item < 3; item++) await log.append([other.item([{}])]);
    archiver = new Archiver(log, 0);
    await write();
    await archiver.propose(1, 'ann', 'retention of the month');
    await archiver.approve(1, 'ben', archive);
    // Approved and not deleted: it stands in the database and in the archive.
    for (const reader of [log, await opened(store)]) {
      expect((await reader.read(0, 0, 1))[0]).toMatchObject({ payload: { deficit: '7' }, readAs: { figures } });
      expect((await verifyPartition(reader, 0)).faults).toEqual([]);
      await expect(proposeCorrection(reader, { ...place, figures, actor: 'ann', reason: 'again' })).rejects.toThrow(
        'payload.deficit is read as 7',
      );
    }
    await archiver.finish(1);
    const { rows } = await superuser.query('select note from margin.block where partition = 0 and note like $1', [
      '%event-corrected%',
    ]);
    expect(rows).toEqual([]);
    const later = new PostgresLogStore({ connection });
    const fresh = await opened(later);
    for (const reader of [log, fresh]) {
      expect((await reader.read(0, 0, 1))[0]).toMatchObject({ payload: { deficit: '7' }, readAs: { figures } });
      expect(await verifyPartition(reader, 0)).toMatchObject({ faults: [], corrections: [{ position: 1, figures }] });
    }
    await later.close();
  });

  it('is read by a process that learns of it by a hole only, whatever it asks first', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => opened(store)));
    const before = await log.commandById(PARTITION, commandId(0));
    const [first] = await log.read(PARTITION, 0, 1);
    await archiveHalf();
    expect(await others[0]?.commandById(PARTITION, commandId(0))).toEqual(before);
    expect(await others[1]?.commands(PARTITION, 0, 1)).toEqual([before]);
    expect(await others[2]?.read(PARTITION, 0, 1)).toEqual([first]);
    expect((await others[3]?.blocks(PARTITION, { firstPosition: 0, number: 0 }, 1))?.[0]?.number).toBe(1);
  });

  it('goes on: is appended to, checkpointed and archived again', async () => {
    await archiveHalf();
    const checkpoints = await CheckpointWriter.resume(log, KEY);
    await checkpoints.write();
    expect(await (await CheckpointWriter.resume(log, KEY)).write()).toBeUndefined();
    expect(await log.append([writer.item([{}])])).toEqual([{ status: 'appended' }]);
    const next = await archiver.write(Infinity, archive, KEY);
    // Never the last event: where the partition stands is read from the database.
    expect(next?.manifest.lastPosition).toBe(2 * ITEMS);
    await archiver.propose(2, 'cleo', 'once more');
    await archiver.approve(2, 'ben', archive);
    await archiver.finish(2);
    expect(await faultsOf()).toEqual([]);
    expect(await archiver.write(Infinity, archive, KEY)).toBeUndefined();
  });

  it('is removed by two persons, and the log says by whom [CLR-LOG-061]', async () => {
    await write();
    await expect(archiver.approve(1, 'ben', archive)).rejects.toThrow('propose it first');
    await archiver.propose(1, 'ann', 'retention');
    await expect(archiver.propose(1, 'ben', 'retention')).rejects.toThrow('ann proposed already');
    await expect(archiver.approve(1, ' Ann', archive)).rejects.toThrow('another person');
    const blocks = await storedBlocks();
    await archiver.finish(1);
    expect(await storedBlocks()).toBe(blocks);
    await archiver.approve(1, 'ben', archive);
    const notes = (await log.blocks(PARTITION, { firstPosition: 0, number: ITEMS + 1 }, 1_000))
      .filter(({ note }) => note !== '')
      .map(({ note }) => JSON.parse(note) as { act: string; actor: string });
    expect(notes).toEqual([
      expect.objectContaining({ act: 'archived-range-removal-proposed', actor: 'ann', reason: 'retention' }),
      expect.objectContaining({ act: 'archived-range-removed', actor: 'ben' }),
    ]);
  });

  it.each([
    ['one person proposed and approved', ['ann', ' Ann']],
    ['nobody proposed', [null, 'ben']],
  ] as const)('is a fault to verify when %s it [CLR-LOG-061]', async (_, [proposer, approver]) => {
    await write();
    // As whoever may write to the database can say it.
    const said =
      (act: RemovalNote['act'], actor: string): RemovalDecision =>
      (range) => ({ actor, note: removalNoteText({ act, actor, manifest: digestOfManifest(range) }) });
    if (proposer !== null) {
      await log.proposeRemoval(PARTITION, 1, said('archived-range-removal-proposed', proposer));
    }
    await log.approveRemoval(PARTITION, 1, said('archived-range-removed', approver));
    expect(await faultsOf()).toEqual(['1: archived range 1: two persons must have removed it, and did not']);
  });

  it('keeps what is not archived, whoever deletes [CLR-LOG-024]', async () => {
    await write();
    await expect(superuser.query('delete from margin.block where number = 3')).rejects.toThrow('final');
    await archiver.propose(1, 'ann', 'retention');
    await expect(superuser.query('delete from margin.block where number = 3')).rejects.toThrow('final');
  });

  it('hides no note from who decides on it while its block is removed [CLR-LOG-060]', async () => {
    await log.addNote(PARTITION, () => '"an earlier note"');
    await log.append([writer.item([{}])]);
    await archiver.write(Infinity, archive, KEY);
    await archiver.propose(1, 'ann', 'retention');
    const other = new PostgresLogStore({ connection });
    try {
      const beside = await opened(other);
      const query = other.pool.query.bind(other.pool) as (...given: unknown[]) => Promise<unknown>;
      // Once it has heard what stands in the archive, all of it is removed from the database.
      const removedMeanwhile = async (...given: unknown[]): Promise<unknown> => {
        other.pool.query = query as typeof other.pool.query;
        const heard = await query(...given);
        await archiver.approve(1, 'ben', archive);
        await archiver.finish(1);
        return heard;
      };
      other.pool.query = removedMeanwhile as typeof other.pool.query;
      let before: readonly string[] = [];
      await beside.addNote(PARTITION, (notes) => {
        before = notes;
        return '"a later note"';
      });
      expect(before).toContain('"an earlier note"');
      expect((await log.notes(PARTITION)).slice(-1)).toEqual(['"a later note"']);
    } finally {
      await other.close();
    }
  });

  it('is the same after every step that was broken off [CLR-LOG-060]', async () => {
    const before = await whatIsRead(log);
    // Files, no row: what was written stands there, and is written again with the same bytes.
    const broken: ArchivableLog = Object.create(log, {
      saveArchived: { value: () => Promise.reject(new Error('killed')) },
    }) as ArchivableLog;
    await expect(new Archiver(bound(broken, log), PARTITION).write(HALF, archive, KEY)).rejects.toThrow('killed');
    const left = await files();
    expect(left).toHaveLength(2);
    expect(await archiver.parts()).toEqual([]);
    await write();
    expect(await files()).toEqual(left);
    await archiver.propose(1, 'ann', 'retention');
    await archiver.approve(1, 'ben', archive);
    // Approved, and only some blocks deleted.
    await superuser.query('delete from margin.block where partition = 1 and number < 9');
    expect(await whatIsRead(await opened(store))).toEqual(before);
    expect(await whatIsRead(log)).toEqual(before);
    expect(await faultsOf()).toEqual([]);
    expect(await archiver.finish(1)).toBeGreaterThan(0);
    expect(await archiver.finish(1)).toBe(0);
    expect(await whatIsRead(log)).toEqual(before);
    expect(await faultsOf()).toEqual([]);
  });

  it('does not archive what is altered, nor forget what the archive does not hold', async () => {
    await superuser.query('set session_replication_role = replica');
    await superuser.query(`update margin.block set worker = 'mallory' where number = 5`);
    await expect(write()).rejects.toThrow(
      'block 5 of margin/1 does not continue the chain of blocks; nothing was moved',
    );
    await superuser.query(`update margin.block set worker = 'worker-1' where number = 5`);
    await write();
    await archiver.propose(1, 'ann', 'retention');
    const [file = ''] = await files();
    await fs.rm(path.join(directory, file));
    await expect(archiver.approve(1, 'ben', archive)).rejects.toThrow('is missing');
    expect((await archiver.parts())[0]?.range.removedBy).toBeNull();
  });

  it('lets one process archive at a time', async () => {
    const other = new PostgresLogStore({ connection });
    await store.whileArchiving(async () => {
      await expect(other.whileArchiving(() => Promise.resolve())).rejects.toThrow('wait until it is done');
    });
    await other.whileArchiving(() => Promise.resolve());
    await other.close();
  });
});

/** Private state belongs to the object that made it. */
function bound(outer: ArchivableLog, inner: ArchivableLog): ArchivableLog {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(Object.hasOwn(outer, name) ? outer : target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}

describe('an archive that is not as it was written', () => {
  const HELD = 'It held blocks 1 to 16 (events 1 to 30) of margin/1';
  let file: string;
  let manifest: string;

  beforeEach(async () => {
    await archiveHalf();
    [file = '', manifest = ''] = (await files()).map((name) => path.join(directory, name));
    // Nobody has read the file yet.
    log = await opened(store);
  });

  async function flip(name: string, at: number): Promise<void> {
    const bytes = await fs.readFile(name);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await fs.chmod(name, 0o600);
    await fs.writeFile(name, bytes);
  }

  it('is named: any byte of a file [CLR-LOG-062]', async () => {
    const { size } = await fs.stat(file);
    for (const at of [0, 4, Math.floor(size / 2), size - 1]) {
      await flip(file, at);
      const altered = `archive file ${file} is altered: it has another SHA-256. ${HELD}: put it back from a copy`;
      await expect(log.read(PARTITION, 0, 5)).rejects.toThrow(altered);
      await expect(log.commandById(PARTITION, commandId(0))).rejects.toThrow(altered);
      expect(await faultsOf()).toEqual([expect.stringContaining(`1: ${altered}`)]);
      await flip(file, at);
    }
    expect(await faultsOf()).toEqual([]);
  });

  it('is named: a file that is missing, and of another partition, and of a directory that was moved', async () => {
    const kept = await fs.readFile(file);
    await fs.rm(file);
    expect(await faultsOf()).toEqual([expect.stringContaining(`1: archive file ${file} is missing. ${HELD}`)]);
    const other = new Archiver(log, 0);
    const fresh = await Writer.take(log, 0);
    for (let item = 0; item < 4; item++) await log.append([fresh.item([{}])]);
    const part = await other.write(1_004, archive, KEY);
    await fs.copyFile(path.join(directory, part?.manifest.files[0]?.name ?? ''), file);
    expect(await faultsOf()).toEqual([expect.stringContaining('is another one, with blocks of margin/0')]);
    await fs.writeFile(file, kept);
    const moved = `${directory}-moved`;
    await fs.rename(directory, moved);
    expect(await faultsOf(await opened(store))).toEqual([
      expect.stringContaining(`1: archive file ${file} is missing`),
      expect.stringContaining(`1: archived range 1: manifest ${manifest} is missing`),
    ]);
    const told = new PostgresLogStore({ connection, archive: moved });
    expect(await faultsOf(await opened(told))).toEqual([]);
    await told.close();
    await fs.rename(moved, directory);
  });

  it('is named: any byte of the manifest beside the files, and of the database’s own', async () => {
    const { size } = await fs.stat(manifest);
    for (const at of [0, Math.floor(size / 2), size - 2]) {
      await flip(manifest, at);
      expect(await faultsOf()).toEqual([expect.stringContaining(`manifest ${manifest} is altered; put it back`)]);
      await flip(manifest, at);
    }
    for (const at of [3, 60, size - 4]) {
      const changed = `convert_from(set_byte(convert_to(note, 'UTF8'), ${at}, 88), 'UTF8')`;
      await superuser.query('create table public.kept as select * from margin.archive');
      await superuser.query(`update margin.archive set note = ${changed}`);
      const faults = await faultsOf(await opened(store));
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.join()).toMatch(/archived range 1|archive file/);
      await superuser.query('delete from margin.archive; insert into margin.archive select * from public.kept');
      await superuser.query('drop table public.kept');
    }
    expect(await faultsOf()).toEqual([]);
  });

  it.each([
    'partition = 0',
    'number = 2',
    'first_block = 2',
    'last_block = 99',
    `verifier_key = 'clearing.example+00000000+x'`,
    `place = '/nowhere'`,
    `proposed_by = 'mallory'`,
    `removed_by = 'mallory'`,
    'removed_by = null',
  ])('is named: its row in the database with %s', async (change) => {
    await superuser.query(`update margin.archive set ${change}`);
    const both = [await verifyPartition(log, PARTITION), await verifyPartition(log, 0)];
    expect(both.flatMap(({ faults }) => faults).length).toBeGreaterThan(0);
  });

  it('is named beside an id that stands twice behind it [CLR-LOG-038]', async () => {
    const id = uuidV5('twice');
    for (let times = 0; times < 2; times++) await log.append([writer.item([{ id }])]);
    await fs.rm(file);
    expect(await faultsOf()).toEqual([
      expect.stringContaining(`1: archive file ${file} is missing`),
      `62: it has the id ${id}, and so has event 61`,
    ]);
  });

  it('is named: what persons did, with another name in the log', async () => {
    await superuser.query('set session_replication_role = replica');
    await superuser.query(`update margin.block set note = replace(note, 'ben', 'ned') where note <> ''`);
    const faults = await faultsOf();
    expect(faults).toContainEqual(expect.stringContaining('it does not continue the chain of blocks'));
    expect(faults).toContainEqual(
      expect.stringContaining('archived-range-removed by ben stands beside it, the log says by ned'),
    );
  });
});

it('a store that takes nothing more says so, and nothing was moved', async () => {
  const taken = path.join(directory, 'margin');
  await fs.writeFile(taken, 'a file where a directory belongs');
  await expect(write()).rejects.toThrow(/can't be written .*; nothing was moved: make room there, or name another/);
  expect(await archiver.parts()).toEqual([]);
  await fs.rm(taken);
  await write();
  const [file = ''] = await files();
  await expect(archive.put(file, Buffer.from('other'))).rejects.toThrow('holds something else');
});
