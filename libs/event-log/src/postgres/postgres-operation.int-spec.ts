import pg from 'pg';
import type { AppendOutcome, EventLog, LogShape } from '../event-log.js';
import { Writer } from '../event-log.fixtures.js';
import { GroupCommitter } from '../group-commit.js';
import { verifyLog } from '../log-integrity.fixtures.js';
import { createDatabase, discard, testDatabase, testServer } from '../testing.js';
import type { EmbeddedServer, ServerConnection } from './embedded-server.js';
import { PostgresLogStore } from './postgres-log.js';

const SHAPE: LogShape = { name: 'margin', partitions: 4, global: true };

/** kill -9; a server that is still down from the kill before is as good as killed. */
function killServer(server: EmbeddedServer): void {
  try {
    process.kill(server.pid as number, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('a log in PostgreSQL', () => {
  let connection: ServerConnection;
  let store: PostgresLogStore;
  let log: EventLog;
  let operator: pg.Client;

  beforeAll(async () => {
    connection = await testDatabase();
    store = new PostgresLogStore({ connection });
    log = await store.open(SHAPE);
    operator = new pg.Client(connection);
    await operator.connect();
    const writer = await Writer.take(log, 0);
    await log.append([writer.item([{}, {}], { commands: [writer.command('c-1')] })]);
  });

  afterAll(async () => {
    await operator.end();
    await store.close();
  });

  describe('is final [CLR-LOG-024]', () => {
    it.each([
      `update margin.event set payload = '{}'`,
      'delete from margin.event where position = 2',
      'truncate margin.event',
      `update margin.command set result = null`,
      'delete from margin.command',
      'delete from margin.checkpoint',
      'update margin.log set partitions = 8',
    ])('even for its owner: %s', async (sql) => {
      await expect(operator.query(sql)).rejects.toThrow('what is in a log is final');
    });

    it('and a service’s role has no right to change it, nor to switch the trigger off', async () => {
      await operator.query(`create role accounts_service login password 'secret' in role ballast_margin`);
      const service = new pg.Client({ ...connection, user: 'accounts_service', password: 'secret' });
      await service.connect();
      try {
        for (const sql of [
          `update margin.event set payload = '{}'`,
          'delete from margin.event',
          'truncate margin.event',
          'delete from margin.partition',
        ]) {
          await expect(service.query(sql)).rejects.toThrow('permission denied');
        }
        await expect(service.query('set session_replication_role = replica')).rejects.toThrow('permission denied');
        await expect(service.query('alter table margin.event disable trigger all')).rejects.toThrow('must be owner');
      } finally {
        await service.end();
      }
    });

    it('while that role can do all of a service’s work', async () => {
      await operator.query(`create role margin_service login password 'secret' in role ballast_margin`);
      const own = new PostgresLogStore({ connection: { ...connection, user: 'margin_service', password: 'secret' } });
      try {
        const its = await own.open(SHAPE);
        const writer = await Writer.take(its, 1);
        const item = writer.item([{}], { cursors: [['pricing', -1, 1]], commands: [writer.command('c-1')] });
        expect(await its.append([item])).toEqual([{ status: 'appended' }]);
        expect(await its.append([item])).toEqual([{ status: 'duplicate' }]);
        await its.saveRelayCursor(1, 1);
        await its.saveCheckpoint('note', '{}');
        expect(await its.cursors(1)).toHaveLength(1);
        expect(await its.read(1, 0, 5)).toEqual(item.events);
      } finally {
        await own.close();
      }
    });
  });

  it('is durable on a server that was told not to be [CLR-LOG-032]', async () => {
    await operator.query(`alter database ${connection.database} set synchronous_commit = off`);
    const other = new PostgresLogStore({ connection });
    try {
      const { rows } = await other.pool.query<{ synchronous_commit: string }>('show synchronous_commit');
      expect(rows[0]?.synchronous_commit).toBe('on');
    } finally {
      await other.close();
    }
  });

  it('of a newer release is refused, in words that name the way out', async () => {
    const newer = await store.open({ ...SHAPE, name: 'newer' });
    await newer.close();
    await operator.query(
      `insert into newer.migrations (timestamp, name) values (1900000000001, 'AddSomething1900000000001')`,
    );
    await expect(store.open({ ...SHAPE, name: 'newer' })).rejects.toThrow(
      'schema "newer" was made by a newer release of this program (it has AddSomething1900000000001): start that release',
    );
  });

  it('is created once when several processes start at the same moment', async () => {
    const stores = [1, 2, 3].map(() => new PostgresLogStore({ connection }));
    try {
      const logs = await Promise.all(stores.map((each) => each.open({ ...SHAPE, name: 'together' })));
      const [first, ...others] = await Promise.all(logs.map((each) => each.heads()));
      for (const heads of others) expect(heads).toEqual(first);
    } finally {
      for (const each of stores) await each.close();
    }
  });

  it('finds its rows by index, whatever it is asked', async () => {
    await operator.query('set enable_seqscan = off');
    const planOf = async (sql: string): Promise<string> =>
      JSON.stringify((await operator.query(`explain (format json) ${sql}`)).rows);
    const asked = [
      'select payload from margin.event where partition = 1 and position > 5 order by position limit 100',
      `select 1 from margin.event where partition = 1 and stream = 's' and version = 4`,
      `select 1 from margin.event where partition = 1 and event_id = '00000000-0000-5000-8000-000000000000'`,
      `select 1 from margin.command where partition = 1 and command_id = 'c-1'`,
    ];
    for (const sql of asked) {
      const plan = await planOf(sql);
      expect(plan).toContain('Index');
      expect(plan).not.toMatch(/Seq Scan|"Sort"/);
    }
  });

  it('stores each item once although its backends are terminated again and again', async () => {
    const fresh = await store.open({ ...SHAPE, name: 'terminated' });
    const committer = new GroupCommitter(fresh);
    const writers = await Promise.all([0, 1, 2, 3].map((partition) => Writer.take(fresh, partition)));
    const answers: Promise<AppendOutcome>[] = [];
    for (let round = 0; round < 30; round++) {
      for (const writer of writers) answers.push(committer.submit(writer.item([{}, {}])));
      await operator.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ballast' and datname = current_database()`,
      );
    }
    for (const { status } of await Promise.all(answers)) expect(['appended', 'duplicate']).toContain(status);
    for (const { size, fault } of (await verifyLog(fresh)).slice(1))
      expect({ size, fault }).toEqual({ size: 60, fault: undefined });
  });

  it('lets two workers who fight for all partitions neither block nor fork each other [CLR-LOG-004]', async () => {
    const fresh = await store.open({ ...SHAPE, name: 'fought' });
    const appended = [0, 0, 0, 0];
    const worker = async (name: string): Promise<void> => {
      for (let round = 0; round < 15; round++) {
        const numbers = name === 'worker-1' ? [0, 1, 2, 3] : [3, 2, 1, 0];
        const items = [];
        for (const partition of numbers) {
          const writer = await Writer.take(fresh, partition, `${name}-${round}`);
          items.push(writer.item([{ stream: `${name}-${round}` }]));
        }
        (await fresh.append(items)).forEach(({ status }, index) => {
          if (status === 'appended')
            appended[numbers[index] as number] = (appended[numbers[index] as number] as number) + 1;
          else expect(status).toBe('fenced');
        });
      }
    };
    await Promise.all([worker('worker-1'), worker('worker-2')]);
    const verdicts = (await verifyLog(fresh)).slice(1);
    expect(verdicts.map(({ size }) => size)).toEqual(appended);
    expect(verdicts.map(({ fault }) => fault)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('holds every acknowledged item, contiguous and chained, after its server was killed in the middle of commits [CLR-LOG-032]', async () => {
    const server = await testServer({ fsync: true });
    try {
      const own = new PostgresLogStore({ connection: (await createDatabase(server)).connection });
      try {
        const fresh = await own.open(SHAPE);
        const committer = new GroupCommitter(fresh);
        const writers = await Promise.all([0, 1, 2, 3].map((partition) => Writer.take(fresh, partition)));
        for (let kill = 0; kill < 3; kill++) {
          const answers: Promise<AppendOutcome>[] = [];
          for (let round = 0; round < 10; round++) {
            for (const writer of writers) answers.push(committer.submit(writer.item([{}, {}, {}])));
            if (round === 5) killServer(server);
            await new Promise(setImmediate);
          }
          for (const { status } of await Promise.all(answers)) expect(['appended', 'duplicate']).toContain(status);
        }
        for (const { size, fault } of (await verifyLog(fresh)).slice(1))
          expect({ size, fault }).toEqual({ size: 90, fault: undefined });
      } finally {
        await own.close();
      }
    } finally {
      await discard(server);
    }
  }, 120_000);
});
