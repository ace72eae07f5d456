import pg from 'pg';
import { createDatabase, discard, testServer } from '@ballast/event-log/testing';
import { WriteClaims } from './write-claims.js';

describe('claims of an Idempotency-Key', () => {
  let server: Awaited<ReturnType<typeof testServer>>;
  let url: string;
  let client: pg.Client;
  let claims: WriteClaims;
  const troubles: unknown[] = [];
  const admitted = (): Promise<void> => Promise.resolve();
  const open = async (): Promise<void> => {
    claims = await WriteClaims.open(url, (error) => troubles.push(error));
  };

  beforeAll(async () => {
    server = await testServer();
    const { user, password, host, port, database } = (await createDatabase(server)).connection;
    url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    client = new pg.Client(url);
    await client.connect();
    await open();
  });

  afterAll(async () => {
    await claims.close();
    await client.end();
    await discard(server);
  });

  it('stand for one request, however often it is asked, and for no other', async () => {
    expect(await claims.claim('key-1', 'a', admitted)).toBe(true);
    expect(await claims.claim('key-1', 'a', () => Promise.reject(new Error('not asked again')))).toBe(true);
    expect(await claims.claim('key-1', 'b', admitted)).toBe(false);
  });

  it('of a request that must not be taken are not made', async () => {
    await expect(claims.claim('key-2', 'a', () => Promise.reject(new Error('halted')))).rejects.toThrow('halted');
    expect(await claims.claim('key-2', 'b', admitted)).toBe(true);
  });

  it('keep the body that was made first, whoever makes another at the same moment', async () => {
    expect(await claims.keptBody('key-1', 'asked')).toBeUndefined();
    const [one, other] = await Promise.all(
      ['{"a":1}', '{"a":2}'].map((body) => claims.keepBody('key-1', 'asked', body)),
    );
    expect(one).toBe(other);
    expect(await claims.keptBody('key-1', 'asked')).toBe(one);
  });

  it('keep nothing of one request for another under the same key, whichever of them is taken', async () => {
    expect(await claims.keepBody('key-4', 'first books', '{"a":1}')).toBe('{"a":1}');
    expect(await claims.keptBody('key-4', 'corrected books')).toBeUndefined();
    expect(await claims.keepBody('key-4', 'corrected books', '{"b":2}')).toBe('{"b":2}');
  });

  it('are deleted after thirty days, and not before', async () => {
    expect(await claims.claim('key-3', 'a', admitted)).toBe(true);
    const age = (key: string, days: number): Promise<unknown> =>
      client.query(
        'update gateway.write_claim set claimed_at = now() - make_interval(days => $2) where command_id = $1',
        [...[key, days]],
      );
    await age('key-1', 31);
    await client.query("update gateway.write_body set made_at = now() - interval '31 days'");
    await age('key-3', 29);
    await claims.close();
    await open();
    const { rows } = await client.query('select command_id from gateway.write_claim order by 1');
    expect(rows).toEqual([{ command_id: 'key-2' }, { command_id: 'key-3' }]);
    expect(await claims.keptBody('key-1', 'asked')).toBeUndefined();
    expect(troubles).toEqual([]);
  });
});
