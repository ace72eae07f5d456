import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { LogNames } from '../log-names.js';

/** What a log has said of ids for good. Its role adds to it; only the owner of the tables can make it again. */
export class CreateOutcomes implements MigrationInterface {
  readonly name = 'CreateOutcomes1700000000004';

  constructor(private readonly names: LogNames) {}

  async up(runner: QueryRunner): Promise<void> {
    const { role, table } = this.names;
    await runner.query(`
      -- The first 16 bytes of the SHA-256 of the key, however long that is.
      create table ${table('outcome')} (
        position bigint not null,
        partition smallint not null,
        key uuid not null,
        outcome text not null,
        primary key (partition, key)
      );
      create table ${table('outcome_index')} (
        partition smallint primary key,
        position bigint not null
      ) with (fillfactor = 50);
    `);
    const [{ exists }] = (await runner.query(`select exists (select from pg_roles where rolname = $1)`, [role])) as [
      { exists: boolean },
    ];
    if (!exists) return;
    await runner.query(`
      grant select, insert on ${table('outcome')} to "${role}";
      grant select, insert, update on ${table('outcome_index')} to "${role}"`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
