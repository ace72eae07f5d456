import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions, type EventLog, type PostgresConnection } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';
import { READ_MODELS_SCHEMA } from '../account-decisions/account-decision.entity.js';
import { isSameHistory, type Filled } from '../same-history.js';
import { AddChain1700000000002 } from './add-chain.js';
import { CreateEventPlace1700000000001 } from './create-event-place.js';

const PAGE = 1_000;

/** Locks out another process that creates the tables, or makes the index anew, at the same moment; any fixed number of its own. */
const INDEX_LOCK = 6_251_998_220;

/** Where an event is, and what it was found by. */
export interface EventPlace {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  /** Account it is about; null when its payload names none. */
  readonly accountId: string | null;
  readonly clearing: Instant;
}

/** All of what is given must hold. */
export interface EventQuery extends Partial<Pick<EventPlace, 'log' | 'id' | 'stream' | 'type'>> {
  readonly accountId?: string;
  /** Clearing time, both included. */
  readonly from?: Instant;
  readonly to?: Instant;
  readonly limit: number;
}

/**
 * Finds events by stream, type, id, account and time, which blocks can't. Filled from the logs when it is asked to; a new one
 * is filled beside the present one, which goes on to answer.
 */
export class EventIndex {
  #last: Promise<void> = Promise.resolve();

  private constructor(private readonly dataSource: DataSource) {}

  static async open(connection: PostgresConnection): Promise<EventIndex> {
    const dataSource = new DataSource({
      type: 'postgres',
      ...dataSourceOptions(connection),
      schema: READ_MODELS_SCHEMA,
      migrations: [CreateEventPlace1700000000001, AddChain1700000000002],
      migrationsTableName: 'event_index_migrations',
      poolSize: 2,
      applicationName: 'ballast-event-index',
      installExtensions: false,
      // It can be made again from the logs, so it need not wait for the disk.
      extra: { options: '-c synchronous_commit=off' },
    });
    await dataSource.initialize();
    const index = new EventIndex(dataSource);
    try {
      await index.#alone(async (runner) => {
        await runner.query(`create schema if not exists "${READ_MODELS_SCHEMA}"`);
        await dataSource.runMigrations({ transaction: 'all' });
      });
      return index;
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  }

  /** Fills in what was appended since; an index of logs that were replaced is made anew. */
  async catchUp(logs: readonly EventLog[], onProgress: (events: number) => void = () => undefined): Promise<void> {
    if (!(await this.#isOf(logs))) {
      await this.#alone(async () => {
        // Another process may have made it anew meanwhile.
        if (!(await this.#isOf(logs))) await this.#makeAnew(logs, onProgress);
      });
    }
    await this.#fill(await this.#generation(), logs, onProgress);
  }

  /** Makes the index anew; until that is done the present one is asked. */
  async rebuild(logs: readonly EventLog[], onProgress: (events: number) => void = () => undefined): Promise<void> {
    await this.#alone(() => this.#makeAnew(logs, onProgress));
  }

  /** In the order of time, then of place. */
  async find({ log, id, stream, type, accountId, from, to, limit }: EventQuery): Promise<readonly EventPlace[]> {
    const rows = await this.dataSource.query<Record<string, unknown>[]>(
      `select log, partition, position, event_id, stream, type, account_id, clearing from read_models.event_place
       where generation = (select generation from read_models.event_index_generation)
         and ($1::text is null or log = $1) and ($2::uuid is null or event_id = $2)
         and ($3::text is null or stream = $3) and ($4::text is null or type = $4)
         and ($5::text is null or account_id = $5)
         and ($6::bigint is null or clearing >= $6) and ($7::bigint is null or clearing <= $7)
       order by clearing, log, partition, position limit $8`,
      [log, id, stream, type, accountId, from, to, limit].map((value) => value ?? null),
    );
    return rows.map((row) => ({
      log: row['log'] as string,
      partition: row['partition'] as number,
      position: Number(row['position']),
      id: row['event_id'] as string,
      stream: row['stream'] as string,
      type: row['type'] as string,
      accountId: row['account_id'] as string | null,
      clearing: Number(row['clearing']),
    }));
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** One at a time, in all processes: two would take away what the other has filled. */
  #alone(work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    // Here in turn: each that waits for the lock would keep a connection from whoever has it.
    const done = this.#last.then(() => this.#locked(work));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #locked(work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query('select pg_advisory_lock($1)', [INDEX_LOCK]);
      await work(runner);
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [INDEX_LOCK]).catch(() => undefined);
      await runner.release();
    }
  }

  async #makeAnew(logs: readonly EventLog[], onProgress: (events: number) => void): Promise<void> {
    const next = (await this.#generation()) + 1;
    await this.#forget('generation >= $1', next);
    await this.#fill(next, logs, onProgress);
    await this.dataSource.query('update read_models.event_index_generation set generation = $1', [next]);
    await this.#forget('generation < $1', next);
  }

  /** Whether what it is filled with is the beginning of these logs. */
  async #isOf(logs: readonly EventLog[]): Promise<boolean> {
    const generation = await this.#generation();
    for (const log of logs) {
      for (const { partition } of await log.heads()) {
        if (!(await isSameHistory(log, await this.#filled(generation, log.name, partition)))) return false;
      }
    }
    return true;
  }

  async #generation(): Promise<number> {
    const [row] = await this.dataSource.query<{ generation: number }[]>(
      'select generation from read_models.event_index_generation',
    );
    return row?.generation ?? 1;
  }

  async #filled(generation: number, log: string, partition: number): Promise<Filled> {
    const [row] = await this.dataSource.query<{ position: string; chain: string | null }[]>(
      'select position, chain from read_models.event_index where generation = $1 and log = $2 and partition = $3',
      [generation, log, partition],
    );
    return { partition, position: Number(row?.position ?? 0), chain: row?.chain ?? null };
  }

  async #forget(which: string, generation: number): Promise<void> {
    for (const table of ['event_place', 'event_index']) {
      await this.dataSource.query(`delete from read_models.${table} where ${which}`, [generation]);
    }
  }

  async #fill(generation: number, logs: readonly EventLog[], onProgress: (events: number) => void): Promise<void> {
    for (const log of logs) {
      for (const { partition, size } of await log.heads()) {
        for (let at = (await this.#filled(generation, log.name, partition)).position; at < size;) {
          const page = await log.read(partition, at, Math.min(PAGE, size - at));
          await this.#save(generation, log.name, partition, page);
          at += page.length;
          onProgress(page.length);
        }
      }
    }
  }

  /** A page and how far it goes, in one transaction. Another process that fills the same does no harm. */
  async #save(generation: number, log: string, partition: number, page: readonly SealedEvent[]): Promise<void> {
    await this.dataSource.query(
      `with placed as (
         insert into read_models.event_place
           (generation, log, partition, position, event_id, stream, type, account_id, clearing)
         select $1, $2, $3, place.*
         from unnest($4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bigint[]) as place
         on conflict do nothing
       )
       insert into read_models.event_index as stands (generation, log, partition, position, chain)
       values ($1, $2, $3, $10, $11)
       on conflict (generation, log, partition) do update set position = excluded.position, chain = excluded.chain
       where stands.position < excluded.position`,
      [
        ...[generation, log, partition],
        page.map(({ position }) => position),
        page.map(({ id }) => id),
        page.map(({ stream }) => stream),
        page.map(({ type }) => type),
        page.map(({ payload }) => accountOf(payload)),
        page.map(({ time }) => time.clearing),
        page.at(-1)?.position,
        page.at(-1)?.chain.toString('hex'),
      ],
    );
  }
}

const accountOf = (payload: unknown): string | null => {
  const { accountId } = (payload ?? {}) as { readonly accountId?: unknown };
  return typeof accountId === 'string' ? accountId : null;
};
