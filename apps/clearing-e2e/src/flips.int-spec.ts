import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { verify, verifySnapshots, type VerifyReport } from '@ballast/audit';
import {
  Archiver,
  CheckpointKey,
  CheckpointWriter,
  DirectoryArchive,
  LogDirectory,
  PostgresLogStore,
} from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import type { PartitionProcess } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';
import { WriteClaims } from '@ballast/gateway/testing';
import { instantOf, partitionOfAccount } from '@ballast/kernel';
import { EventIndex, PostgresAccountDecisions } from '@ballast/read-models';
import { SERVICES, Simulation } from '@ballast/services';
import { REPOSITORY } from './ballast-process.js';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { untilCommandWaits } from './waiting-command.js';

/** A few minutes of the fall: every log says something, and all of it is soon verified. */
const SMALL = { ...SHORT_WINDOW, to: '2020-03-12T10:10:00Z', accounts: 10, partitions: 2 } as const;
const MIDDLE = instantOf('2020-03-12T10:07:30Z');
const LOGS = [...SERVICE_LOGS, ...EXCHANGE_LOGS];
/** On a busy machine. */
const LONGEST_MS = 600_000;

type LogName = ServiceLog | ExchangeLog;
/** Who looks for what was changed. */
type Look = 'hashes' | 'anew' | 'rules' | 'snapshots';

interface Table {
  /** By which part of `verify` a change is found. */
  readonly look: Look;
  readonly found: readonly string[];
  /** What nobody depends on; the specification of the log gives the reason of each. */
  readonly diagnostic: readonly string[];
}

/** Every table of a log, and every column of it. */
const TABLES: Readonly<Record<string, Table>> = {
  log: { look: 'anew', found: ['name', 'partitions', 'has_global'], diagnostic: ['created_at'] },
  migrations: { look: 'anew', found: ['name'], diagnostic: ['id', 'timestamp'] },
  partition: {
    look: 'hashes',
    found: [
      ...['partition', 'epoch', 'size', 'head', 'clearing', 'hop', 'commands', 'incarnation', 'worker', 'blocks'],
      'block_chain',
    ],
    diagnostic: [],
  },
  block: {
    look: 'hashes',
    found: [
      ...['partition', 'number', 'first_position', 'last_position', 'first_command', 'last_command', 'clearing', 'hop'],
      ...['epoch', 'incarnation', 'worker', 'trace', 'chain_before', 'chain', 'block_chain', 'hashes', 'cursors'],
      ...['commands', 'entries', 'note'],
    ],
    diagnostic: ['recorded_at'],
  },
  command_number: { look: 'hashes', found: ['partition', 'number', 'command_id'], diagnostic: [] },
  command_index: { look: 'hashes', found: ['partition', 'commands'], diagnostic: [] },
  cursor: {
    look: 'hashes',
    found: ['partition', 'source_log', 'source_partition', 'position', 'next_offset'],
    diagnostic: [],
  },
  relay: { look: 'hashes', found: [], diagnostic: ['partition', 'position'] },
  checkpoint: {
    look: 'hashes',
    found: ['number', 'note', 'frontier', 'verifier_key', 'succession'],
    diagnostic: ['recorded_at'],
  },
  archive: {
    look: 'anew',
    found: [
      ...['partition', 'number', 'first_block', 'last_block', 'note', 'verifier_key', 'place', 'proposed_by'],
      'removed_by',
    ],
    diagnostic: [],
  },
  snapshot: {
    look: 'snapshots',
    found: ['partition', 'position', 'resting', 'head', 'format', 'digest', 'content'],
    diagnostic: ['release', 'build', 'taken_at'],
  },
  outcome: { look: 'rules', found: ['partition', 'position', 'key', 'outcome'], diagnostic: [] },
  outcome_index: { look: 'rules', found: ['partition', 'position'], diagnostic: [] },
};

/** Tables beside the logs that can be made again from them, or of which only an answer to a client depends. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'gateway.write_claim': ['command_id', 'request', 'claimed_at'],
  'gateway.write_body': ['command_id', 'request', 'body', 'made_at'],
  'read_models.*': ['*'],
};

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** How many bytes of a value are tried; all of a shorter one. */
interface Density {
  readonly rows: number;
  readonly bytes: number;
}

const DENSE: Density = { rows: 1, bytes: 6 };
const SPARSE: Density = { rows: 1, bytes: 1 };

const [schemaOf, prefixOf] = [
  (log: LogName): string => log.split('.')[0] as string,
  (log: LogName): string => {
    const topic = log.split('.')[1];
    return topic === undefined ? '' : `${topic.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_`;
  },
];

describe('a bit of any column of any table, changed as superuser [CLR-LOG-014]', () => {
  let store: PostgresLogStore;
  let logs: LogDirectory;
  let superuser: pg.Client;
  let directory: string;
  let exchange: PartitionProcess<unknown>;
  let columns: readonly Column[];
  const tried = new Set<string>();

  beforeAll(async () => {
    const connection = await testDatabase();
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-flips-'));
    store = new PostgresLogStore({ connection });
    const options = {
      ...SMALL,
      snapshots: { policy: { everyEntries: 40, everyBytes: Infinity, keep: 2 }, notice: () => undefined },
    };
    const run = await openRun(store, options);
    const simulation = await Simulation.open(run);
    await simulation.step();
    const accountId = 'flips.main';
    const partition = partitionOfAccount(accountId, SMALL.partitions);
    const execute = async (id: string, type: string, body: object): Promise<void> => {
      const answer = run.house.execute('accounts', partition, {
        ...{ id, type, body: { accountId, ...body }, actor: 'pers:42' },
      });
      await untilCommandWaits(run.house, 'accounts', partition);
      await simulation.step();
      expect(await answer).toMatchObject({ outcome: 'accepted' });
    };
    await execute('flips-open', 'OpenAccount', {});
    await execute('flips-1', 'Deposit', { depositId: 'd-1', asset: 'USD', amount: '5' });
    await execute('flips-2', 'Deposit', { depositId: 'd-2', asset: 'USD', amount: '7' });
    while (!simulation.done) await simulation.step();
    await run.house.rest();
    // A start brings the index of ids to the end of the log.
    logs = (await openRun(store, options)).house.logs;
    exchange = run.simulator.process;
    // As a process does that sends its events over a broker.
    await logs.log('accounts').saveRelayCursor(0, 3);
    await checkpointed();
    await archived();
    await (await EventIndex.open(connection)).close();
    await (await PostgresAccountDecisions.open(connection)).close();
    const { host, port, user, password, database } = connection;
    const url = `postgres://${user}:${encodeURIComponent(String(password))}@${host}:${port}/${database}`;
    await (await WriteClaims.open(url, () => undefined)).close();
    superuser = new pg.Client(connection);
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    columns = await columnsOf();
  }, LONGEST_MS);

  afterAll(async () => {
    await superuser.end();
    await store.close();
    await fs.rm(directory, { recursive: true, force: true });
  });

  /** Two checkpoints of every log, the second by a key that the first one handed over to. */
  async function checkpointed(): Promise<void> {
    const [first, second] = [CheckpointKey.generate('ballast'), CheckpointKey.generate('ballast')];
    for (const name of LOGS) {
      await (await CheckpointWriter.resume(logs.log(name), first)).write();
      await (await CheckpointWriter.resume(logs.log(name), second, first)).write();
    }
  }

  /** The first half of accounts, of which one part is removed from the database and one is not. */
  async function archived(): Promise<void> {
    const log = await store.openArchivable('accounts');
    const place = new DirectoryArchive(directory);
    const key = CheckpointKey.generate('ballast');
    for (const partition of [0, 1]) {
      const archiver = new Archiver(log as NonNullable<typeof log>, partition);
      await archiver.write(MIDDLE, place, key);
      await archiver.propose(1, 'ann', 'retention');
      if (partition === 1) continue;
      await archiver.approve(1, 'ben', place);
      await archiver.finish(1);
    }
  }

  async function columnsOf(): Promise<readonly Column[]> {
    const { rows } = await superuser.query<Column>(
      `select table_schema as schema, table_name as table, column_name as column, data_type as type
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       order by table_schema, table_name, ordinal_position`,
    );
    return rows;
  }

  const columnsOfLog = (log: LogName, table: string): readonly Column[] =>
    columns.filter((each) => each.schema === schemaOf(log) && each.table === prefixOf(log) + table);

  it('has a case for every column that stands in the database, or a reason why it needs none', async () => {
    const expected = LOGS.flatMap((log) =>
      Object.entries(TABLES).flatMap(([table, { found, diagnostic }]) =>
        [...found, ...diagnostic].map((column) => `${schemaOf(log)}.${prefixOf(log)}${table}.${column}`),
      ),
    );
    const beside = Object.entries(BESIDE).flatMap(([table, names]) => names.map((column) => `${table}.${column}`));
    const present = columns.map(({ schema, table, column }) =>
      schema === 'read_models' ? 'read_models.*.*' : `${schema}.${table}.${column}`,
    );
    expect([...new Set(present)].sort()).toEqual([...expected, ...beside].sort());

    const page = await fs.readFile(path.join(REPOSITORY, 'docs/spec/event-log.md'), 'utf8');
    const listed = Object.entries(TABLES).flatMap(([table, { diagnostic }]) =>
      diagnostic.map((column) => `${table}.${column}`),
    );
    for (const column of [...listed, ...Object.keys(BESIDE)]) expect(page).toContain(`\`${column}\``);
  });

  it('is nothing at first', async () => {
    for (const log of LOGS)
      for (const look of LOOKS) expect([log, look, await faults(log, look)]).toEqual([log, look, []]);
  });

  const LOOKS: readonly Look[] = ['hashes', 'anew', 'rules', 'snapshots'];

  async function faults(log: LogName, look: Look): Promise<VerifyReport['faults']> {
    if (look === 'hashes') return (await verify(logs, { log })).faults;
    if (look === 'anew') {
      try {
        return (await verify(await LogDirectory.openPresent(store), { log })).faults;
      } catch (error) {
        // Tables of another release are not read at all, and the sentence says whose they are.
        const { name, message } = error as Error;
        if (name !== 'LogRefused') throw error;
        return [{ log, partition: null, position: null, what: message }];
      }
    }
    if (look === 'rules') return (await verify(logs)).faults;
    const services = SERVICES.filter((service) => service.log === log);
    return (await verifySnapshots(logs, services, log === 'exchange.quotes' ? { exchange } : {})).faults;
  }

  it.each(LOGS)(
    'is found and placed in the tables of %s, or changes nothing that anybody depends on',
    async (log) => {
      const wrong: string[] = [];
      for (const [table, { look, found }] of Object.entries(TABLES)) {
        for (const column of columnsOfLog(log, table)) {
          for (const row of await rowsOf(column, log === 'accounts' ? DENSE : SPARSE)) {
            for (const to of row.flips) {
              const seen = await whileChanged(column, row, to, () => faults(log, look));
              const fault = misjudged(log, column, row, found.includes(column.column), seen);
              if (fault !== undefined) wrong.push(`${table}.${column.column} of ${row.partition} to ${to}: ${fault}`);
              tried.add(`${table}.${column.column}`);
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    },
    LONGEST_MS,
  );

  /** What is wrong with how a change was judged; undefined when nothing is. */
  function misjudged(
    log: LogName,
    { column }: Column,
    { partition }: Row,
    isFound: boolean,
    seen: VerifyReport['faults'],
  ): string | undefined {
    const said = seen.map((fault) => `${fault.log}/${fault.partition}: ${fault.what}`).join('; ');
    if (!isFound) return seen.length === 0 ? undefined : `found, though nobody depends on it: ${said}`;
    if (seen.length === 0) return 'not found';
    if (!seen.every((fault) => fault.log.startsWith(log))) return `another log is blamed: ${said}`;
    // A row that is moved to another partition is missing where it was, and may be too much where it is.
    const isPlaced =
      partition === null || column === 'partition' || seen.some((fault) => fault.partition === partition);
    return isPlaced ? undefined : `not placed: ${said}`;
  }

  it('was tried on every column', () => {
    const all = Object.entries(TABLES).flatMap(([table, { found, diagnostic }]) =>
      [...found, ...diagnostic].map((column) => `${table}.${column}`),
    );
    expect([...tried].sort()).toEqual(all.sort());
  });

  interface Row {
    /** Where it stands: elsewhere after each change. */
    place: string;
    readonly partition: number | null;
    /** What is put in the place of the value, in SQL. */
    readonly flips: readonly string[];
  }

  const nameOf = ({ schema, table }: Column): string => `"${schema}"."${table}"`;

  /** Some rows, those first whose value is longest. */
  async function rowsOf(column: Column, { rows: most, bytes }: Density): Promise<readonly Row[]> {
    const hasPartition = columns.some(
      (each) => each.schema === column.schema && each.table === column.table && each.column === 'partition',
    );
    const value = `"${column.column}"`;
    const { rows } = await superuser.query<{ place: string; partition: number | null; size: number | null }>(
      `select ctid::text as place, ${hasPartition ? 'partition' : 'null::int as partition'},
         ${/bytea|text|character/.test(column.type) ? `length(${value})` : '0'} as size
       from ${nameOf(column)} order by 3 desc nulls last, ${value}::text desc limit ${most}`,
    );
    return rows.map(({ place, partition, size }) => ({ place, partition, flips: flipsOf(column, size, bytes) }));
  }

  /** Runs something while a row is another, and puts the row back. */
  async function whileChanged<T>(column: Column, row: Row, to: string, look: () => Promise<T>): Promise<T> {
    const [table, name] = [nameOf(column), `"${column.column}"`];
    const set = async (value: string, values: readonly unknown[]): Promise<void> => {
      const { rows } = await superuser.query<{ place: string }>(
        `update ${table} set ${name} = ${value} where ctid = '${row.place}' returning ctid::text as place`,
        [...values],
      );
      row.place = (rows[0] as { place: string }).place;
    };
    const { rows } = await superuser.query<{ was: string | null }>(
      `select ${name}::text as was from ${table} where ctid = '${row.place}'`,
    );
    await set(to, []);
    try {
      return await look();
    } finally {
      await set(`$1::${column.type}`, [rows[0]?.was]);
    }
  }
});

/** The values of a column with one bit changed, in SQL; of a value that is none, another one. */
function flipsOf({ column, table, type }: Column, size: number | null, most: number): readonly string[] {
  const name = `"${column}"`;
  const value = (bits: readonly number[], cast: string): readonly string[] =>
    bits.map((bit) => `${name} # (1::${cast} << ${bit})`);
  switch (type) {
    case 'boolean':
      return [`not ${name}`];
    case 'timestamp with time zone':
      return [`${name} - interval '1 day'`];
    case 'smallint':
      // Every lower bit makes the number of another partition, where a row stands already.
      return column === 'partition' ? [`${name} # 64::smallint`] : [`${name} # 2::smallint`, `${name} # 256::smallint`];
    case 'integer':
      // The numbers that a table has given out stand in its lowest bits.
      return value([6, 8, 16, 24].slice(0, most), 'integer');
    case 'bigint':
      // Beyond the end of the log it would be found (log-integrity.int-spec.ts).
      if (table.endsWith('relay')) return [`${name} - 1`];
      // What is beyond 2^53 is another value than JavaScript has numbers for.
      return value([6, 8, 16, 24, 32, 40, 48, 56].slice(0, most), 'bigint');
    case 'uuid':
      return places(32, most).map((at) => {
        const place = at + 1 + [8, 12, 16, 20].filter((dash) => at >= dash).length;
        const digit = `('x' || substr(${name}::text, ${place}, 1))::bit(4)::int`;
        return `overlay(${name}::text placing to_hex(${digit} # 1) from ${place} for 1)::uuid`;
      });
    case 'bytea':
      return places(size ?? 0, most).map((at) => `set_byte(${name}, ${at}, get_byte(${name}, ${at}) # 1)`);
    case 'text':
    case 'character varying':
      if (size === null || size === 0) return [`'x'`];
      return places(size, most).map(
        (at) => `overlay(${name} placing chr(ascii(substr(${name}, ${at + 1}, 1)) # 1) from ${at + 1} for 1)`,
      );
    default:
      throw new Error(`${table}.${column}: nobody said what is tried on ${type}`);
  }
}

/** Places in a value of that length: all of a short one, else the first, the last and some between. */
function places(length: number, most: number): readonly number[] {
  if (length <= most) return [...Array(length).keys()];
  if (most === 1) return [Math.floor(length / 2)];
  return Array.from({ length: most }, (_, index) => Math.floor((index * (length - 1)) / (most - 1)));
}
