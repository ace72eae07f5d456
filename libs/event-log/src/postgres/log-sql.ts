import type { LogNames } from './log-names.js';

/** The 32 bytes of entry `n` (from 1) of hashes that are sent one behind the other, which saves encoding each. */
const hashAt = (parameter: string, n: string): string =>
  `substring(${parameter}::bytea from (${n}::integer - 1) * 32 + 1 for 32)`;

/**
 * Session settings under which the statements run. Planning the append takes longer than executing it for a few events,
 * so every statement is planned once per connection. That may be while the tables are empty, when reading all of one, or
 * the whole partition by another index and sorting it, looks as cheap as the right lookup: these are ruled out. A lookup
 * in a table with several indexes asks for an order that only the right one has.
 */
export const PLANNING = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_sort=off';

/** Every statement of a log. They are prepared under the log's name once per connection. */
export function logSql({ table }: LogNames) {
  const [partition, event, command, cursor] = ['partition', 'event', 'command', 'cursor'].map(table) as [
    string,
    string,
    string,
    string,
  ];
  const head = 'partition, epoch, size, head, clearing, hop, commands, incarnation, worker';
  return {
    /**
     * A whole group in one statement and so in one transaction. An item of which anything doesn't fit is left out of
     * `accepted`, and nothing of it is written; the caller learns which partitions were accepted. Rows are locked in
     * partition order, so that two writers who compete for partitions can't block each other.
     */
    append: `
      with item as materialized (
        select * from unnest(
          $1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[],
          $7::bigint[], $8::bigint[], $9::text[], $10::text[]
        ) with ordinality as item(
          partition, epoch, expected_size, size, clearing, hop,
          commands_before, commands_added, worker, trace, n
        )
      ), locked as materialized (
        select partition, epoch, size, head, commands, incarnation from ${partition}
        where partition = any($1::smallint[]) order by partition for no key update
      ), accepted as materialized (
        select item.*, locked.incarnation
        from item join locked using (partition)
        where locked.epoch = item.epoch
          and locked.size = item.expected_size
          and locked.head = ${hashAt('$11', 'item.n')}
          and (item.commands_before is null or locked.commands = item.commands_before)
          and item.partition not in (
            select begins.partition
            from unnest($13::smallint[], $14::text[], $15::integer[]) as begins(partition, stream, version)
            where begins.version - 1 is distinct from (
              select last.version from ${event} last
              where last.partition = begins.partition and last.stream = begins.stream
              order by last.version desc limit 1
            )
          )
          and item.partition not in (
            select move.partition
            from unnest($16::smallint[], $17::text[], $18::smallint[], $19::bigint[])
              as move(partition, source_log, source_partition, position)
            where move.position < (
              select stands.position from ${cursor} stands
              where stands.partition = move.partition
                and stands.source_log = move.source_log and stands.source_partition = move.source_partition
            )
          )
      ), advanced as (
        update ${partition} as p
        set size = a.size,
            head = ${hashAt('$12', 'a.n')},
            clearing = coalesce(a.clearing, p.clearing),
            hop = coalesce(a.hop, p.hop),
            commands = p.commands + a.commands_added
        from accepted a where p.partition = a.partition
      ), stored as (
        insert into ${event} (
          partition, position, event_id, stream, version, type, schema_version, clearing, hop, cause, basis,
          correlation, actor, payload, hash, chain, epoch, worker, incarnation, trace
        )
        select
          e.partition, e.position, e.event_id, e.stream, e.version, e.type, e.schema_version, e.clearing, e.hop,
          e.cause, e.basis, e.correlation, e.actor, e.payload, ${hashAt('$35', 'e.n')}, ${hashAt('$36', 'e.n')},
          a.epoch, a.worker, a.incarnation, a.trace
        from unnest(
          $21::smallint[], $22::bigint[], $23::uuid[], $24::text[], $25::integer[], $26::text[], $27::smallint[],
          $28::bigint[], $29::integer[], $30::text[], $31::text[], $32::text[], $33::text[], $34::text[]
        ) with ordinality as e(
          partition, position, event_id, stream, version, type, schema_version,
          clearing, hop, cause, basis, correlation, actor, payload, n
        )
        join accepted a using (partition)
      ), moved as (
        insert into ${cursor} as stands (partition, source_log, source_partition, position, next_offset)
        select move.*
        from unnest($16::smallint[], $17::text[], $18::smallint[], $19::bigint[], $20::text[])
          as move(partition, source_log, source_partition, position, next_offset)
        join accepted a using (partition)
        on conflict (partition, source_log, source_partition) do update
        set position = excluded.position, next_offset = coalesce(excluded.next_offset, stands.next_offset)
      ), answered as (
        insert into ${command} (
          partition, number, command_id, type, body, body_hash, clearing, actor, result, epoch
        )
        select c.partition, c.number, c.command_id, c.type, c.body, ${hashAt('$45', 'c.n')}, c.clearing, c.actor, c.result, a.epoch
        from unnest(
          $37::smallint[], $38::bigint[], $39::text[], $40::text[], $41::text[], $42::bigint[], $43::text[], $44::text[]
        ) with ordinality as c(partition, number, command_id, type, body, clearing, actor, result, n)
        join accepted a using (partition)
      )
      select partition from accepted`,
    take: `update ${partition} set epoch = epoch + 1, worker = $2 where partition = $1 returning ${head}`,
    heads: `select ${head} from ${partition} order by partition`,
    headsOf: `select ${head} from ${partition} where partition = any($1::smallint[])`,
    read: `
      select partition, position, event_id, stream, version, type, schema_version, clearing, hop, cause, basis,
        correlation, actor, payload, hash, chain, epoch, worker, incarnation,
        (extract(epoch from recorded_at) * 1000)::bigint, trace
      from ${event} where partition = $1 and position > $2 order by position limit $3`,
    hashes: `
      select string_agg(hash, ''::bytea order by position)
      from (select position, hash from ${event} where partition = $1 and position > $2 order by position limit $3) page`,
    eventsById: `
      select partition, event_id, position, hash from ${event}
      join unnest($1::smallint[], $2::uuid[]) as asked(partition, event_id) using (partition, event_id)`,
    commandsById: `
      select found.* from unnest($1::smallint[], $2::text[]) as asked(partition, command_id),
      lateral (
        select partition, number, command_id, type, body, body_hash, clearing, actor, result from ${command} c
        where c.partition = asked.partition and c.command_id >= asked.command_id order by c.command_id limit 1
      ) found
      where found.command_id = asked.command_id`,
    streamVersions: `
      select asked.partition, asked.stream, last.version
      from unnest($1::smallint[], $2::text[]) as asked(partition, stream),
      lateral (
        select version from ${event} e
        where e.partition = asked.partition and e.stream = asked.stream order by version desc limit 1
      ) last`,
    commands: `
      select partition, number, command_id, type, body, body_hash, clearing, actor, result from ${command}
      where partition = $1 and number > $2 order by number limit $3`,
    cursors: `
      select partition, source_log, source_partition, position, next_offset from ${cursor}
      where partition = any($1::smallint[]) order by source_log collate "C", source_partition`,
    relayCursor: `select position from ${table('relay')} where partition = $1`,
    saveRelayCursor: `
      insert into ${table('relay')} as stands (partition, position) values ($1, $2)
      on conflict (partition) do update set position = excluded.position where stands.position < excluded.position`,
    saveCheckpoint: `
      insert into ${table('checkpoint')} (number, note, frontier)
      select coalesce(max(number), 0) + 1, $1, $2 from ${table('checkpoint')}
      returning number, note, frontier`,
    checkpoints: `select number, note, frontier from ${table('checkpoint')} where number > $1 order by number limit $2`,
    lastCheckpoint: `select number, note, frontier from ${table('checkpoint')} order by number desc limit 1`,
    renewIncarnation: `
      update ${partition} set incarnation = renewed.id
      from (select gen_random_uuid() as id) renewed returning renewed.id`,
  };
}

export type LogSql = ReturnType<typeof logSql>;
