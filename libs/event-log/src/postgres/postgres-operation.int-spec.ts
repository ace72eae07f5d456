import pg from 'pg';
import type { AppendOutcome, EventLog, EventRow, LogShape } from '../event-log.js';
import { Writer } from '../event-log.fixtures.js';
import { GroupCommitter } from '../group-commit.js';
import { verifyLog } from '../log-integrity.fixtures.js';
import { verifyPartition } from '../log-integrity.js';
import { createDatabase, discard, testDatabase, testServer } from '../testing.js';
import type { EmbeddedServer, ServerConnection } from './embedded-server.js';
import { logNames } from './log-names.js';
import { logSql, type LogSql } from './log-sql.js';
import { PostgresLogStore } from './postgres-log-store.js';

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
      `update margin.block set entries = '{}'`,
      'delete from margin.block where number = 2',
      'truncate margin.block',
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
          `update margin.block set entries = '{}'`,
          'delete from margin.block',
          'truncate margin.block',
          'delete from margin.command_number',
          'delete from margin.partition',
        ]) {
          await expect(service.query(sql)).rejects.toThrow('permission denied');
        }
        await expect(service.query('set session_replication_role = replica')).rejects.toThrow('permission denied');
        await expect(service.query('alter table margin.block disable trigger all')).rejects.toThrow('must be owner');
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
        await its.saveCheckpoint(0, { note: 'note', frontier: '{}', verifierKey: 'ballast', succession: null });
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

  it.each([
    ['another column', 'alter table older.partition drop column blocks'],
    ['another table', 'drop table older.block cascade'],
    ['another description', 'alter table older.log rename column has_global to global'],
    ['no description', 'drop table older.log cascade; drop table older.migrations'],
  ])('with %s, from before the first release, is refused with the remedy', async (_, change) => {
    const older = await store.open({ ...SHAPE, name: 'older' });
    await older.close();
    await operator.query(change);
    try {
      await expect(store.open({ ...SHAPE, name: 'older' })).rejects.toThrow(
        /^the data of log older was made by a version of this program from before its first release.*begin in another place/,
      );
    } finally {
      await operator.query('drop schema older cascade; drop role ballast_older');
    }
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
    const sql = logSql(logNames('margin'));
    const planned = await store.pool.connect();
    const asked: readonly (readonly [keyof LogSql, string, string])[] = [
      ['read', '', '1, 5, 100'],
      ['hashes', '', '1, 5, 100'],
      ['blocks', '', '1, 5, 2, 100'],
      ['blocksAt', '', `'{1}', '{5}'`],
      ['commands', '', '1, 0, 10'],
      ['commandById', '(smallint, text, text)', `1, 'c-1', '"id":"c-1"'`],
    ];
    try {
      for (const [statement, types, values] of asked) {
        await planned.query(`prepare asked ${types} as ${sql[statement]}`);
        const plan = JSON.stringify((await planned.query(`explain (format json) execute asked(${values})`)).rows);
        await planned.query('deallocate asked');
        expect(plan).toContain('Index');
        expect(plan).not.toMatch(/Seq Scan|"Sort"/);
      }
    } finally {
      planned.release();
    }
  });

  it('shows its events and commands as rows, whose hashes anybody can compute in SQL [CLR-LOG-036]', async () => {
    const fresh = await store.open({ ...SHAPE, name: 'shown' });
    const writer = await Writer.take(fresh, 1, 'worker-7');
    const odd = { text: 'ä 😀 \u0000 \ud800 "quoted" \\ {a,b}', none: null, list: [1, '2'] };
    const items = [
      writer.item([{ payload: odd }, { stream: 'run-1' }], {
        commands: [writer.command('c-1')],
        trace: '00-abc-def-01',
      }),
      writer.item([], { cursors: [['pricing', -1, 1]] }),
      writer.item([{}], { commands: [writer.command('c-2', { number: 2, actor: null, resultText: null })] }),
    ];
    for (const item of items) expect(await fresh.append([item])).toEqual([{ status: 'appended' }]);
    const raw = await fresh.readRaw(1, 0, 10);
    const { rows } = await operator.query<Record<string, unknown>>(
      `select *, sha256(convert_to(canonical, 'UTF8')) as again from shown.event where partition = 1 order by position`,
    );
    expect(rows).toHaveLength(3);
    rows.forEach((row, index) => {
      const expected = raw[index] as EventRow;
      expect(row).toMatchObject({
        ...{ position: String(expected.position), event_id: expected.id, stream: expected.stream, type: expected.type },
        ...{ version: expected.version, schema_version: 1, clearing: String(expected.clearing), hop: expected.hop },
        ...{
          cause: JSON.parse(expected.causeText) as unknown,
          basis: JSON.parse(expected.basisText) as unknown,
          actor: expected.actor,
        },
        ...{ correlation: expected.correlation, hash: expected.hash, chain: expected.chain, again: expected.hash },
        ...{ epoch: '1', worker: 'worker-7', trace: expected.trace, block: index === 2 ? '4' : '2' },
      });
    });
    expect(rows[0]?.['payload']).toMatchObject({ text: 'ä 😀 \ufffd \ufffd "quoted" \\ {a,b}', list: [1, '2'] });
    expect(rows[1]?.['payload']).toEqual(JSON.parse((raw[1] as EventRow).payloadText));
    const { rows: commands } = await operator.query<Record<string, unknown>>(
      'select partition, number, command_id, type, body, actor, result, clearing from shown.command order by number',
    );
    expect(commands).toEqual([
      {
        ...{
          partition: 1,
          number: '1',
          command_id: 'c-1',
          type: 'RequestWithdrawal',
          actor: 'alice',
          clearing: '1000',
        },
        ...{ body: { account: 'alice.main', amount: '5.00' }, result: { outcome: 'accepted', data: null } },
      },
      expect.objectContaining({ number: '2', command_id: 'c-2', actor: null, result: null }),
    ]);
  });

  it('puts the ids of many commands into their index, behind the answers', async () => {
    const fresh = await store.open({ ...SHAPE, name: 'indexed' });
    const writer = await Writer.take(fresh, 0);
    for (let n = 0; n < 6; n++) {
      const commands = Array.from({ length: 100 }, (_, index) =>
        writer.command(`c-${n}-${index}`, { number: writer.commands + index + 1 }),
      );
      await fresh.append([writer.item([], { commands })]);
    }
    await fresh.close();
    const again = await store.open({ ...SHAPE, name: 'indexed' });
    expect((await again.standing(0)).indexedCommands).toBeGreaterThanOrEqual(256);
    for (const [id, number] of [
      ['c-0-0', 1],
      ['c-5-99', 600],
    ] as const) {
      expect((await again.commandById(0, id))?.number).toBe(number);
    }
    expect((await verifyPartition(again, 0)).faults).toEqual([]);
  });

  it('lets its writer go on while the index of command ids is made anew, and has every id in the end', async () => {
    const served = await store.open({ ...SHAPE, name: 'served' });
    const writer = await Writer.take(served, 0);
    const say = (from: number, count: number) => {
      const commands = Array.from({ length: count }, (_, index) =>
        writer.command(`c-${from + index}`, { number: writer.commands + index + 1 }),
      );
      return served.append([writer.item([], { commands })]);
    };
    await say(1, 1_500);
    await operator.query('delete from served.command_number where number % 3 = 0');
    let appended: Promise<unknown> = Promise.resolve();
    let from = 1_501;
    await served.rebuildCommandIndex(0, () => {
      if (from > 4_000) return;
      const next = from;
      from += 500;
      appended = appended.then(async () => expect(await say(next, 500)).toEqual([{ status: 'appended' }]));
    });
    await appended;
    expect(await say(from, 500)).toEqual([{ status: 'appended' }]);
    await served.close();
    const again = await store.open({ ...SHAPE, name: 'served' });
    expect((await verifyPartition(again, 0)).faults).toEqual([]);
    for (const id of ['c-3', 'c-1500', 'c-1600', `c-${from + 499}`])
      expect(await again.commandById(0, id)).toBeDefined();
  });

  it('finds a command again by its id though the answer to its append was lost [CLR-LOG-005]', async () => {
    const fresh = await store.open({ ...SHAPE, name: 'unanswered' });
    const elsewhere = await store.open({ ...SHAPE, name: 'unanswered' });
    const writer = await Writer.take(fresh, 0);
    const item = (id: string) => writer.item([], { commands: [writer.command(id)] });
    await fresh.append([item('c-1')]);
    await fresh.append([item('c-2')]);
    // What a writer sees whose connection broke behind the commit.
    const unanswered = item('c-3');
    await elsewhere.append([unanswered]);
    expect(await fresh.append([unanswered])).toEqual([{ status: 'duplicate' }]);
    for (let n = 4; n <= 300; n++) await fresh.append([item(`c-${n}`)]);
    await Promise.all([fresh.close(), elsewhere.close()]);
    const again = await store.open({ ...SHAPE, name: 'unanswered' });
    for (let n = 1; n <= 300; n++) expect((await again.commandById(0, `c-${n}`))?.number).toBe(n);
    expect((await verifyPartition(again, 0)).faults).toEqual([]);
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
    for (const { size, faults } of (await verifyLog(fresh)).slice(1))
      expect({ size, faults }).toEqual({ size: 60, faults: [] });
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
    expect(verdicts.map(({ faults }) => faults)).toEqual([[], [], [], []]);
  });

  it('stores and answers by the connections that it has, after a pause too, while the server takes no new ones', async () => {
    const server = await testServer();
    const own = new PostgresLogStore({ connection: (await createDatabase(server)).connection });
    try {
      const fresh = await own.open(SHAPE);
      const writers = await Promise.all([0, 1, 2, 3].map((partition) => Writer.take(fresh, partition)));
      // The first process takes connections; those it has started for them go on.
      process.kill(server.pid as number, 'SIGSTOP');
      // Longer than the pool of `pg` keeps what nobody uses.
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      const outcomes = await Promise.all(writers.map((writer) => fresh.append([writer.item([{}])])));
      expect(outcomes.flat().map(({ status }) => status)).toEqual(Array(4).fill('appended'));
    } finally {
      process.kill(server.pid as number, 'SIGCONT');
      await own.close();
      await discard(server);
    }
  }, 60_000);

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
        for (const { size, faults } of (await verifyLog(fresh)).slice(1))
          expect({ size, faults }).toEqual({ size: 90, faults: [] });
      } finally {
        await own.close();
      }
    } finally {
      await discard(server);
    }
  }, 120_000);
});
