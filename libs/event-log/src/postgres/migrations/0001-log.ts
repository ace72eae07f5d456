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

      -- Counter, fence and chain heads of a partition, as its last block says. Half-empty pages keep its updates in place (HOT).
      create table ${table('partition')} (
        partition smallint primary key,
        epoch bigint not null default 0,
        size bigint not null default 0,
        head bytea not null default decode(repeat('00', 32), 'hex'),
        clearing bigint not null default 0,
        hop integer not null default 0,
        commands bigint not null default 0,
        incarnation uuid not null,
        worker text,
        blocks bigint not null default 0,
        block_chain bytea not null default decode(repeat('00', 32), 'hex')
      ) with (fillfactor = 50);

      -- What one commit brought to a partition. Texts are canonical, one in a line: what was hashed is what is stored.
      create table ${table('block')} (
        number bigint not null,
        first_position bigint not null,
        last_position bigint not null,
        first_command bigint not null,
        last_command bigint not null,
        clearing bigint not null,
        epoch bigint not null,
        recorded_at timestamptz not null default clock_timestamp(),
        incarnation uuid not null,
        hop integer not null,
        partition smallint not null,
        worker text not null,
        trace text,
        chain_before bytea not null,
        chain bytea not null,
        block_chain bytea not null,
        hashes bytea not null,
        cursors text not null,
        commands text not null,
        entries text not null,
        primary key (partition, first_position, number)
      );
      create index on ${table('block')} (partition, last_command) where commands <> '';

      -- Numbers of commands by their ids, filled behind the blocks: commands up to command_index are in command_number.
      create table ${table('command_number')} (
        number bigint not null,
        partition smallint not null,
        command_id text not null,
        primary key (partition, command_id)
      );
      create table ${table('command_index')} (
        partition smallint primary key,
        commands bigint not null
      ) with (fillfactor = 50);

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
        frontier text not null,
        verifier_key text not null,
        succession text
      );

      create function ${table('refuse_change')}() returns trigger language plpgsql as $$
      begin
        raise exception '% on %.%: what is in a log is final', lower(tg_op), tg_table_schema, tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$;
    `);
    await this.#createViews(runner);
    for (const final of ['log', 'block', 'checkpoint']) {
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
        grant select, insert on ${table('block')}, ${table('command_number')}, ${table('checkpoint')} to "${role}";
        grant select on ${table('event')}, ${table('command')} to "${role}";
        grant select, update on ${table('partition')} to "${role}";
        grant select, insert, update on ${table('cursor')}, ${table('command_index')}, ${table('relay')} to "${role}"`);
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

  /**
   * Events and commands as rows, for people. A NUL and half a surrogate pair, which PostgreSQL has no text for, are shown
   * as U+FFFD; `canonical` is the text that was hashed.
   */
  async #createViews(runner: QueryRunner): Promise<void> {
    const { table } = this.names;
    await runner.query(`
      create function ${table('chain_step')}(head bytea, before bytea, hash bytea) returns bytea language sql immutable
        as $$ select sha256(coalesce(head, before) || hash) $$;
      create aggregate ${table('chain_after')}(before bytea, hash bytea) (sfunc = ${table('chain_step')}, stype = bytea);
      create function ${table('shown')}(line text) returns json language sql immutable strict
        as $$ select regexp_replace(line, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\\\ufffd', 'g')::json $$;

      create view ${table('event')} as
      select b.partition, line.position, e.id as event_id, e.stream, e.version, e.type, e."schemaVersion" as schema_version,
        (e.time ->> 'clearing')::bigint as clearing, (e.time ->> 'hop')::integer as hop, e.cause, e.basis, e.correlation,
        e.actor, e.payload, line.hash, line.chain, b.epoch, b.worker, b.incarnation, b.recorded_at, b.trace,
        b.number as block, line.canonical
      from ${table('block')} b
      cross join lateral (
        select b.first_position + l.n - 1 as position, l.canonical, h.hash,
          ${table('chain_after')}(b.chain_before, h.hash) over (order by l.n) as chain
        from string_to_table(b.entries, E'\\n') with ordinality as l(canonical, n)
        cross join lateral (select substring(b.hashes from (l.n::integer - 1) * 32 + 1 for 32) as hash) h
      ) line
      cross join lateral json_to_record(${table('shown')}(line.canonical)) as e(
        actor text, basis json, cause json, correlation text, id uuid, payload json, "schemaVersion" smallint,
        stream text, time json, type text, version integer
      )
      where b.entries <> '';

      create view ${table('command')} as
      select b.partition, b.first_command + line.n - 1 as number, c.id as command_id, c.type, c.body, c.clearing, c.actor,
        c.result, b.epoch, b.recorded_at, b.number as block
      from ${table('block')} b
      cross join lateral string_to_table(b.commands, E'\\n') with ordinality as line(canonical, n)
      cross join lateral json_to_record(${table('shown')}(line.canonical)) as c(
        actor text, body json, clearing bigint, id text, result json, type text
      )
      where b.commands <> '';
    `);
    // Faster than the default where the server has it; the texts of a block have much in common.
    await runner.query(`
      do $$ begin
        if 'lz4' = any((select enumvals from pg_settings where name = 'default_toast_compression')::text[]) then
          alter table ${table('block')} alter entries set compression lz4, alter commands set compression lz4;
        end if;
      end $$`);
  }

  async down(): Promise<void> {
    throw new Error('a log is never taken back');
  }
}
