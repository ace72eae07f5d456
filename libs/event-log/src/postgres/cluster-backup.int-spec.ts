import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writer } from '../event-log.fixtures.js';
import { verifyPartition } from '../log-integrity.js';
import { backUpCluster, restoreCluster } from './cluster-backup.js';
import { EmbeddedServer } from './embedded-server.js';
import { PostgresLogStore } from './postgres-log-store.js';

let folder: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-backup-'));
});

afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => path.join(folder, name);

/** Does something with the log that a data directory holds. */
async function withLog<T>(
  directory: string,
  work: (log: Awaited<ReturnType<PostgresLogStore['open']>>) => Promise<T>,
): Promise<T> {
  const server = await EmbeddedServer.start({ dataDirectory: directory });
  const store = new PostgresLogStore({ connection: server.connection() });
  try {
    return await work(await store.open({ name: 'margin', partitions: 1, global: false }));
  } finally {
    await store.close();
    await server.stop();
  }
}

const asItIs = (): Promise<void> => Promise.resolve();

const add = (directory: string): Promise<unknown> =>
  withLog(directory, async (log) => log.append([(await Writer.take(log, 0)).item([])]));

it('a backup is what was there, is restored whole into a new place only, and says what is wrong with it [CLR-LOG-063]', async () => {
  const [data, backup, again] = [inFolder('data'), inFolder('backup'), inFolder('again')];
  const before = await withLog(data, async (log) => {
    const writer = await Writer.take(log, 0);
    await log.append([writer.item([{}, {}])]);
    return log.heads();
  });
  expect(await backUpCluster(data, backup)).toBeGreaterThan(100);
  await add(data);
  await expect(backUpCluster(data, backup)).rejects.toThrow('is not empty; name a new directory');
  await expect(restoreCluster(backup, data, asItIs)).rejects.toThrow('is not empty; restore into a new --data-dir');

  const version = path.join(backup, 'cluster', 'PG_VERSION');
  const text = await fs.readFile(version, 'utf8');
  await fs.writeFile(version, `${text} `);
  await expect(restoreCluster(backup, again, asItIs)).rejects.toThrow(
    `${version} is altered; restore from another backup`,
  );
  await fs.rm(version);
  await expect(restoreCluster(backup, again, asItIs)).rejects.toThrow(`${version} is missing`);
  await fs.writeFile(version, text);
  await expect(fs.readdir(again)).rejects.toThrow('ENOENT');

  // Broken off between the copy and what is done to it: nothing stands there.
  const killed = restoreCluster(backup, again, () => Promise.reject(new Error('killed')));
  await expect(killed).rejects.toThrow('killed');
  await expect(fs.readdir(again)).rejects.toThrow('ENOENT');
  await restoreCluster(backup, again, async (draft) => {
    await withLog(draft, async (log) => void (await log.renewIncarnation()));
  });
  await withLog(again, async (log) => {
    const [head] = await log.heads();
    expect(head).toMatchObject({ size: 2, head: before[0]?.head });
    expect(head?.incarnation).not.toBe(before[0]?.incarnation);
    expect((await verifyPartition(log, 0)).faults).toEqual([]);
  });
  const list = path.join(backup, 'backup.json');
  for (const written of ['{"format": "ballast-ba', '[]', 'null']) {
    await fs.writeFile(list, written);
    const restored = restoreCluster(backup, inFolder('third'), asItIs);
    await expect(restored).rejects.toThrow(`${list} is altered; restore from another backup`);
  }
  await fs.rm(list);
  await expect(restoreCluster(backup, inFolder('third'), asItIs)).rejects.toThrow(
    'is no whole backup: it has no backup.json',
  );
}, 120_000);

it('a database that is in use is not copied', async () => {
  const server = await EmbeddedServer.start({ dataDirectory: inFolder('data') });
  await expect(backUpCluster(inFolder('data'), inFolder('backup'))).rejects.toThrow('is in use by process');
  expect(await fs.readdir(folder)).toEqual(['data']);
  await server.stop();
}, 60_000);

it('of two who restore or back up into one place at once one is told so, and what the other makes is whole [CLR-LOG-063]', async () => {
  const [data, other, backup, again] = ['data', 'other', 'backup', 'again'].map(inFolder) as [
    string,
    string,
    string,
    string,
  ];
  for (const each of [data, other]) await add(each);
  const inUse = expect.objectContaining({
    message: expect.stringContaining('is in use by process') as string,
  }) as Error;
  expect(await refusalsOf(backUpCluster(data, backup), backUpCluster(other, backup))).toEqual([inUse]);
  // Left by one that was broken off.
  await fs.mkdir(path.join(`${again}.restoring`, 'data', 'cluster'), { recursive: true });
  expect(await refusalsOf(restoreCluster(backup, again, asItIs), restoreCluster(backup, again, asItIs))).toEqual([
    inUse,
  ]);
  await withLog(again, async (log) => expect((await verifyPartition(log, 0)).faults).toEqual([]));
  // Somebody began there while the backup was made ready.
  const third = inFolder('third');
  const late = restoreCluster(backup, third, async () => {
    await fs.mkdir(third);
    await fs.writeFile(path.join(third, 'file'), 'mine');
  });
  await expect(late).rejects.toThrow(`${third} is not empty; restore into a new --data-dir`);
  expect(await fs.readdir(third)).toEqual(['file']);
}, 120_000);

const refusalsOf = async (...works: readonly Promise<unknown>[]): Promise<readonly Error[]> =>
  (await Promise.allSettled(works)).flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));

it('a backup that stands where a restore is made ready is refused, and stays [CLR-LOG-063]', async () => {
  await fs.mkdir(inFolder('data.restoring/backup'), { recursive: true });
  for (const backup of ['data.restoring', 'data.restoring/backup'])
    await expect(restoreCluster(inFolder(backup), inFolder('data'), asItIs)).rejects.toThrow('lies');
  expect(await fs.readdir(inFolder('data.restoring'))).toEqual(['backup']);
});

it.each<[string, string, string]>([
  ['a file', 'file', "can't be read as a directory"],
  ['a place below a file', 'file/backup', "can't be read as a directory"],
  ['a place in what is copied', 'data/cluster/backup', 'lies in'],
])('%s is no place for a backup, nor to restore one, and nothing is written [CLR-LOG-063]', async (_, name, why) => {
  await fs.writeFile(inFolder('file'), 'mine');
  await fs.mkdir(inFolder('data'));
  await expect(backUpCluster(inFolder('data'), inFolder(name))).rejects.toThrow(why);
  await expect(restoreCluster(inFolder('data'), inFolder(name), asItIs)).rejects.toThrow(why);
  expect((await fs.readdir(folder)).sort()).toEqual(['data', 'file']);
  expect(await fs.readdir(inFolder('data'))).toEqual([]);
});
