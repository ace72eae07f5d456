import pg from 'pg';
import { sha256Of, uuidV5 } from '@ballast/kernel';
import { nextBlockChain } from './block.js';
import type { Block, EventLog } from './event-log.js';
import { Writer } from './event-log.fixtures.js';
import { verifyLog } from './log-integrity.fixtures.js';
import { verifyPartition } from './log-integrity.js';
import { MemoryLogStore } from './memory/memory-log.js';
import { PostgresLogStore } from './postgres/postgres-log-store.js';
import { testDatabase } from './testing.js';

const SHAPE = { name: 'margin', partitions: 2, global: true };

/** A small log with everything a block can hold. */
async function fill(log: EventLog): Promise<void> {
  const writer = await Writer.take(log, 1);
  const first = writer.item([{}, { stream: 'run-1' }], {
    commands: [writer.command('c-1'), writer.command('c-2', { number: 2 })],
    cursors: [
      ['pricing', -1, 4, '17'],
      ['accounts', 1, 9],
    ],
    trace: '00-abc-def-01',
  });
  await log.append([first]);
  await log.append([writer.item([], { cursors: [['pricing', -1, 6]] })]);
  await log.append([writer.item([{}, {}, {}], { commands: [writer.command('c-3', { resultText: null })] })]);
  await log.saveRelayCursor(1, 4);
}

/** Tables whose every column is tried, and the columns that say nothing which anybody depends on. */
const DIAGNOSTIC: Readonly<Record<string, readonly string[]>> = {
  block: ['recorded_at'],
  partition: [],
  cursor: [],
  command_number: [],
  command_index: [],
};

describe('verification of a log in PostgreSQL', () => {
  let store: PostgresLogStore;
  let log: EventLog;
  let superuser: pg.Client;

  beforeAll(async () => {
    const connection = await testDatabase();
    store = new PostgresLogStore({ connection });
    log = await store.open(SHAPE);
    superuser = new pg.Client(connection);
    await superuser.connect();
    // What no role of a service may do, and what passes the trigger: the worst that could happen to a table.
    await superuser.query('set session_replication_role = replica');
    await fill(log);
    await log.close();
    log = await store.open(SHAPE);
    // An index of command ids that is not at the end.
    await superuser.query(
      `delete from margin.command_number where number > 2; update margin.command_index set commands = 2`,
    );
    for (const table of Object.keys(DIAGNOSTIC)) {
      await superuser.query(`create table public.${table} as select * from margin.${table}`);
    }
  });

  afterAll(async () => {
    await superuser.end();
    await store.close();
  });

  const faultsOf = async (partition = 1) => (await verifyPartition(log, partition)).faults;

  /** Puts back what a test changed, from a copy made before the first. */
  async function restore(): Promise<void> {
    for (const table of Object.keys(DIAGNOSTIC)) {
      await superuser.query(`delete from margin.${table}; insert into margin.${table} select * from public.${table}`);
    }
    await superuser.query('update margin.relay set position = 4');
  }

  const columnsOf = async (table: string): Promise<{ name: string; type: string }[]> =>
    (
      await superuser.query<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, null) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [`margin.${table}`],
      )
    ).rows;

  it('finds no fault in a log as it was written', async () => {
    const verdicts = await verifyLog(log);
    expect(verdicts.map(({ partition, size, faults }) => [partition, size, faults])).toEqual([
      [-1, 0, []],
      [0, 0, []],
      [1, 5, []],
    ]);
    expect(verdicts[2]?.head).toEqual((await log.heads())[2]?.head);
  });

  /** Values of a column with one bit changed in its first, middle and last byte, in SQL. */
  function flipsOf({ name, type }: { name: string; type: string }): readonly string[] {
    // Every lower bit makes the number of another partition.
    if (name === 'partition') return [`${name} # 64`];
    if (/int/.test(type)) return [`${name} # 1`, `${name} # 64`];
    if (type === 'uuid')
      return [
        `(overlay(${name}::text placing to_hex(('x' || left(${name}::text, 1))::bit(4)::int # 1) from 1 for 1))::uuid`,
      ];
    if (/timestamp/.test(type)) return [`${name} - interval '1 day'`];
    const bytes = type === 'bytea' ? name : `convert_to(${name}, 'UTF8')`;
    return ['0', `length(${bytes}) / 2`, `length(${bytes}) - 1`].map((at) => {
      const flipped = `set_byte(${bytes}, ${at}, get_byte(${bytes}, ${at}) # 1)`;
      return type === 'bytea' ? flipped : `convert_from(${flipped}, 'UTF8')`;
    });
  }

  it.each([
    ['block', 'trace', 'block 3: its trace is empty'],
    ['partition', 'worker', 'the partition’s row says worker "", its blocks say null'],
  ])('finds an empty text in the place of none, in %s.%s [CLR-LOG-014]', async (table, column, what) => {
    await superuser.query(`update margin.${table} set ${column} = '' where ${column} is null`);
    const found = [...(await faultsOf(1)), ...(await faultsOf(0))];
    expect(found.map((fault) => fault.what)).toContain(what);
    await restore();
    expect(await faultsOf(1)).toEqual([]);
  });

  it.each(Object.keys(DIAGNOSTIC))(
    'finds a change of any column of %s in any row and names the partition [CLR-LOG-014]',
    async (table) => {
      let tried = 0;
      for (const column of await columnsOf(table)) {
        const rowsWith = async (): Promise<readonly string[]> => {
          const { rows } = await superuser.query<{ id: string }>(
            `select t.ctid::text as id from margin.${table} t
             where partition = 1 and length(${column.name}::text) > ${column.type === 'bytea' ? 2 : 0} order by t::text`,
          );
          return rows.map(({ id }) => id);
        };
        const count = (await rowsWith()).length;
        for (let row = 0; row < count; row++) {
          for (const flip of flipsOf(column)) {
            // A row stands elsewhere after it was put back.
            const id = (await rowsWith())[row];
            await superuser.query(`update margin.${table} set ${column.name} = ${flip} where ctid = '${id}'`);
            const found = [...(await faultsOf()), ...(column.name === 'partition' ? await faultsOf(0) : [])];
            const what = `${table}.${column.name} of row ${row} to ${flip}`;
            if (DIAGNOSTIC[table]?.includes(column.name) === true) expect([what, found]).toEqual([what, []]);
            else expect([what, found.length]).not.toEqual([what, 0]);
            for (const fault of found) expect(fault).toMatchObject({ log: 'margin' });
            await restore();
            tried += 1;
          }
        }
      }
      expect(tried).toBeGreaterThan(0);
      expect(await faultsOf()).toEqual([]);
    },
    120_000,
  );

  it.each([
    { why: 'a block was deleted', sql: 'delete from margin.block where number = 2', what: 'block 2 is missing' },
    {
      why: 'the last block was deleted',
      sql: 'delete from margin.block where number = 4 and partition = 1',
      what: 'the log is cut: its last block is missing',
    },
    {
      why: 'the end was set back, with its block still there',
      sql: `update margin.partition p set size = b.last_position, head = b.chain, blocks = b.number,
            block_chain = b.block_chain, commands = b.last_command, clearing = b.clearing, hop = b.hop
            from margin.block b where b.partition = 1 and p.partition = 1 and b.number = 3`,
      what: 'block 4 stands beyond the end of the partition',
    },
    {
      why: 'a refused command’s amount was changed',
      sql: `update margin.block set commands = replace(commands, '5.00', '9.00') where number = 4`,
      what: 'it does not continue the chain of blocks',
    },
    {
      why: 'a command was deleted',
      sql: `update margin.block set commands = '', last_command = 2 where number = 4; update margin.partition set commands = 2 where partition = 1`,
      what: 'it does not continue the chain of blocks',
    },
    {
      why: 'the counter of commands was lowered',
      sql: 'update margin.partition set commands = 1 where partition = 1',
      what: 'says number of commands 1, its blocks say 3',
    },
    {
      why: 'a cursor was deleted',
      sql: `delete from margin.cursor where source_log = 'accounts'`,
      what: 'the cursor of accounts/1 is missing',
    },
    {
      why: 'a cursor was moved',
      sql: `update margin.cursor set position = position + 1 where source_log = 'pricing'`,
      what: 'the cursor of pricing/-1 is 7, its blocks say 6',
    },
    {
      why: 'a cursor was made up',
      sql: `insert into margin.cursor values (1, 'liquidation', 1, 3)`,
      what: 'no block moved the cursor of liquidation/1',
    },
    {
      why: 'the index of command ids leads elsewhere',
      sql: `update margin.command_number set number = 1 where command_id = 'c-2'`,
      what: 'the index of command ids does not lead to it',
    },
    {
      why: 'the partition was dropped',
      sql: 'delete from margin.partition where partition = 1',
      what: 'the partition is missing',
    },
    {
      why: 'an event was put into a block of commands, without a hash',
      sql: `update margin.block set entries = '{}' where number = 3`,
      what: 'it has not one hash for each event',
    },
    {
      why: 'the relay claims what is not there',
      sql: 'update margin.relay set position = position + 73',
      what: 'the relay says that 77 events were sent',
    },
  ])('finds that $why', async ({ sql, what }) => {
    await superuser.query(sql);
    try {
      expect((await faultsOf()).map((fault) => fault.what)).toContainEqual(expect.stringContaining(what));
    } finally {
      await restore();
    }
    expect(await faultsOf()).toEqual([]);
  });

  it.each([
    ['lacks an id', 'delete from margin.command_number where number = 1'],
    ['leads elsewhere', 'update margin.command_number set number = 3 - number'],
    ['has ids of no command', `insert into margin.command_number values (9, 1, 'c-9')`],
    ['says that it goes further than its log', 'update margin.command_index set commands = 9'],
    ['says that it is empty', 'delete from margin.command_index'],
  ])('an index of command ids that %s is made anew [CLR-LOG-005]', async (_, damage) => {
    await superuser.query(damage);
    expect(await faultsOf()).not.toEqual([]);
    const told: number[] = [];
    await log.rebuildCommandIndex(1, (number) => told.push(number));
    expect(told).toEqual([3]);
    expect(await faultsOf()).toEqual([]);
    expect((await log.standing(1)).indexedCommands).toBe(3);
    for (const [id, number] of Object.entries({ 'c-1': 1, 'c-2': 2, 'c-3': 3, 'c-9': undefined })) {
      expect((await log.commandById(1, id))?.number).toBe(number);
    }
    await restore();
  });

  it('finds every one of several faults, each at its place [CLR-LOG-038]', async () => {
    await superuser.query(`
      update margin.block set entries = replace(entries, '12.50', '12.51') where number = 2;
      update margin.block set worker = 'mallory' where number = 3;
      update margin.partition set epoch = 7 where partition = 1`);
    try {
      expect((await faultsOf()).map(({ position, part, what }) => [position, part, what.replace(/:.*/, '')])).toEqual([
        [1, 'event', 'the event’s content and its hash differ'],
        [2, 'event', 'the event’s content and its hash differ'],
        [3, 'block', 'block 3'],
        [5, 'end', 'the partition’s row says epoch 7, its blocks say 1'],
      ]);
    } finally {
      await restore();
    }
  });
});

describe('verification of blocks', () => {
  let log: EventLog;
  let blocks: readonly Block[];

  beforeAll(async () => {
    log = await new MemoryLogStore().open(SHAPE);
    await fill(log);
    blocks = await log.blocks(1, { firstPosition: 0, number: 0 }, 100);
  });

  /** The log with other blocks than it has. */
  const holding = (others: readonly Block[]): EventLog =>
    new Proxy(log, {
      get(target, name) {
        if (name === 'blocks') {
          return async (_: number, after: Block) => (after.firstPosition === 0 ? others : []);
        }
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });

  it('finds every flipped byte of everything that is hashed, and names the block or the event it is in [CLR-LOG-014]', async () => {
    let flips = 0;
    for (const block of blocks) {
      for (const [field, value] of Object.entries(block) as [keyof Block, unknown][]) {
        if (field === 'recordedAt') continue;
        for (const flipped of flippedValues(value)) {
          const others = blocks.map((each) => (each === block ? { ...each, [field]: flipped } : each));
          const [fault] = (await verifyPartition(holding(others), 1)).faults;
          if (fault === undefined)
            throw new Error(`block ${block.number}: ${field} ${String(value)} to ${String(flipped)}`);
          flips += 1;
          expect(fault).toMatchObject({ log: 'margin', partition: 1 });
          const at = fault.part === 'command' ? null : fault.position;
          if (at !== null && !['number', 'firstPosition', 'lastPosition'].includes(field)) {
            expect(at).toBeGreaterThanOrEqual(block.firstPosition);
            expect(at).toBeLessThanOrEqual(Math.max(block.lastPosition, block.firstPosition));
          }
        }
      }
    }
    expect(flips).toBeGreaterThan(2_000);
  }, 120_000);

  it('finds ids and versions that stand twice, in a history that is chained as it should be', async () => {
    const own = await new MemoryLogStore().open(SHAPE);
    const writer = await Writer.take(own, 1);
    const id = uuidV5('the same cause');
    const items = [
      writer.item([{ id }, {}], { commands: [writer.command('c-1')] }),
      writer.item([
        { stream: 'another', id },
        { stream: 'third', version: 3 },
      ]),
      writer.item([], { commands: [writer.command('c-2', { number: 2 }), writer.command('c-1', { number: 3 })] }),
    ];
    for (const item of items) expect(await own.append([item])).toEqual([{ status: 'appended' }]);
    expect((await verifyPartition(own, 1)).faults.map(({ position, part, what }) => [position, part, what])).toEqual(
      expect.arrayContaining([
        [4, 'event', 'third has version 3 where 1 belongs'],
        [3, 'event', `it has the id ${id}, and so has event 1`],
        [3, 'command', 'it has the id c-1, and so has command 1'],
      ]),
    );
  });

  it('makes of each part of a block another head of their chain [CLR-LOG-037]', () => {
    const [, block] = blocks as [Block, Block];
    const heads = new Set<string>();
    const before = sha256Of('x');
    for (const change of [{}, { trace: null }, { trace: 'x' }, { worker: '' }, { cursorsText: '[]' }, { hop: 2 }]) {
      heads.add(nextBlockChain(before, { ...block, ...change }).toString('hex'));
    }
    expect(heads.size).toBe(6);
  });

  function* flippedValues(value: unknown): Generator<unknown> {
    if (typeof value === 'number') yield* [value + 1, value + 64];
    else if (Buffer.isBuffer(value)) {
      for (let at = 0; at < value.length; at++) {
        const flipped = Buffer.from(value);
        flipped[at] = (value[at] as number) ^ 1;
        yield flipped;
      }
    } else if (typeof value === 'string') {
      for (let at = 0; at < value.length; at++) {
        const letter = String.fromCharCode(value.charCodeAt(at) ^ 1);
        // A UUID that is none can't be stored.
        if (/^[0-9a-f]{8}-/.test(value) && !/^[0-9a-f]$/.test(letter)) continue;
        yield value.slice(0, at) + letter + value.slice(at + 1);
      }
    }
  }
});
