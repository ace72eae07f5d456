import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { explainAccount, replay, verify } from '@ballast/audit';
import { Archiver, CheckpointKey, DirectoryArchive, MemoryLogStore, PostgresLogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { instantOf } from '@ballast/kernel';
import { SERVICES, Simulation, type ClearingHouse } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun, runToEnd } from './clearing-run.js';

const MIDDLE = instantOf('2020-03-12T10:22:00Z');
const BEFORE_IT = instantOf('2020-03-12T10:15:00Z');
const LONGEST_MS = 240_000;

let store: PostgresLogStore;
let directory: string;

beforeEach(async () => {
  store = new PostgresLogStore({ connection: await testDatabase() });
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-archive-'));
});

afterEach(async () => {
  await store.close();
  await fs.rm(directory, { recursive: true, force: true });
});

async function runUntil(at: number | undefined): Promise<ClearingHouse> {
  const run = await openRun(store, SHORT_WINDOW);
  const simulation = await Simulation.open(run);
  const left = run.steps.filter((step) => at !== undefined && step > at).length;
  while (!simulation.done && simulation.stepsDone < run.steps.length - left) await simulation.step();
  return run.house;
}

/** Moves what is older out of the database. @returns how many events that were */
async function archive(before: number): Promise<number> {
  const key = CheckpointKey.generate('ballast');
  const place = new DirectoryArchive(directory);
  let events = 0;
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    const log = await store.openArchivable(name);
    for (const { partition } of (await log?.heads()) ?? []) {
      const archiver = new Archiver(log as NonNullable<typeof log>, partition);
      const part = await archiver.write(before, place, key);
      if (part === undefined) continue;
      await archiver.propose(1, 'ann', 'retention');
      await archiver.approve(1, 'ben', place);
      await archiver.finish(1);
      events += part.manifest.lastPosition;
    }
  }
  return events;
}

it(
  'half of a house’s logs is archived while it runs: it goes on, starts from its beginning, and every answer is the same [CLR-LOG-060]',
  async () => {
    const undisturbed = await runToEnd(new MemoryLogStore(), SHORT_WINDOW);
    const going = await runUntil(MIDDLE);
    expect(await archive(MIDDLE)).toBeGreaterThan(500);
    // The house that ran meanwhile learns it by a hole, the next one begins in the archive: no snapshot was kept.
    expect((await verify(going.logs)).faults).toEqual([]);
    const house = await runUntil(undefined);
    expect(await house.digests()).toEqual(await undisturbed.digests());

    const verified = await verify(house.logs);
    expect({ ...verified, signers: [] }).toEqual({ ...(await verify(undisturbed.logs)), signers: [] });
    const replayed = await replay(house.logs, SERVICES, () => 0);
    expect(replayed).toEqual(await replay(undisturbed.logs, SERVICES, () => 0));
    expect(replayed.divergence).toBeUndefined();
    for (const accountId of ['owner-0001.main', 'owner-0007.main', 'owner-0020.main']) {
      for (const at of [BEFORE_IT, MIDDLE, undefined]) {
        const end = at === undefined ? {} : { end: { at } };
        expect(await explainAccount(house.logs, accountId, end)).toEqual(
          await explainAccount(undisturbed.logs, accountId, end),
        );
      }
    }
  },
  LONGEST_MS,
);

it(
  'a file that is gone is a fault of verify, which goes on, and a sentence everywhere else [CLR-LOG-062]',
  async () => {
    const { logs } = await runUntil(MIDDLE);
    await archive(MIDDLE);
    const [file = ''] = await fs.readdir(path.join(directory, 'margin', '1'));
    await fs.rm(path.join(directory, 'margin', '1', file));
    const sentence = `archive file ${directory}/margin/1/${file} is missing. It held blocks 1 to`;
    const { faults } = await verify(logs);
    expect(faults[0]).toMatchObject({ log: 'margin', partition: 1, position: 1 });
    expect(faults[0]?.what).toContain(sentence);
    // What can't be judged without it says so, once each and not at length; nothing else is blamed.
    expect(faults.length).toBeGreaterThan(1);
    for (const { what } of faults.slice(1)) expect(what).toMatch(/ can't be judged while margin\/1 can't be read$/);
    await expect(replay(logs, SERVICES, () => 0)).rejects.toThrow(sentence);
  },
  LONGEST_MS,
);
