import pg from 'pg';
import { LogDirectory, PostgresLogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { UsageError } from '../usage-error.js';
import { openLogs } from './open-logs.js';

describe('a command that needs every log', () => {
  it.each([
    ['a log is gone', 'drop schema margin cascade', 'does not hold margin: this command needs every log'],
    [
      'a log says that it has other partitions than the rest',
      'update margin.log set partitions = 1',
      'log margin says that it has 1 numbered partitions, and others that they have 2: verify says what was altered',
    ],
  ])('says so when %s, and verify opens what is there', async (_what, change, says) => {
    const connection = await testDatabase();
    const store = new PostgresLogStore({ connection });
    await LogDirectory.open(store, 2);
    await store.close();
    const superuser = new pg.Client(connection);
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    await superuser.query(change);
    await superuser.end();
    const { user, password, host, port, database } = connection;
    const options = { dataDir: 'none', databaseUrl: `postgres://${user}:${password}@${host}:${port}/${database}` };
    const refusal = await openLogs(options).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as UsageError).message).toContain(says);
    const { close } = await openLogs(options, { allOfThem: false });
    await close();
  });
});
