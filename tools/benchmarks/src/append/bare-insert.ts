import type { ServerConnection } from '@ballast/event-log';
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

/** What one statement brings. */
export interface BareBatch {
  readonly events: number;
  /** Rows for the table of commands: answers that are stored with the events. */
  readonly commands: number;
}

const HASH = randomBytes(32);
/** As text: the driver's own way takes longer, and the comparison is to be with the fastest there is. */
const arrayOf = (values: readonly (number | string)[]): string =>
  `{${values.map((value) => (typeof value === 'number' ? value : JSON.stringify(value))).join(',')}}`;
const hashAt = (n: string): string => `substring($17::bytea from (${n}::integer - 1) * 32 + 1 for 32)`;

/**
 * Inserts into copies of a log's tables, with all their columns and indexes, and does nothing else: no fence, no
 * counter, no cursors, no hashing, no check of versions. What a log does costs the difference.
 */
export class BareInsert {
  #events = 0;
  #commands = 0;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly payloadText: string,
    private readonly partitions: number,
  ) {}

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
    for (const table of ['event', 'command']) {
      await pool.query(`create table bare.${table} (like "${schema}".${table} including all)`);
    }
    return new BareInsert(pool, payloadText, partitions);
  }

  /** One statement, one transaction. */
  async insert({ events, commands }: BareBatch): Promise<void> {
    const rows = Array.from({ length: events }, () => this.#next('events'));
    const answers = Array.from({ length: commands }, () => this.#next('commands'));
    await this.pool.query({
      name: 'bare-insert',
      text: STATEMENT,
      values: [
        arrayOf(rows.map(({ partition }) => partition)),
        arrayOf(rows.map(({ number }) => number)),
        arrayOf(rows.map(() => randomUUID())),
        arrayOf(rows.map(({ partition }) => `account-${partition}.main`)),
        arrayOf(rows.map(({ number }) => number)),
        arrayOf(rows.map(() => 'CollateralCredited')),
        arrayOf(rows.map(({ number }) => 1_700_000_000_000 + number)),
        arrayOf(rows.map(() => '{"kind":"event","log":"exchange.transfers","partition":1,"position":12}')),
        arrayOf(rows.map(() => '[["exchange.transfers",1,12]]')),
        arrayOf(rows.map(({ number }) => `event/exchange.transfers/1/${number}`)),
        arrayOf(rows.map(() => this.payloadText)),
        arrayOf(answers.map(({ partition }) => partition)),
        arrayOf(answers.map(({ number }) => number)),
        arrayOf(answers.map(() => randomUUID())),
        arrayOf(answers.map(() => this.payloadText)),
        arrayOf(answers.map(() => '{"data":null,"outcome":"accepted"}')),
        Buffer.concat(Array.from({ length: Math.max(events, commands) }, () => HASH)),
      ],
    });
  }

  /** One committed row at a time: how long this server takes to make something durable. */
  async commit(): Promise<number> {
    const started = performance.now();
    await this.insert({ events: 1, commands: 0 });
    return performance.now() - started;
  }

  /**
   * Inserts on some connections side by side for a while.
   * @param events mean rows per statement; a fraction is kept over several statements
   * @returns events per second
   */
  async run(
    connections: number,
    events: number,
    commandsPerEvent: number,
    milliseconds: number,
  ): Promise<{ readonly eventsPerSecond: number }> {
    const until = performance.now() + milliseconds;
    const started = performance.now();
    let stored = 0;
    const writer = async (): Promise<void> => {
      let owed = 0;
      while (performance.now() < until) {
        owed += events;
        const size = Math.max(1, Math.round(owed));
        owed -= size;
        await this.insert({ events: size, commands: Math.round(size * commandsPerEvent) });
        stored += size;
      }
    };
    await Promise.all(Array.from({ length: connections }, writer));
    return { eventsPerSecond: (stored * 1_000) / (performance.now() - started) };
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  #next(kind: 'events' | 'commands'): { readonly partition: number; readonly number: number } {
    const count = kind === 'events' ? this.#events++ : this.#commands++;
    return { partition: count % this.partitions, number: Math.floor(count / this.partitions) + 1 };
  }
}

const STATEMENT = `
  with answered as (
    insert into bare.command (partition, number, command_id, type, body, body_hash, clearing, actor, result, epoch)
    select partition, number, command_id, 'Deposit', body, ${hashAt('n')}, 1700000000000, 'bench', result, 1
    from unnest($12::smallint[], $13::bigint[], $14::text[], $15::text[], $16::text[]) with ordinality
      as c(partition, number, command_id, body, result, n)
  )
  insert into bare.event (
    partition, position, event_id, stream, version, type, schema_version, clearing, hop, cause, basis,
    correlation, actor, payload, hash, chain, epoch, worker, incarnation
  )
  select partition, position, event_id, stream, version, type, 1, clearing, 1, cause, basis, correlation, null, payload,
    ${hashAt('n')}, ${hashAt('n')}, 1, 'bench', '00000000-0000-4000-8000-000000000000'
  from unnest(
    $1::smallint[], $2::bigint[], $3::uuid[], $4::text[], $5::integer[], $6::text[], $7::bigint[], $8::text[],
    $9::text[], $10::text[], $11::text[]
  ) with ordinality
    as e(partition, position, event_id, stream, version, type, clearing, cause, basis, correlation, payload, n)`;
