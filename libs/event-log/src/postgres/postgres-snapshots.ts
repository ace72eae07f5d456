import type pg from 'pg';
import type { SnapshotMark, SnapshotStore, StoredSnapshot } from '../snapshot-store.js';
import { logNames } from './log-names.js';

const MARK = 'partition, position, head, resting, format, release, build, digest';

interface Row {
  readonly partition: number;
  readonly position: string;
  readonly head: Buffer;
  readonly resting: boolean;
  readonly format: string;
  readonly release: string;
  readonly build: string;
  readonly digest: Buffer;
}

/** Snapshots in a table beside the log that they are of. */
export class PostgresSnapshots implements SnapshotStore {
  constructor(private readonly pool: pg.Pool) {}

  async save(snapshot: StoredSnapshot, keep: number): Promise<void> {
    const table = tableOf(snapshot.log);
    const { partition, position, head, resting, format, release, build, digest, content } = snapshot;
    await this.pool.query(
      `insert into ${table} (${MARK}, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (partition, position) do update set head = excluded.head, resting = excluded.resting,
         format = excluded.format, release = excluded.release, build = excluded.build, digest = excluded.digest,
         content = excluded.content, taken_at = clock_timestamp()`,
      [partition, position, head, resting, format, release, build, digest, content],
    );
    await this.pool.query(
      `delete from ${table} where partition = $1 and position not in
         (select position from ${table} where partition = $1 order by position desc limit $2)`,
      [partition, keep],
    );
  }

  async partitions(log: string): Promise<readonly number[]> {
    const { rows } = await this.pool.query<{ partition: number }>(
      `select distinct partition from ${tableOf(log)} order by partition`,
    );
    return rows.map(({ partition }) => partition);
  }

  async marks(log: string, partition: number): Promise<readonly SnapshotMark[]> {
    const { rows } = await this.pool.query<Row>(
      `select ${MARK} from ${tableOf(log)} where partition = $1 order by position desc`,
      [partition],
    );
    return rows.map((row) => markOf(log, row));
  }

  async read(log: string, partition: number, position: number): Promise<StoredSnapshot | undefined> {
    const { rows } = await this.pool.query<Row & { readonly content: Buffer }>(
      `select ${MARK}, content from ${tableOf(log)} where partition = $1 and position = $2`,
      [partition, position],
    );
    const [row] = rows;
    return row && { ...markOf(log, row), content: row.content };
  }

  async clear(log: string): Promise<number> {
    return (await this.pool.query(`delete from ${tableOf(log)}`)).rowCount ?? 0;
  }
}

const tableOf = (log: string): string => logNames(log).table('snapshot');

const markOf = (log: string, { position, ...rest }: Row): SnapshotMark => {
  const { partition, head, resting, format, release, build, digest } = rest;
  return { log, partition, position: Number(position), head, resting, format, release, build, digest };
};
