import { DataSource, In, LessThan, type FindOptionsWhere } from 'typeorm';
import { dataSourceOptions, type PostgresConnection } from '@ballast/event-log';
import type { AccountMarginState } from '@ballast/facts';
import type { AccountDecision, DecisionLog } from '@ballast/contracts';
import type { AccountDecisionStore, DecisionQuery, ProjectionCursor } from './account-decisions.js';
import {
  READ_MODELS_SCHEMA,
  accountDecisionEntity,
  projectionCursorEntity,
  type AccountDecisionRow,
} from './account-decision.entity.js';
import { CreateAccountDecision1700000000001 } from './migrations/0001-account-decision.js';
import { AddMovement1700000000002 } from './migrations/0002-movement.js';
import { AddChain1700000000003 } from './migrations/0003-chain.js';

const PROJECTION = 'account-decisions';

/** Raised when `decisionOf`, or a cursor, tells something new: the list is then filled again from the logs. */
const VERSION = 4;

/** Rows of one insert statement; PostgreSQL takes 65,535 parameters. */
const ROWS_PER_INSERT = 1_000;

/** Locks out another process that creates the tables at the same moment; any fixed number. */
const MIGRATION_LOCK = 6_251_998_218;

/** The list in PostgreSQL, beside the logs and apart from them. */
export class PostgresAccountDecisions implements AccountDecisionStore {
  private constructor(private readonly dataSource: DataSource) {}

  static async open(connection: PostgresConnection): Promise<PostgresAccountDecisions> {
    const dataSource = new DataSource({
      type: 'postgres',
      ...dataSourceOptions(connection),
      schema: READ_MODELS_SCHEMA,
      entities: [accountDecisionEntity, projectionCursorEntity],
      migrations: [CreateAccountDecision1700000000001, AddMovement1700000000002, AddChain1700000000003],
      migrationsTableName: 'migrations',
      poolSize: 3,
      applicationName: 'ballast-read-models',
      installExtensions: false,
      // A read model can be made again from the logs, so it need not wait for the disk.
      extra: { options: '-c synchronous_commit=off' },
    });
    await dataSource.initialize();
    const store = new PostgresAccountDecisions(dataSource);
    try {
      await store.#migrate();
      return store;
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  }

  async #migrate(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await runner.query(`create schema if not exists "${READ_MODELS_SCHEMA}"`);
      await this.dataSource.runMigrations({ transaction: 'all' });
      const other = await this.dataSource
        .getRepository(projectionCursorEntity)
        .existsBy({ projection: PROJECTION, version: LessThan(VERSION) });
      if (other) await this.clear();
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
      await runner.release();
    }
  }

  async find({ log, accountId, before, types, subjects, limit }: DecisionQuery): Promise<readonly AccountDecision[]> {
    const where: FindOptionsWhere<AccountDecisionRow> = { log, accountId };
    if (before !== undefined) where.position = LessThan(before);
    if (types !== undefined) where.type = In([...types]);
    if (subjects !== undefined) where.subject = In([...subjects]);
    const rows = await this.dataSource
      .getRepository(accountDecisionEntity)
      .find({ where, order: { position: 'DESC' }, take: limit });
    return rows.map((row) => ({
      ...row,
      log: row.log as DecisionLog,
      state: row.state as AccountMarginState | null,
    }));
  }

  async cursors(): Promise<readonly ProjectionCursor[]> {
    const rows = await this.dataSource.getRepository(projectionCursorEntity).findBy({ projection: PROJECTION });
    return rows.map(({ log, partition, position, chain }) => ({
      log: log as DecisionLog,
      partition,
      position,
      chain,
    }));
  }

  save(decisions: readonly AccountDecision[], cursors: readonly ProjectionCursor[]): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      for (let from = 0; from < decisions.length; from += ROWS_PER_INSERT) {
        // Several processes may fill one list, each from the same logs.
        await manager
          .createQueryBuilder()
          .insert()
          .into(accountDecisionEntity)
          .values([...decisions.slice(from, from + ROWS_PER_INSERT)])
          .orIgnore()
          .execute();
      }
      if (cursors.length === 0) return;
      await manager.upsert(
        projectionCursorEntity,
        cursors.map((cursor) => ({ ...cursor, projection: PROJECTION, version: VERSION })),
        ['projection', 'log', 'partition'],
      );
    });
  }

  clear(): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      await manager.clear(accountDecisionEntity);
      await manager.delete(projectionCursorEntity, { projection: PROJECTION });
    });
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}
