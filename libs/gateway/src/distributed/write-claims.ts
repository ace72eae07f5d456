import pg from 'pg';
import { sha256 } from '@ballast/kernel';

const SCHEMA = `
create schema if not exists gateway;
create table if not exists gateway.write_claim (
  command_id text primary key,
  request bytea not null,
  claimed_at timestamptz not null default now()
);
create index if not exists write_claim_claimed_at on gateway.write_claim (claimed_at);
create table if not exists gateway.write_body (
  command_id text not null,
  request bytea not null,
  body text not null,
  made_at timestamptz not null default now(),
  primary key (command_id, request)
);
create index if not exists write_body_made_at on gateway.write_body (made_at)`;
/** Gateways that start at the same moment. */
const MIGRATION_LOCK = 4_120_011;

/** Whoever asks again does so within days; behind that a key is known by the partition that answered it, and by no other. */
const KEPT_DAYS = 30;
const FORGET_EVERY_MS = 3_600_000;

/** Which request an Idempotency-Key stands for, for all gateways of a database: whichever partition it goes to, it is one. */
export class WriteClaims {
  readonly #forgetting: NodeJS.Timeout;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly onTrouble: (error: unknown) => void,
  ) {
    this.#forgetting = setInterval(() => void this.#forget(), FORGET_EVERY_MS).unref();
  }

  /** @param onTrouble told when old claims could not be deleted; that is tried again */
  static async open(databaseUrl: string, onTrouble: (error: unknown) => void): Promise<WriteClaims> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'ballast-write-claims' });
    // A connection that breaks while nobody uses it is made again.
    pool.on('error', () => undefined);
    const client = await pool.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await client.query(SCHEMA);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
      client.release();
    }
    const claims = new WriteClaims(pool, onTrouble);
    await claims.#forget();
    return claims;
  }

  /**
   * Claims a key for a request.
   * @param admit rejects when a request that is new must not be taken now
   * @returns false when the key stands for another request
   */
  async claim(commandId: string, request: string, admit: () => Promise<void>): Promise<boolean> {
    const hash = sha256(request);
    const found = await this.#find(commandId);
    if (found !== undefined) return found.equals(hash);
    await admit();
    await this.pool.query(
      'insert into gateway.write_claim (command_id, request) values ($1, $2) on conflict (command_id) do nothing',
      [commandId, hash],
    );
    return (await this.#find(commandId))?.equals(hash) === true;
  }

  async isClaimed(commandId: string): Promise<boolean> {
    return (await this.#find(commandId)) !== undefined;
  }

  /** The body that is kept of a command for a request; undefined when there is none. */
  async keptBody(commandId: string, request: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ readonly body: string }>(
      'select body from gateway.write_body where command_id = $1 and request = $2',
      [commandId, sha256(request)],
    );
    return rows[0]?.body;
  }

  /** Keeps the body of a command; of another request under the same id it says nothing. @returns the one that was kept first */
  async keepBody(commandId: string, request: string, body: string): Promise<string> {
    await this.pool.query(
      'insert into gateway.write_body (command_id, request, body) values ($1, $2, $3) on conflict do nothing',
      [commandId, sha256(request), body],
    );
    return (await this.keptBody(commandId, request)) ?? body;
  }

  close(): Promise<void> {
    clearInterval(this.#forgetting);
    return this.pool.end();
  }

  async #forget(): Promise<void> {
    for (const [table, since] of [
      ['write_claim', 'claimed_at'],
      ['write_body', 'made_at'],
    ]) {
      await this.pool
        .query(`delete from gateway.${table} where ${since} < now() - make_interval(days => $1)`, [KEPT_DAYS])
        .catch(this.onTrouble);
    }
  }

  async #find(commandId: string): Promise<Buffer | undefined> {
    const { rows } = await this.pool.query<{ readonly request: Buffer }>(
      'select request from gateway.write_claim where command_id = $1',
      [commandId],
    );
    return rows[0]?.request;
  }
}
