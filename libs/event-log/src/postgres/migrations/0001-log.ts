import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { LogShape } from '../../event-log.js';
import { partitionNumbers } from '../../log-shape.js';
import type { LogNames } from '../log-names.js';

/** The tables of one log, and its partitions with empty heads. */
export class CreateLog implements MigrationInterface {
  readonly name = 'CreateLog1700000000001';

  constructor(
    private readonly names: LogNames,
    private readonly shape: LogShape,
  ) {}

  async up(runner: QueryRunner): Promise<void> {
    const { schema, prefix, role, table } = this.names;
    await runner.query(`
      -- One row: what the log is, for life.
      create table ${table('log')} (
        name text primary key,
        partitions smallint not null,
        has_global boolean not null,
        created_at timestamptz not null default now()
      );

      -- Counter, fence and chain head of a partition. Half-empty pages keep its updates in place (HOT).
      create table ${table('partition')} (
        partition smallint primary key,
        epoch bigint not null default 0,
        size bigint not null default 0,
        head bytea not null default decode(repeat('00', 32), 'hex'),
        clearing bigint not null default 0,
        hop integer not null default 0,
        commands bigint not null default 0,
        incarnation uuid not null,
        worker text
      ) with (fillfactor = 50);

      -- Columns stand by width, so that rows have no padding. Texts are canonical: what was hashed is what is stored.
      create table ${table('event')} (
        position bigint not null,
        clearing bigint not null,
        epoch bigint not null,
        recorded_at timestamptz not null default clock_timestamp(),
        event_id uuid not null,
        incarnation uuid not null,
        version integer not null,
        hop integer not null,
        partition smallint not null,
        schema_version smallint not null,
        stream text not null,
        type text not null,
        cause text not null,
        basis text not null,
        correlation text not null,
        actor text,
        payload text not null,
        hash bytea not null,
        chain bytea not null,
        worker text not null,
        trace text,
        primary key (partition, position),
        unique (partition, stream, version),
        unique (partition, event_id)
      );

      create table ${table('command')} (
        number bigint not null,
        clearing bigint not null,
        epoch bigint not null,
        recorded_at timestamptz not null default clock_timestamp(),
        partition smallint not null,
        command_id text not null,
        type text not null,
        body text not null,
        body_hash bytea not null,
        actor text,
        result text,
        primary key (partition, number),
        unique (partition, command_id)
      );

      create table ${table('cursor')} (
        partition smallint not null,
        source_log text not null,
        source_partition smallint not null,
        position bigint not null,
        next_offset text,
        primary key (partition, source_log, source_partition)
      ) with (fillfactor = 50);

      create table ${table('relay')} (
        partition smallint primary key,
        position bigint not null
      ) with (fillfactor = 50);

      create table ${table('checkpoint')} (
        number bigint primary key,
        recorded_at timestamptz not null default clock_timestamp(),
        note text not null,
        frontier text not null
      );

      create function ${table('refuse_change')}() returns trigger language plpgsql as $$
      begin
        raise exception '% on %.%: what is in a log is final', lower(tg_op), tg_table_schema, tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$;
    `);
    for (const final of ['log', 'event', 'command', 'checkpoint']) {
      await runner.query(`
        create trigger final before update or delete or truncate on ${table(final)}
        for each statement execute function ${table('refuse_change')}()`);
    }
    // A role belongs to the whole server: another database may have made it, or make it at this moment. An operator who
    // gives us no right to create roles creates it himself (README).
    await runner.query(`
      do $$ begin
        create role "${role}" nologin;
      exception when duplicate_object or unique_violation or insufficient_privilege then null;
      end $$`);
    const [{ exists }] = (await runner.query(`select exists (select from pg_roles where rolname = $1)`, [role])) as [
      { exists: boolean },
    ];
    if (exists) {
      await runner.query(`
        grant usage on schema "${schema}" to "${role}";
        grant select on ${table('log')}, "${schema}"."${prefix}migrations" to "${role}";
        grant select, insert on ${table('event')}, ${table('command')}, ${table('checkpoint')} to "${role}";
        grant select, update on ${table('partition')} to "${role}";
        grant select, insert, update on ${table('cursor')}, ${table('relay')} to "${role}"`);
    }
    const { name, partitions, global } = this.shape;
    await runner.query(`insert into ${table('log')} (name, partitions, has_global) values ($1, $2, $3)`, [
      name,
      partitions,
      global,
    ]);
    await runner.query(
      `insert into ${table('partition')} (partition, incarnation)
       select number, incarnation from unnest($1::smallint[]) number, gen_random_uuid() incarnation`,
      [partitionNumbers(this.shape)],
    );
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
