import type { ServerConnection } from '@ballast/event-log';
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

/** What one statement brings. */
export interface BareBatch {
  readonly blocks: number;
  /** Lines with a hash each, over all blocks. */
  readonly events: number;
  /** Lines with an answer, over all blocks. */
  readonly commands: number;
}

const HASH = randomBytes(32);

/**
 * Inserts into a copy of a log's table of blocks, with all its columns and indexes, and does nothing else: no fence, no
 * counter, no cursors, no canonical text, no hashing, no chains. What a log does costs the difference.
 */
export class BareInsert {
  #number = 0;
  readonly #line: Buffer;
  readonly #command: Buffer;

  private constructor(
    private readonly pool: pg.Pool,
    payloadText: string,
    private readonly partitions: number,
  ) {
    this.#line = Buffer.from(
      `{"actor":null,"basis":[["exchange.transfers",1,12]],"cause":{"kind":"event","log":"exchange.transfers","partition":1,` +
        `"position":12},"correlation":"event/exchange.transfers/1/12","id":"${randomUUID()}","log":"accounts","partition":1,` +
        `"payload":${payloadText},"position":123456,"schemaVersion":1,"stream":"account-owner-000001.main",` +
        `"time":{"clearing":1700000000000,"hop":1},"type":"CollateralCredited","version":123}\n`,
    );
    this.#command = Buffer.from(
      `{"actor":"bench","body":${payloadText},"clearing":1700000000000,"id":"${randomUUID()}","number":123456,` +
        `"result":{"data":null,"outcome":"accepted"},"type":"Deposit"}\n`,
    );
  }

  /** @param schema of a log that was created there */
  static async create(
    connection: ServerConnection,
    schema: string,
    { payloadText, partitions }: { readonly payloadText: string; readonly partitions: number },
  ): Promise<BareInsert> {
    const pool = new pg.Pool({ ...connection, max: 16, options: '-c synchronous_commit=on' });
    // An idle connection ends with the server when a run is stopped; a busy one tells whoever uses it.
    pool.on('error', () => undefined);
    await pool.query('create schema bare');
    await pool.query(`create table bare.block (like "${schema}".block including all)`);
    return new BareInsert(pool, payloadText, partitions);
  }

  /** One statement, one transaction. */
  async insert({ blocks, events, commands }: BareBatch): Promise<void> {
    const numbers = Array.from({ length: blocks }, () => ++this.#number);
    const shareOf = (count: number, index: number): number =>
      Math.floor(((index + 1) * count) / blocks) - Math.floor((index * count) / blocks);
    const lines = numbers.map((_, index) => shareOf(events, index));
    const answers = numbers.map((_, index) => shareOf(commands, index));
    await this.pool.query({
      name: 'bare-insert',
      text: STATEMENT,
      values: [
        `{${numbers.map((number) => number % this.partitions).join(',')}}`,
        `{${numbers.join(',')}}`,
        `{${lines.join(',')}}`,
        `{${answers.join(',')}}`,
        Buffer.concat(Array.from({ length: events }, () => this.#line)),
        Buffer.concat(Array.from({ length: commands }, () => this.#command)),
        Buffer.concat(Array.from({ length: events }, () => HASH)),
        HASH,
        this.#line.length,
        this.#command.length,
      ],
    });
  }

  /** One committed row at a time: how long this server takes to make something durable. */
  async commit(): Promise<number> {
    const started = performance.now();
    await this.insert({ blocks: 1, events: 1, commands: 0 });
    return performance.now() - started;
  }

  /**
   * Inserts on some connections side by side for a while.
   * @param blocks mean rows per statement; a fraction is kept over several statements
   * @param events mean events of a block
   */
  async run(
    connections: number,
    blocks: number,
    events: number,
    commandsPerEvent: number,
    milliseconds: number,
  ): Promise<{ readonly eventsPerSecond: number }> {
    const until = performance.now() + milliseconds;
    const started = performance.now();
    let stored = 0;
    const writer = async (): Promise<void> => {
      let [owedBlocks, owedEvents] = [0, 0];
      while (performance.now() < until) {
        owedBlocks += blocks;
        const rows = Math.max(1, Math.round(owedBlocks));
        owedBlocks -= rows;
        owedEvents += rows * events;
        const lines = Math.max(1, Math.round(owedEvents));
        owedEvents -= lines;
        await this.insert({ blocks: rows, events: lines, commands: Math.round(lines * commandsPerEvent) });
        stored += lines;
      }
    };
    await Promise.all(Array.from({ length: connections }, writer));
    return { eventsPerSecond: (stored * 1_000) / (performance.now() - started) };
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

const upTo = (count: string): string => `(sum(${count}) over (order by n) - ${count})::integer`;
const texts = (parameter: string, before: string, count: string, length: string): string =>
  `convert_from(substring(${parameter}::bytea from ${before} * ${length}::integer + 1 for ${count} * ${length}::integer), 'UTF8')`;

const STATEMENT = `
  insert into bare.block (
    partition, number, first_position, last_position, first_command, last_command, clearing, hop, epoch,
    incarnation, worker, trace, chain_before, chain, hashes, entries, commands, cursors, block_chain
  )
  select partition, number, number, number + lines - 1, number, number + answers - 1, 1700000000000, 1, 1,
    '00000000-0000-4000-8000-000000000000', 'bench', null, $8, $8,
    substring($7::bytea from lines_before * 32 + 1 for lines * 32),
    ${texts('$5', 'lines_before', 'lines', '$9')}, ${texts('$6', 'answers_before', 'answers', '$10')},
    '[["exchange.transfers",1,12]]', $8
  from (
    select partition, number, lines, answers, ${upTo('lines')} as lines_before, ${upTo('answers')} as answers_before
    from unnest($1::smallint[], $2::bigint[], $3::integer[], $4::integer[]) with ordinality
      as b(partition, number, lines, answers, n)
  ) block`;
