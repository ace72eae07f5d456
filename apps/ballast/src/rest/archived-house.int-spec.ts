import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LogHistory } from '@ballast/audit';
import {
  Archiver,
  CheckpointKey,
  DirectoryArchive,
  EmbeddedServer,
  LogDirectory,
  PostgresLogStore,
} from '@ballast/event-log';
import { SERVICE_LOGS } from '@ballast/facts';
import { expectProblem } from '@ballast/gateway/testing';
import { instantOf, partitionOfAccount } from '@ballast/kernel';
import { SERVICES } from '@ballast/services';
import { openTestHouse, type TestHouse } from './served-house.fixtures.js';

const MIDDLE = '2020-03-11T00:03:00Z';

let directory: string;
let server: EmbeddedServer;
let house: TestHouse;

beforeAll(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-archived-house-'));
  server = await EmbeddedServer.start({ dataDirectory: path.join(directory, 'data') });
  house = await openTestHouse({ log: 'postgres', databaseUrl: server.url() });
}, 120_000);

afterAll(async () => {
  await house.close();
  await server.stop();
  await fs.rm(directory, { recursive: true, force: true });
});

/** Removes what is older than the middle from the database, of every service. @returns files that hold it now */
async function archive(): Promise<readonly string[]> {
  const store = new PostgresLogStore({ connection: server.url() });
  const place = new DirectoryArchive(path.join(directory, 'archive'));
  const key = CheckpointKey.generate('ballast');
  const files: string[] = [];
  for (const name of SERVICE_LOGS) {
    const log = await store.openArchivable(name);
    for (const { partition } of (await log?.heads()) ?? []) {
      const archiver = new Archiver(log as NonNullable<typeof log>, partition);
      const part = await archiver.write(instantOf(MIDDLE), place, key);
      if (part === undefined) continue;
      await archiver.propose(1, 'ann', 'retention');
      await archiver.approve(1, 'ben', place);
      expect(await archiver.finish(1)).toBeGreaterThan(0);
      files.push(...part.manifest.files.map((file) => path.join(directory, 'archive', file.name)));
    }
  }
  await store.close();
  return files;
}

/** The first page of every log: all of it is of the time that is archived. */
async function pages(): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const log of SERVICE_LOGS) {
    const { status, text } = await house.get(`/logs/${log}/${log === 'pricing' ? -1 : 0}?limit=10`);
    expect(status).toBe(200);
    texts.push(text);
  }
  return texts;
}

/** One whose partition loses a file. */
async function anAccount(): Promise<string> {
  const { items } = JSON.parse((await house.get('/accounts')).text) as { items: { accountId: string }[] };
  return items.find(({ accountId }) => partitionOfAccount(accountId, 2) === 1)?.accountId as string;
}

/** What answers `?at=` over HTTP, and for a served house stands in a thread of its own; new each time, so that nothing is remembered. */
async function history(): Promise<{ readonly of: LogHistory; readonly close: () => Promise<void> }> {
  const store = new PostgresLogStore({ connection: server.url() });
  return { of: new LogHistory(await LogDirectory.openPresent(store), SERVICES), close: () => store.close() };
}

const AT = instantOf('2020-03-11T00:02:00Z');

/** What stood at a moment that is archived later. */
async function past(): Promise<readonly unknown[]> {
  const { of, close } = await history();
  try {
    return [
      await of.markets(AT),
      await of.fund({ after: null, limit: 100 }, AT),
      await of.explanation(await anAccount(), { at: AT }),
    ];
  } finally {
    await close();
  }
}

it('pages of logs and what stood at a moment read the same after they were archived, and say which file is gone [CLR-LOG-060] [CLR-LOG-062]', async () => {
  const [before, stood] = [await pages(), await past()];
  const files = await archive();
  expect(await past()).toEqual(stood);
  const lost = files.find((file) => file.includes('/accounts/1/')) as string;
  await fs.rm(lost);
  expect(await pages()).toEqual(before);
  const answer = await house.get('/logs/accounts/1?limit=10');
  expectProblem(answer, 503, 'archive-unreadable');
  expect(answer.text).toContain(`archive file ${lost} is missing`);
  // Told over HTTP as the page above is: by its name.
  const refused = (await past().catch((error: unknown) => error)) as Error;
  expect(refused.name).toMatch(/^Archive\w*Refused$/);
  expect(refused.message).toContain(`archive file ${lost} is missing`);
}, 120_000);
