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

/** A text in an array of bytes in UTF-8, which needs no escaping and is found without counting characters. */
const textAt = (parameter: string, at: string, length: string): string =>
  `convert_from(substring(${parameter}::bytea from ${at} + 1 for ${length}), 'UTF8')`;

/** Next head of the chain over blocks, of columns by their names in `of`; `nextBlockChain` of `block.ts` says the same. */
const nextBlockChain = (before: string, of: string, note = ''): string => `sha256(
  ${before} || ${of}.chain_before || ${of}.chain || int2send(${of}.partition) || int8send(${of}.number)
  || int8send(${of}.first_position) || int8send(${of}.last_position) || int8send(${of}.first_command)
  || int8send(${of}.last_command) || int8send(${of}.clearing) || int8send(${of}.epoch) || int4send(${of}.hop)
  || uuid_send(${of}.incarnation) || sha256(convert_to(${of}.worker, 'UTF8'))
  || sha256(convert_to(coalesce(${of}.trace, ''), 'UTF8')) || sha256(convert_to(${of}.cursors, 'UTF8'))
  || sha256(convert_to(${of}.commands, 'UTF8'))${note === '' ? '' : ` || sha256(convert_to(${note}, 'UTF8'))`})`;

const BLOCK = `partition, number, first_position, last_position, first_command, last_command, clearing, hop, epoch,
  incarnation, worker, trace, chain_before, chain, hashes, entries, commands, cursors, block_chain`;
const BLOCK_READ = `${BLOCK}, (extract(epoch from recorded_at) * 1000)::bigint, note`;

/** Most blocks of one answer. */
export const MOST_BLOCKS = 1_000;

/** Every statement of a log. They are prepared under the log's name once per connection. */
export function logSql({ table }: LogNames) {
  const [partition, block, cursor] = ['partition', 'block', 'cursor'].map(table) as [string, string, string];
  const [commandNumber, commandIndex] = ['command_number', 'command_index'].map(table) as [string, string];
  const archive = table('archive');
  const range = 'number, first_block, last_block, note, verifier_key, place, proposed_by, removed_by';
  const head = 'partition, epoch, size, head, clearing, hop, commands, incarnation, worker, blocks, block_chain';
  const checkpoint = 'number, note, frontier, verifier_key, succession';

  /** Changes partitions without an event, and says so in a block of each. */
  const noted = (changed: string, where: string, note = ''): string => `
    with held as materialized (
      select * from ${partition} ${where} order by partition for no key update
    ), changed as materialized (
      select held.partition, held.blocks + 1 as number, held.size + 1 as first_position, held.size as last_position,
        held.commands + 1 as first_command, held.commands as last_command, held.clearing, held.hop,
        held.head as chain_before, held.head as chain, null::text as trace, ''::text as cursors, ''::text as commands,
        held.block_chain as before, ${changed}
      from held
    ), linked as materialized (
      select changed.*, ${nextBlockChain('changed.before', 'changed', note)} as block_chain from changed
    ), advanced as (
      update ${partition} as p
      set epoch = l.epoch, worker = nullif(l.worker, ''), incarnation = l.incarnation, blocks = l.number,
        block_chain = l.block_chain
      from linked l where p.partition = l.partition
      returning p.*
    ), stored as (
      insert into ${block} (${BLOCK}, note)
      select partition, number, first_position, last_position, first_command, last_command, clearing, hop, epoch,
        incarnation, worker, trace, chain_before, chain, ''::bytea, '', commands, cursors, block_chain,
        ${note === '' ? `''` : note}
      from linked
    )
    select ${head} from advanced`;

  /** First positions of the blocks that hold positions behind $2, up to $3 of them or the next block behind a hole. */
  const around = `first_position >= coalesce((
      select first_position from ${block} where partition = $1 and first_position <= $2::bigint + 1
      order by first_position desc, number desc limit 1
    ), 0)
    and first_position <= greatest($2::bigint + $3::bigint, (
      select first_position from ${block} where partition = $1 and first_position > $2
      order by first_position, number limit 1
    ))
    and last_position > $2 and last_position >= first_position`;

  return {
    /**
     * A whole group in one statement and so in one transaction. An item of which anything doesn't fit is left out of
     * `accepted`, and nothing of it is written; the caller learns which partitions were accepted. Rows are locked in
     * partition order, so that two writers who compete for partitions can't block each other.
     */
    append: `
      with item as materialized (
        select * from unnest(
          $1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[], $7::bigint[], $8::bigint[],
          $9::text[], $10::text[], $11::text[], $12::integer[], $13::integer[], $14::integer[], $15::integer[], $16::integer[]
        ) with ordinality as item(
          partition, epoch, expected_size, size, clearing, hop, commands_before, commands_added,
          worker, trace, cursors, hashes_at, entries_at, entries_length, commands_at, commands_length, n
        )
      ), locked as materialized (
        select * from ${partition}
        where partition = any($1::smallint[]) order by partition for no key update
      ), accepted as materialized (
        select item.partition, locked.blocks + 1 as number, item.expected_size + 1 as first_position,
          item.size as last_position, locked.commands + 1 as first_command,
          locked.commands + item.commands_added as last_command, coalesce(item.clearing, locked.clearing) as clearing,
          coalesce(item.hop, locked.hop) as hop, item.epoch, locked.incarnation, item.worker, item.trace,
          locked.head as chain_before, ${hashAt('$18', 'item.n')} as chain,
          substring($19::bytea from item.hashes_at + 1 for (item.size - item.expected_size)::integer * 32) as hashes,
          ${textAt('$20', 'item.entries_at', 'item.entries_length')} as entries,
          ${textAt('$20', 'item.commands_at', 'item.commands_length')} as commands,
          item.cursors, locked.block_chain as before
        from item join locked using (partition)
        where locked.epoch = item.epoch
          and locked.size = item.expected_size
          and locked.head = ${hashAt('$17', 'item.n')}
          and (item.commands_before is null or locked.commands = item.commands_before)
          and item.partition not in (
            select move.partition
            from unnest($21::smallint[], $22::text[], $23::smallint[], $24::bigint[])
              as move(partition, source_log, source_partition, position)
            where move.position < (
              select stands.position from ${cursor} stands
              where stands.partition = move.partition
                and stands.source_log = move.source_log and stands.source_partition = move.source_partition
            )
          )
      ), linked as materialized (
        select accepted.*, ${nextBlockChain('accepted.before', 'accepted')} as block_chain from accepted
      ), advanced as (
        update ${partition} as p
        set size = l.last_position, head = l.chain, clearing = l.clearing, hop = l.hop, commands = l.last_command,
          blocks = l.number, block_chain = l.block_chain, worker = l.worker
        from linked l where p.partition = l.partition
      ), stored as (
        insert into ${block} (${BLOCK}) select ${BLOCK} from linked
      ), moved as (
        insert into ${cursor} as stands (partition, source_log, source_partition, position, next_offset)
        select move.*
        from unnest($21::smallint[], $22::text[], $23::smallint[], $24::bigint[], $25::text[])
          as move(partition, source_log, source_partition, position, next_offset)
        join accepted a using (partition)
        on conflict (partition, source_log, source_partition) do update
        set position = excluded.position, next_offset = coalesce(excluded.next_offset, stands.next_offset)
      )
      select partition from accepted`,
    take: noted('held.epoch + 1 as epoch, $2::text as worker, held.incarnation', 'where partition = $1'),
    /** Reads nothing; fails when a table or column is not there that the others name. */
    layout: `
      with heads as (select ${head} from ${partition} limit 0), blocks as (select ${BLOCK_READ} from ${block} limit 0),
        cursors as (select partition, source_log, source_partition, position, next_offset from ${cursor} limit 0),
        numbers as (select partition, number, command_id from ${commandNumber} limit 0),
        indexes as (select partition, commands from ${commandIndex} limit 0),
        relays as (select partition, position from ${table('relay')} limit 0),
        checkpoints as (select ${checkpoint} from ${table('checkpoint')} limit 0)
      select from heads`,
    heads: `select ${head} from ${partition} order by partition`,
    headsOf: `select ${head} from ${partition} where partition = any($1::smallint[])`,
    read: `select ${BLOCK_READ} from ${block} where partition = $1 and ${around} order by first_position, number`,
    hashes: `
      select first_position, hashes from ${block} where partition = $1 and ${around} order by first_position, number`,
    blocks: `
      select ${BLOCK_READ} from ${block}
      where partition = $1 and (first_position, number) > ($2::bigint, $3::bigint)
        and first_position <= greatest($2 + $4::bigint, (
          select first_position from ${block} where partition = $1 and (first_position, number) > ($2, $3)
          order by first_position, number limit 1
        ))
      order by first_position, number limit ${MOST_BLOCKS}`,
    blockBefore: `
      select ${BLOCK_READ} from ${block} where partition = $1 and first_position <= $2 and last_position < $2
      order by first_position desc, number desc limit 1`,
    /** The block that holds a position of each partition. */
    blocksAt: `
      select found.* from unnest($1::smallint[], $2::bigint[]) as asked(partition, position),
      lateral (
        select ${BLOCK_READ} from ${block} b
        where b.partition = asked.partition and b.first_position <= asked.position and b.last_position >= b.first_position
        order by b.first_position desc, b.number desc limit 1
      ) found`,
    commands: `
      select partition, first_command, commands from ${block}
      where partition = $1 and commands <> '' and last_command > $2 order by last_command limit $3`,
    /**
     * The block of an indexed command, and those behind the index that have the id somewhere in their text; without a text the
     * number of a command whose block is not here any more.
     */
    commandById: `
      select * from (
        select partition, first_command, commands from ${block}
        where partition = $1 and commands <> ''
          and last_command >= (select number from ${commandNumber} where partition = $1 and command_id = $2)
        order by last_command limit 1
      ) indexed
      union all
      select partition, first_command, commands from ${block}
      where partition = $1 and commands <> ''
        and last_command > coalesce((select commands from ${commandIndex} where partition = $1), 0)
        and strpos(commands, $3) > 0
      union all
      select indexed.partition, indexed.number, null from ${commandNumber} indexed
      where indexed.partition = $1 and indexed.command_id = $2 and not exists (
        select from (
          select first_command from ${block}
          where partition = $1 and commands <> '' and last_command >= indexed.number order by last_command limit 1
        ) holding where holding.first_command <= indexed.number
      )`,
    /** Puts ids behind the index into it, unless somebody else just did. */
    indexCommands: `
      with moved as (
        insert into ${commandIndex} as stands (partition, commands) values ($1, $2::bigint + cardinality($3::text[]))
        on conflict (partition) do update set commands = excluded.commands where stands.commands = $2
        returning partition
      )
      insert into ${commandNumber} (partition, number, command_id)
      select moved.partition, $2 + id.n, id.command_id from moved, unnest($3::text[]) with ordinality as id(command_id, n)
      on conflict do nothing`,
    /** Whoever puts ids in waits; the row is made where there is none, so that there is one to wait for. */
    holdCommandIndex: `
      insert into ${commandIndex} as stands (partition, commands) values ($1, 0)
      on conflict (partition) do update set commands = stands.commands`,
    emptyCommandIndex: `delete from ${commandNumber} where partition = $1`,
    fillCommandIndex: `
      insert into ${commandNumber} (partition, number, command_id)
      select $1, id.number, id.command_id from unnest($2::bigint[], $3::text[]) as id(number, command_id)
      on conflict do nothing`,
    endCommandIndex: `update ${commandIndex} set commands = $2 where partition = $1`,
    commandIndex: `select coalesce((select commands from ${commandIndex} where partition = $1), 0)`,
    indexedCommands: `
      select command_id, number from ${commandNumber}
      where partition = $1 and command_id = any($2::text[])`,
    indexRows: `select count(*) from ${commandNumber} where partition = $1`,
    cursors: `
      select partition, source_log, source_partition, position, next_offset from ${cursor}
      where partition = any($1::smallint[]) order by source_log collate "C", source_partition`,
    relayCursor: `select position from ${table('relay')} where partition = $1`,
    saveRelayCursor: `
      insert into ${table('relay')} as stands (partition, position) values ($1, $2)
      on conflict (partition) do update set position = excluded.position where stands.position < excluded.position`,
    saveCheckpoint: `
      insert into ${table('checkpoint')} (number, note, frontier, verifier_key, succession)
      select $1::bigint + 1, $2, $3, $4, $5
      where $1 = coalesce((select number from ${table('checkpoint')} order by number desc limit 1), 0)
      on conflict do nothing
      returning ${checkpoint}`,
    checkpoints: `select ${checkpoint} from ${table('checkpoint')} where number > $1 order by number limit $2`,
    lastCheckpoint: `select ${checkpoint} from ${table('checkpoint')} order by number desc limit 1`,
    /** Nobody else writes to the partition until the transaction ends. */
    hold: `select partition from ${partition} where partition = $1 for no key update`,
    /** Of blocks behind a number. */
    notes: `
      select note from ${block}
      where partition = $1 and number > $2 and note <> '' order by first_position, number`,
    /** Says in a block what persons did to the partition itself, or said of its events. */
    note: noted(
      `held.epoch, coalesce(held.worker, '') as worker, held.incarnation`,
      'where partition = $1',
      '$2::text',
    ),
    archived: `
      select ${range} from ${archive}
      where partition = $1 order by number`,
    archivedForUpdate: `
      select ${range} from ${archive}
      where partition = $1 and number = $2 for update`,
    saveArchived: `
      insert into ${archive} (partition, number, first_block, last_block, note, verifier_key, place)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    proposeRemoval: `update ${archive} set proposed_by = $3 where partition = $1 and number = $2`,
    approveRemoval: `update ${archive} set removed_by = $3 where partition = $1 and number = $2`,
    /** The earliest first, so that what is left of a removal that was broken off continues what stands behind. */
    removeBlocks: `
      delete from ${block} where partition = $1 and (first_position, number) in (
        select first_position, number from ${block}
        where partition = $1 and first_position <= $2 and number <= $3 order by first_position, number limit $4
      )`,
    renewIncarnation: noted(`held.epoch, coalesce(held.worker, '') as worker, $1::uuid as incarnation`, ''),
  };
}

export type LogSql = ReturnType<typeof logSql>;
