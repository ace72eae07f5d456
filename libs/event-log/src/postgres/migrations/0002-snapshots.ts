import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { LogNames } from '../log-names.js';

/** The table of snapshots beside a log: a cache, so its role may change and delete what is in it. */
export class CreateSnapshots implements MigrationInterface {
  readonly name = 'CreateSnapshots1700000000002';

  constructor(private readonly names: LogNames) {}

  async up(runner: QueryRunner): Promise<void> {
    const { role, table } = this.names;
    await runner.query(`
      create table ${table('snapshot')} (
        position bigint not null,
        taken_at timestamptz not null default clock_timestamp(),
        partition smallint not null,
        resting boolean not null,
        head bytea not null,
        format text not null,
        release text not null,
        build text not null,
        digest bytea not null,
        content bytea not null,
        primary key (partition, position)
      );
      -- It is compressed already.
      alter table ${table('snapshot')} alter column content set storage external;
    `);
    const [{ exists }] = (await runner.query(`select exists (select from pg_roles where rolname = $1)`, [role])) as [
      { exists: boolean },
    ];
    if (exists) await runner.query(`grant select, insert, update, delete on ${table('snapshot')} to "${role}"`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
