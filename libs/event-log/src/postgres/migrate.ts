import { DataSource, type MigrationInterface } from 'typeorm';
import type pg from 'pg';
import { dataSourceOptions, type PostgresConnection } from './connection.js';
import { LogAltered, LogRefused, type LogShape } from '../event-log.js';
import { assertSameShape } from '../log-shape.js';
import { logNames, type LogNames } from './log-names.js';
import { logSql } from './log-sql.js';
import { CreateLog } from './migrations/0001-log.js';
import { CreateSnapshots } from './migrations/0002-snapshots.js';
import { CreateArchive } from './migrations/0003-archive.js';
import { CreateOutcomes } from './migrations/0004-outcomes.js';
import { EmptyOutcomes } from './migrations/0005-outcomes-anew.js';

/** Locks out other processes that create or migrate logs of the same database; any fixed number. */
const MIGRATION_LOCK = 6_251_998_217;

type Migration = new () => MigrationInterface;

/** In order. A migration that was released is never changed. */
function migrationsOf(names: LogNames, shape: LogShape): readonly Migration[] {
  return [
    class CreateLog1700000000001 extends CreateLog {
      constructor() {
        super(names, shape);
      }
    },
    class CreateSnapshots1700000000002 extends CreateSnapshots {
      constructor() {
        super(names);
      }
    },
    class CreateArchive1700000000003 extends CreateArchive {
      constructor() {
        super(names);
      }
    },
    class CreateOutcomes1700000000004 extends CreateOutcomes {
      constructor() {
        super(names);
      }
    },
    class EmptyOutcomes1700000000005 extends EmptyOutcomes {
      constructor() {
        super(names);
      }
    },
  ];
}

/**
 * Brings a log's tables to the newest form, and creates them when there are none.
 * @throws LogRefused when a newer release made them, or when the log has another shape
 */
export async function migrateLog(pool: pg.Pool, connection: PostgresConnection, shape: LogShape): Promise<void> {
  const names = logNames(shape.name);
  const migrations = migrationsOf(names, shape);
  if ((await createdShape(pool, shape.name)) !== undefined) await assertReadable(pool, shape.name);
  if (!(await isCurrent(pool, names, migrations))) {
    await inLayout(shape.name, () => migrate(pool, connection, names, migrations));
  }
  const created = await createdShape(pool, shape.name);
  if (created === undefined) throw new LogRefused(`log ${shape.name} does not say how many partitions it has`);
  assertSameShape(created, shape);
}

/**
 * The shape of a log that is there and of this release; undefined when it was never created.
 * @throws LogRefused when its tables are those of another release, or say that it is another log
 */
export async function presentShape(pool: pg.Pool, log: string): Promise<LogShape | undefined> {
  const names = logNames(log);
  const { rows } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    names.table('block'),
  ]);
  if (rows[0]?.there !== true) return undefined;
  const shape = await createdShape(pool, log);
  if (shape === undefined) throw new LogAltered(`log ${log} does not say how many partitions it has`);
  if (shape.name !== log) throw new LogAltered(`the tables of log ${log} say that they are those of ${shape.name}`);
  await assertReadable(pool, log);
  if (!(await isCurrent(pool, names, migrationsOf(names, shape)))) {
    throw new LogRefused(`log ${log} was made by an earlier release of this program; start a service of this one once`);
  }
  return shape;
}

/** PostgreSQL's codes for a table and a column that is not there, and for a table that is there already. */
const OTHER_LAYOUT = ['42P01', '42703', '42P07'];

/** @throws LogRefused when a statement names a table or column that the log does not have */
const assertReadable = (pool: pg.Pool, log: string): Promise<unknown> =>
  inLayout(log, () => pool.query(logSql(logNames(log)).layout));

/**
 * What a version before the first release made has tables of the same names and other columns, and no migration leads from there.
 * @throws LogRefused saying so, with the remedy
 */
async function inLayout<T>(log: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (code === undefined || !OTHER_LAYOUT.includes(code)) throw error;
    throw new LogRefused(
      `the data of log ${log} was made by a version of this program from before its first release, which this one does not read ` +
        `(${message}): keep it for the version that made it, and begin in another place (--data-dir, or an empty database)`,
    );
  }
}

/** The shape a log was created with; undefined when it was not. */
export async function createdShape(pool: pg.Pool, log: string): Promise<LogShape | undefined> {
  const table = logNames(log).table('log');
  const { rows: found } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (found[0]?.there !== true) return undefined;
  const { rows } = await inLayout(log, () =>
    pool.query<{ name: string; partitions: number; has_global: boolean }>(
      `select name, partitions, has_global from ${table}`,
    ),
  );
  const [created] = rows;
  return created && { name: created.name, partitions: created.partitions, global: created.has_global };
}

async function isCurrent(pool: pg.Pool, names: LogNames, migrations: readonly Migration[]): Promise<boolean> {
  const applied = await appliedMigrations(pool, names);
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new LogRefused(
      `schema "${names.schema}" was made by a newer release of this program (it has ${unknown.join(', ')}): ` +
        'start that release, or one after it',
    );
  }
  return applied.length === migrations.length;
}

async function appliedMigrations(pool: pg.Pool, names: LogNames): Promise<readonly string[]> {
  const table = names.table('migrations');
  const { rows } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
  if (rows[0]?.there !== true) return [];
  return (await pool.query<{ name: string }>(`select name from ${table} order by id`)).rows.map(({ name }) => name);
}

async function migrate(
  pool: pg.Pool,
  connection: PostgresConnection,
  names: LogNames,
  migrations: readonly Migration[],
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // Another process may have done it while we waited.
    if (await isCurrent(pool, names, migrations)) return;
    await client.query(`create schema if not exists "${names.schema}"`);
    const dataSource = new DataSource({
      type: 'postgres',
      ...dataSourceOptions(connection),
      schema: names.schema,
      migrationsTableName: `${names.prefix}migrations`,
      migrations: [...migrations],
      poolSize: 1,
      installExtensions: false,
    });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations({ transaction: 'all' });
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    client.release();
  }
}
