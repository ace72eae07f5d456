import { PostgresLogStore, LogDirectory, type EmbeddedServer } from '@ballast/event-log';
import { createDatabase, discard, testServer } from '@ballast/event-log/testing';
import { BallastProcess } from './ballast-process.js';

const PARTITIONS = 2;

describe('serve with an exchange that runs freely', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => discard(server));

  it('ends with code 1 when a partition has failed: nobody must think that it still decides [C7]', async () => {
    const { connection } = await createDatabase(server);
    const { user, password, host, port, database } = connection;
    const run = new BallastProcess([
      ...['serve', '--simulate', 'crash-2020-03', '--live', '--speed', '20', '--accounts', '12', '--port', '0'],
      ...['--partitions', String(PARTITIONS), '--database-url'],
      `postgres://${user}:${password}@${host}:${port}/${database}`,
    ]);
    const store = new PostgresLogStore({ connection, poolSize: 1 });
    try {
      const [, base] = (await run.seen(/Ballast serves (http:\S+)/)) as unknown as [string, string];
      const priceSets = async (): Promise<number> =>
        ((await (await fetch(`${base}/summary`)).json()) as { priceSets: number }).priceSets;
      while ((await priceSets()) < 2) await new Promise((resolve) => setTimeout(resolve, 100));
      // Somebody else becomes the writer of one partition: the next append of this one is refused.
      await (await LogDirectory.open(store, PARTITIONS)).log('margin').take(0, 'somebody else');
      expect((await run.finished()).code).toBe(1);
      expect(run.stderr).toContain('a partition has stopped; ending');
    } finally {
      run.kill();
      await store.close();
    }
  });
});
