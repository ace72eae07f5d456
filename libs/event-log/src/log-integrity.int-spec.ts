import pg from 'pg';
import type { EventLog } from './event-log.js';
import { Writer } from './event-log.fixtures.js';
import { verifyLog } from './log-integrity.fixtures.js';
import { verifyPartition } from './log-integrity.js';
import { PostgresLogStore } from './postgres/postgres-log.js';
import { testDatabase } from './testing.js';

describe('verification of a log in PostgreSQL', () => {
  let store: PostgresLogStore;
  let log: EventLog;
  let superuser: pg.Client;

  beforeAll(async () => {
    const connection = await testDatabase();
    store = new PostgresLogStore({ connection });
    log = await store.open({ name: 'margin', partitions: 2, global: true });
    superuser = new pg.Client(connection);
    await superuser.connect();
    // What no role of a service may do, and what passes the trigger: the worst that could happen to a table.
    await superuser.query('set session_replication_role = replica');
    const writer = await Writer.take(log, 1);
    await log.append([writer.item([{}, {}, { stream: 'run-1' }, {}, {}], { commands: [writer.command('c-1')] })]);
  });

  afterAll(async () => {
    await superuser.end();
    await store.close();
  });

  const flip = (column: string): string => `set_byte(${column}, 5, get_byte(${column}, 5) # 1)`;
  const letter = (column: string): string =>
    `overlay(${column} placing chr(ascii(substr(${column}, 4, 1)) + 1) from 4 for 1)`;
  const content = 'the event’s content and its hash differ';
  const missing = 'the event is missing';

  const changes: { column: string; to: string; what: string }[] = [
    { column: 'partition', to: '0', what: missing },
    { column: 'position', to: '77', what: missing },
    {
      column: 'event_id',
      to: `overlay(event_id::text placing case substr(event_id::text, 4, 1) when '0' then '1' else '0' end from 4 for 1)::uuid`,
      what: content,
    },
    { column: 'stream', to: letter('stream'), what: content },
    { column: 'version', to: 'version + 100', what: content },
    { column: 'type', to: letter('type'), what: content },
    { column: 'schema_version', to: '2', what: content },
    { column: 'clearing', to: 'clearing + 1', what: content },
    { column: 'hop', to: 'hop + 1', what: content },
    { column: 'cause', to: letter('cause'), what: content },
    { column: 'basis', to: letter('basis'), what: content },
    { column: 'correlation', to: letter('correlation'), what: content },
    { column: 'actor', to: `'mallory'`, what: content },
    { column: 'payload', to: `replace(payload, '12.50', '12.51')`, what: content },
    { column: 'hash', to: flip('hash'), what: content },
    { column: 'chain', to: flip('chain'), what: 'the chain does not continue the event before' },
  ];

  it('finds no fault in a log as it was written', async () => {
    const verdicts = await verifyLog(log);
    expect(verdicts.map(({ partition, size, fault }) => [partition, size, fault])).toEqual([
      [-1, 0, undefined],
      [0, 0, undefined],
      [1, 5, undefined],
    ]);
    expect(verdicts[2]?.head).toEqual((await log.heads())[2]?.head);
  });

  it('covers every column that is hashed [CLR-LOG-014]', async () => {
    const notHashed = ['epoch', 'recorded_at', 'incarnation', 'worker', 'trace'];
    const { rows } = await superuser.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'margin.event'::regclass and attnum > 0`,
    );
    expect(changes.map(({ column }) => column).sort()).toEqual(
      rows
        .map(({ name }) => name)
        .filter((name) => !notHashed.includes(name))
        .sort(),
    );
  });

  it.each(changes)('finds a change of $column and names its place [CLR-LOG-014]', async ({ column, to, what }) => {
    await superuser.query('begin');
    const { rowCount } = await superuser.query(
      `update margin.event set ${column} = ${to} where partition = 1 and position = 3 and ${column} is distinct from ${to}`,
    );
    await superuser.query('commit');
    try {
      expect(rowCount).toBe(1);
      const { fault, size } = await verifyPartition(log, 1);
      expect(fault).toEqual({ log: 'margin', partition: 1, position: 3, part: 'event', what });
      expect(size).toBe(2);
    } finally {
      await restore();
    }
  });

  it.each([
    { why: 'an event was deleted', sql: 'delete from margin.event where position = 4', position: 4, what: missing },
    {
      why: 'the last event was deleted',
      sql: 'delete from margin.event where position = 5',
      position: 5,
      what: missing,
    },
    {
      why: 'events were exchanged',
      sql: 'update margin.event set position = case position when 2 then 103 else 102 end where position in (2, 3)',
      position: 2,
      what: missing,
    },
    {
      why: 'the end was set back, with its event still there',
      sql: 'update margin.partition set size = 4, head = (select chain from margin.event where position = 4) where partition = 1',
      position: 5,
      what: 'the event stands beyond the end of the partition',
    },
    {
      why: 'the end’s chain head was changed',
      sql: `update margin.partition set head = ${flip('head')} where partition = 1`,
      position: 5,
      what: 'the chain ends in another head than the partition’s row says',
    },
  ])('finds that $why', async ({ sql, position, what }) => {
    await superuser.query(sql);
    try {
      expect((await verifyPartition(log, 1)).fault).toEqual({
        log: 'margin',
        partition: 1,
        position,
        part: 'event',
        what,
      });
    } finally {
      await restore();
    }
  });

  it.each([
    {
      why: 'a command’s body was changed',
      sql: `update margin.command set body = '{}'`,
      what: 'the command’s body and its hash differ',
    },
    { why: 'a command was deleted', sql: 'delete from margin.command', what: 'the command is missing' },
  ])('finds that $why', async ({ sql, what }) => {
    await superuser.query(sql);
    try {
      expect((await verifyPartition(log, 1)).fault).toEqual({
        log: 'margin',
        partition: 1,
        position: 1,
        part: 'command',
        what,
      });
    } finally {
      await restore();
    }
  });

  /** Puts back what a test changed, from a copy made before the first. */
  async function restore(): Promise<void> {
    for (const table of ['event', 'command', 'partition']) {
      await superuser.query(`delete from margin.${table}; insert into margin.${table} select * from public.${table}`);
    }
    expect((await verifyPartition(log, 1)).fault).toBeUndefined();
  }

  beforeAll(async () => {
    for (const table of ['event', 'command', 'partition']) {
      await superuser.query(`create table public.${table} as select * from margin.${table}`);
    }
  });
});
