import pg from 'pg';
import { compareText, invariant } from '@ballast/kernel';
import { assertApart, flawOf, outcomeTogether } from '../append-rules.js';
import type { ArchivableLog } from '../archive/archivable-log.js';
import { ArchiveRefused, type ArchiveStore } from '../archive/archive-store.js';
import { DirectoryArchive } from '../archive/directory-archive.js';
import type { AppendOutcome, EventLog, LogShape, LogStore, PlacedItem } from '../event-log.js';
import { assertShape } from '../log-shape.js';
import { poolOptions, type PostgresConnection } from './connection.js';
import { PLANNING } from './log-sql.js';
import { createdShape, migrateLog, presentShape } from './migrate.js';
import { APPENDED, MOST_ATTEMPTS, PostgresLog } from './postgres-log.js';
import { PostgresSnapshots } from './postgres-snapshots.js';
import { isTransient } from './transient-error.js';
import { withClient } from './with-client.js';

/** Keeps others from archiving the same database at the same time; any fixed number. */
const ARCHIVING_LOCK = 6_251_998_219;

export interface PostgresLogStoreOptions {
  readonly connection: PostgresConnection;
  /** Most connections at a time; default 10. */
  readonly poolSize?: number;
  /** Refuses every change: for those who only look. */
  readonly readOnly?: boolean;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive?: string | undefined;
  /** Told when an append failed for a reason that may pass: the writer tries again until it does. */
  readonly onTrouble?: (log: string, error: unknown) => void;
}

/** Logs in PostgreSQL 15 or later, one schema per service, over one pool of connections. */
export class PostgresLogStore implements LogStore {
  /** For neighbours in the same database, such as read models. */
  readonly pool: pg.Pool;
  readonly snapshots: PostgresSnapshots;
  readonly #connection: PostgresConnection;
  readonly #openArchive: (place: string) => ArchiveStore;
  readonly #onTrouble: (log: string, error: unknown) => void;
  readonly #logs: PostgresLog[] = [];

  constructor({
    connection,
    poolSize = 10,
    readOnly = false,
    archive,
    onTrouble = () => undefined,
  }: PostgresLogStoreOptions) {
    this.#connection = connection;
    this.#openArchive = (place) => new DirectoryArchive(archive ?? place);
    this.#onTrouble = onTrouble;
    this.pool = new pg.Pool({
      ...poolOptions(connection),
      max: poolSize,
      // None is closed for being idle: whoever finds none waits for the one that is opened for it, though others are free a moment later, and a
      // server that is slow to take connections would hold up what is to be stored.
      min: poolSize,
      application_name: 'ballast',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // Also on a server that an operator set otherwise: a crash must never take back a position that was answered for.
      options: `-c synchronous_commit=on ${PLANNING}${readOnly ? ' -c default_transaction_read_only=on' : ''}`,
    });
    this.snapshots = new PostgresSnapshots(this.pool);
    // An idle connection that breaks is replaced; a busy one reports its error to whoever uses it.
    this.pool.on('error', () => undefined);
  }

  async open(shape: LogShape): Promise<EventLog> {
    assertShape(shape);
    await migrateLog(this.pool, this.#connection, shape);
    const log = new PostgresLog(shape, this.pool, this.#onTrouble, this.#openArchive);
    this.#logs.push(log);
    return log;
  }

  async openPresent(name: string): Promise<EventLog | undefined> {
    const shape = await presentShape(this.pool, name);
    if (shape === undefined) return undefined;
    const log = new PostgresLog(shape, this.pool, this.#onTrouble, this.#openArchive);
    this.#logs.push(log);
    return log;
  }

  /** A log that is there, for those who archive it; undefined when it was never created. */
  async openArchivable(name: string): Promise<ArchivableLog | undefined> {
    const log = await this.openPresent(name);
    return log && (log as PostgresLog);
  }

  /**
   * Does what only one process at a time may do with the archive of this database.
   * @throws ArchiveRefused when another one is at it
   */
  async whileArchiving<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [
        ARCHIVING_LOCK,
      ]);
      if (rows[0]?.free !== true) {
        throw new ArchiveRefused('another process archives logs of this database; wait until it is done');
      }
      return await work();
    } finally {
      // Also frees the lock: whoever ends in the middle frees it too.
      client.release(true);
    }
  }

  shapeOf(name: string): Promise<LogShape | undefined> {
    return createdShape(this.pool, name);
  }

  async appendTogether(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    assertApart(items);
    const flaw = items.map(flawOf).find((found) => found !== undefined);
    if (flaw !== undefined) return flaw;
    const byLog = this.#byLog(items);
    try {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        if (await this.#insertTogether(byLog)) {
          for (const [log, own] of byLog) log.told(own);
          return APPENDED;
        }
        const outcomes: AppendOutcome[] = [];
        for (const [log, own] of byLog) outcomes.push(...(await log.outcomesOf(own)));
        const outcome = outcomeTogether(
          byLog.flatMap(([, own]) => own),
          outcomes,
        );
        if (outcome.status !== 'appended') return outcome;
      }
    } catch (error) {
      if (isTransient(error)) byLog[0]?.[0].trouble(error);
      throw error;
    }
    throw new Error('the store refuses items that belong together and gives no reason');
  }

  /** Logs in the order of their names, so that two writers who compete can't block each other. */
  #byLog(items: readonly PlacedItem[]): readonly (readonly [PostgresLog, readonly PlacedItem[]])[] {
    return [...new Set(items.map(({ log }) => log))].sort(compareText).map((name) => {
      const log = this.#logs.findLast((each) => each.name === name);
      invariant(log !== undefined, `log ${name} is not open`);
      return [log, items.filter((item) => item.log === name)];
    });
  }

  /** @returns false when anything does not fit: then nothing is stored */
  #insertTogether(byLog: readonly (readonly [PostgresLog, readonly PlacedItem[]])[]): Promise<boolean> {
    return withClient(this.pool, async (client) => {
      await client.query('begin');
      for (const [log, items] of byLog) {
        if (await log.insertIn(client, items)) continue;
        await client.query('rollback');
        return false;
      }
      await client.query('commit');
      return true;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.close()));
    await this.pool.end();
  }
}
