import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { LogNames } from '../log-names.js';

/** What was moved to an archive, and what persons did to a partition. Blocks may be deleted once two persons removed them. */
export class CreateArchive implements MigrationInterface {
  readonly name = 'CreateArchive1700000000003';

  constructor(private readonly names: LogNames) {}

  async up(runner: QueryRunner): Promise<void> {
    const { role, table } = this.names;
    await runner.query(`
      alter table ${table('block')} add column note text not null default '';

      -- A range of blocks that stands in archive files too; once removed_by is set, only there.
      create table ${table('archive')} (
        partition smallint not null,
        number integer not null,
        first_block bigint not null,
        last_block bigint not null,
        note text not null,
        verifier_key text not null,
        place text not null,
        proposed_by text,
        removed_by text,
        primary key (partition, number)
      );

      create function ${table('keep_unarchived')}() returns trigger language plpgsql as $$
      begin
        if exists (
          select from ${table('archive')} a
          where a.partition = old.partition and old.number between a.first_block and a.last_block
            and a.removed_by is not null
        ) then return old; end if;
        raise exception '% on %.%: what is in a log is final', lower(tg_op), tg_table_schema, tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$;
      drop trigger final on ${table('block')};
      create trigger final before update or truncate on ${table('block')}
        for each statement execute function ${table('refuse_change')}();
      create trigger kept before delete on ${table('block')}
        for each row execute function ${table('keep_unarchived')}();
    `);
    const [{ exists }] = (await runner.query(`select exists (select from pg_roles where rolname = $1)`, [role])) as [
      { exists: boolean },
    ];
    if (exists) await runner.query(`grant select on ${table('archive')} to "${role}"`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
