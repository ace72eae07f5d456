import { CheckpointFile, replay, verify } from '@ballast/audit';
import {
  CheckpointKey,
  CheckpointWriter,
  PostgresLogStore,
  type PartitionHead,
  type LogDirectory,
} from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { partitionOfAccount } from '@ballast/kernel';
import { SERVICES, Simulation } from '@ballast/services';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { entriesOf, forged } from './rewrite-history.js';

const PERSON = 'pers:42';

/** The first hex digit of a UUID, one bit changed. */
const OTHER_UUID = `overlay(event_id::text placing to_hex(('x' || substr(event_id::text, 1, 1))::bit(4)::int # 1) from 1 for 1)::uuid`;
const number = (column: string, bit = 1): string => `${column} # ${bit}`;
const flippedBytes = (column: string): string => `set_byte(${column}, 5, get_byte(${column}, 5) # 1)`;
/** One bit of the fourth byte; every text here is ASCII and stays so. */
const flippedText = (column: string): string =>
  `convert_from(set_byte(convert_to(${column}, 'UTF8'), 3, get_byte(convert_to(${column}, 'UTF8'), 3) # 1), 'UTF8')`;

/** Every column that a hash covers or that is one, with one bit of it changed. */
const FLIPS: Readonly<Record<string, string>> = {
  partition: number('partition', 64),
  position: number('position', 1 << 20),
  event_id: OTHER_UUID,
  stream: flippedText('stream'),
  version: number('version', 1 << 10),
  type: flippedText('type'),
  schema_version: number('schema_version'),
  clearing: number('clearing'),
  hop: number('hop'),
  cause: flippedText('cause'),
  basis: flippedText('basis'),
  correlation: flippedText('correlation'),
  actor: flippedText('actor'),
  payload: flippedText('payload'),
  hash: flippedBytes('hash'),
  chain: flippedBytes('chain'),
};
const NOT_HASHED = ['epoch', 'recorded_at', 'incarnation', 'worker', 'trace'];

describe('what is done to the tables of a run as database superuser', () => {
  let store: PostgresLogStore;
  let logs: LogDirectory;
  let superuser: pg.Client;
  let checkpoints: string;
  /** An event with an actor, in the middle of its partition: every column of it holds something. */
  let place: { partition: number; position: number };

  beforeAll(async () => {
    const connection = await testDatabase();
    store = new PostgresLogStore({ connection });
    const run = await openRun(store, SHORT_WINDOW);
    const simulation = await Simulation.open(run);
    const accountId = 'tamper.main';
    const partition = partitionOfAccount(accountId, SHORT_WINDOW.partitions);
    await simulation.step();
    const opened = run.house.execute('accounts', partition, {
      ...{ id: 'open-1', type: 'OpenAccount', body: { accountId }, actor: PERSON },
    });
    while (!simulation.done) await simulation.step();
    await simulation.runCommands();
    expect(await opened).toMatchObject({ outcome: 'accepted' });
    logs = run.house.logs;
    const byPerson = (await entriesOf(logs.log('accounts'), partition)).find(({ actor }) => actor === PERSON);
    place = { partition, position: byPerson?.position as number };

    const keyFile = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-key-')), 'key.pem');
    const key = await CheckpointKey.load(keyFile, 'ballast');
    const notes: string[] = [];
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      notes.push((await (await CheckpointWriter.resume(logs.log(name), key)).write())?.note as string);
    }
    checkpoints = CheckpointFile.text(key.verifierKey, notes);
    await fs.rm(path.dirname(keyFile), { recursive: true });

    superuser = new pg.Client(connection);
    await superuser.connect();
    // Switches off what refuses a change to everybody else.
    await superuser.query('set session_replication_role = replica');
  }, 120_000);

  afterAll(async () => {
    await superuser.end();
    await store.close();
  });

  it('is nothing at first', async () => {
    expect((await verify(logs, { against: checkpoints })).fault).toBeUndefined();
  });

  it('is tried on every column that is hashed', async () => {
    const { rows } = await superuser.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'accounts.event'::regclass and attnum > 0`,
    );
    const hashed = rows.map(({ name }) => name).filter((name) => !NOT_HASHED.includes(name));
    expect(Object.keys(FLIPS).sort()).toEqual(hashed.sort());
  });

  it.each(Object.keys(FLIPS))('is found and placed: one bit of %s', async (column) => {
    const fault = await faultAfter('accounts', () => flip('accounts', column, place));
    expect(fault).toMatchObject({ log: 'accounts', ...place });
  });

  it.each(SERVICE_LOGS)('is found and placed in the log of %s too', async (log) => {
    const { rows } = await superuser.query<{ partition: number; position: string }>(
      `select partition, position from "${log}".event order by position desc, partition desc limit 1`,
    );
    const { partition, position } = rows[0] as { partition: number; position: string };
    const last = { partition, position: Number(position) };
    const fault = await faultAfter(log, () => flip(log, 'payload', last));
    expect(fault).toEqual({ log, ...last, what: 'the event’s content and its hash differ' });
  });

  describe('with all hashes computed again', () => {
    let rewritten: readonly SealedEvent[];
    const rewrite = async (): Promise<void> => {
      for (const { position, payloadText, hash, chain } of rewritten) {
        await superuser.query('update pricing.event set payload = $2, hash = $3, chain = $4 where position = $1', [
          position,
          payloadText,
          hash,
          chain,
        ]);
      }
      await superuser.query('update pricing.partition set head = $1', [rewritten.at(-1)?.chain]);
    };

    beforeAll(async () => {
      const original = await entriesOf(logs.log('pricing'), GLOBAL);
      const { position } = original.find(({ type }) => type === 'SourceStateChanged') as SealedEvent;
      const payload = (stored: unknown): unknown => ({ ...(stored as object), reason: 'it never happened' });
      rewritten = forged(original, { log: 'pricing', partition: GLOBAL, position, payload });
      expect(rewritten[position - 1]?.payloadText).not.toBe(original[position - 1]?.payloadText);
    });

    it('is found by a checkpoint that was kept elsewhere', async () => {
      expect(await faultAfter('pricing', rewrite, checkpoints)).toEqual({
        log: 'pricing',
        partition: GLOBAL,
        position: rewritten.length,
        what: 'the events up to here are not those of a signed checkpoint',
      });
    });

    it('is found by nothing in the log itself, which is why checkpoints are signed', async () => {
      expect(await faultAfter('pricing', rewrite)).toBeUndefined();
    });

    it('is found by deciding everything again', async () => {
      const divergence = await whileChanged('pricing', rewrite, async () => {
        const report = await replay(logs, SERVICES, () => performance.now());
        return report.divergence;
      });
      const { position } = rewritten.find(({ payloadText }) =>
        payloadText.includes('it never happened'),
      ) as SealedEvent;
      expect(divergence).toMatchObject({
        log: 'pricing',
        partition: GLOBAL,
        position,
        field: expect.stringMatching(/^payload\./) as string,
      });
    });
  });

  it.each(SERVICE_LOGS)('is found by a checkpoint, when the newest event of %s was cut off', async (log) => {
    const [{ partition, size }] = (await logs.log(log).heads()).filter((head) => head.size > 1) as [PartitionHead];
    const cutOff = async (): Promise<void> => {
      await superuser.query(`delete from "${log}".event where partition = $1 and position = $2`, [partition, size]);
      await superuser.query(
        `update "${log}".partition p set size = e.position, head = e.chain, clearing = e.clearing, hop = e.hop
         from "${log}".event e where p.partition = $1 and e.partition = $1 and e.position = $2`,
        [partition, size - 1],
      );
    };
    expect(await faultAfter(log, cutOff, checkpoints)).toEqual({
      log,
      partition,
      position: size,
      what: `a signed checkpoint knows ${size} events`,
    });
  });

  async function flip(log: ServiceLog, column: string, at: typeof place): Promise<void> {
    const { rowCount } = await superuser.query(
      `update "${log}".event set ${column} = ${FLIPS[column]} where partition = $1 and position = $2`,
      [at.partition, at.position],
    );
    expect(rowCount).toBe(1);
  }

  async function faultAfter(
    log: ServiceLog,
    change: () => Promise<void>,
    against?: string,
  ): Promise<Awaited<ReturnType<typeof verify>>['fault']> {
    return whileChanged(log, change, async () => (await verify(logs, { against })).fault);
  }

  /** Puts back what was changed, so that the next test begins with the history as it was. */
  async function whileChanged<T>(log: ServiceLog, change: () => Promise<void>, look: () => Promise<T>): Promise<T> {
    const tables = ['event', 'partition'];
    for (const table of tables) await superuser.query(`create table public.${table} as table "${log}".${table}`);
    try {
      await change();
      return await look();
    } finally {
      for (const table of tables) {
        await superuser.query(`delete from "${log}".${table}`);
        await superuser.query(`insert into "${log}".${table} table public.${table}`);
        await superuser.query(`drop table public.${table}`);
      }
    }
  }
});
