import type pg from 'pg';
import { sha256 } from '@ballast/kernel';
import type { PlacedOutcome } from '@ballast/event-sourcing';
import type { OutcomeAt, OutcomeIndex, OutcomePage } from '../outcome-index.js';
import { plainArray, textArray } from './array-literal.js';
import type { LogNames } from './log-names.js';
import { withClient } from './with-client.js';

const KEY_BYTES = 16;

/** As long as a UUID, which is what PostgreSQL compares fast. */
const shortened = (key: string): string => sha256(key).toString('hex', 0, KEY_BYTES);

/** The index of outcomes beside a log in PostgreSQL. */
export class PostgresOutcomes implements OutcomeIndex {
  readonly #outcome: string;
  readonly #index: string;

  constructor(
    private readonly pool: pg.Pool,
    { table }: LogNames,
  ) {
    this.#outcome = table('outcome');
    this.#index = table('outcome_index');
  }

  async indexed(partition: number): Promise<number> {
    const [row] = await this.#rows<{ position: string }>(
      'indexed',
      `select position from ${this.#index} where partition = $1`,
      [partition],
    );
    return Number(row?.position ?? 0);
  }

  async add(partition: number, after: number, upTo: number, outcomes: readonly PlacedOutcome[]): Promise<boolean> {
    const [row] = await this.#rows<{ moved: boolean }>(
      'add',
      `with moved as (
         insert into ${this.#index} as stands (partition, position)
         select $1::smallint, $3::bigint
         where $2::bigint = 0 or exists (select from ${this.#index} where partition = $1)
         on conflict (partition) do update set position = excluded.position where stands.position = $2
         returning partition
       ), added as (
         insert into ${this.#outcome} (partition, key, position, outcome)
         select moved.partition, each.key, each.position, each.outcome
         from moved, unnest($4::uuid[], $5::bigint[], $6::text[]) as each(key, position, outcome)
         on conflict do nothing
       )
       select exists (select from moved) as moved`,
      [partition, after, upTo, ...columnsOf(outcomes)],
    );
    return row?.moved === true;
  }

  async find(partition: number, keys: readonly string[], upTo: number): Promise<ReadonlyMap<string, OutcomeAt>> {
    const byShortened = new Map(keys.map((key) => [shortened(key), key]));
    const rows = await this.#rows<{ key: string; position: string; outcome: string }>(
      'find',
      `select encode(uuid_send(key), 'hex') as key, position, outcome from ${this.#outcome}
       where partition = $1 and key = any($2::uuid[]) and position <= $3`,
      [partition, plainArray([...byShortened.keys()]), upTo],
    );
    return new Map(
      rows.map(({ key, position, outcome }) => [
        byShortened.get(key) as string,
        { position: Number(position), outcome },
      ]),
    );
  }

  async count(partition: number, upTo: number = Number.MAX_SAFE_INTEGER): Promise<number> {
    const [row] = await this.#rows<{ count: string }>(
      'count',
      `select count(*) from ${this.#outcome} where partition = $1 and position <= $2`,
      [partition, upTo],
    );
    return Number(row?.count);
  }

  async rebuild(partition: number, pages: (after: number) => AsyncIterable<OutcomePage>): Promise<void> {
    await withClient(this.pool, async (client) => {
      await client.query('begin');
      await client.query(
        'create temporary table made (key uuid primary key, position bigint not null, outcome text not null) on commit drop',
      );
      const make = async (after: number): Promise<number> => {
        let end = after;
        for await (const { upTo, placed } of pages(after)) {
          await client.query(
            `insert into made select each.* from unnest($1::uuid[], $2::bigint[], $3::text[]) as each
             on conflict do nothing`,
            columnsOf(placed),
          );
          end = upTo;
        }
        return end;
      };
      const read = await make(0);
      // From here on a writer that adds waits for the row; it is made where there is none, so that there is one to wait for.
      await client.query(
        `insert into ${this.#index} as stands (partition, position) values ($1, 0)
         on conflict (partition) do update set position = stands.position`,
        [partition],
      );
      const end = await make(read);
      await client.query('analyze made');
      // Most of a large index is right: what is not is all that is written.
      await client.query(
        `delete from ${this.#outcome} as stands where partition = $1 and not exists (
           select from made where made.key = stands.key and made.position = stands.position and made.outcome = stands.outcome)`,
        [partition],
      );
      await client.query(
        `insert into ${this.#outcome} (partition, key, position, outcome)
         select $1, key, position, outcome from made on conflict do nothing`,
        [partition],
      );
      await client.query(`update ${this.#index} set position = $2 where partition = $1`, [partition, end]);
      await client.query('commit');
    });
  }

  async #rows<Row extends pg.QueryResultRow>(
    statement: string,
    text: string,
    values: unknown[],
  ): Promise<readonly Row[]> {
    return (await this.pool.query<Row>({ name: `${this.#outcome}:${statement}`, text, values })).rows;
  }
}

/** Keys, positions and texts, each as one array. */
const columnsOf = (outcomes: readonly PlacedOutcome[]): [string, string, string] => [
  plainArray(outcomes.map(({ key }) => shortened(key))),
  plainArray(outcomes.map(({ position }) => position)),
  textArray(outcomes.map(({ outcome }) => outcome)),
];
