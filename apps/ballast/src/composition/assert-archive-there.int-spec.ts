import pg from 'pg';
import { verify } from '@ballast/audit/checks';
import { LogDirectory, PostgresLogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { assertArchiveThere } from './assert-archive-there.js';

describe('assertArchiveThere', () => {
  it.each([
    ['whose row is gone', 'delete from margin.partition where partition = 1', 'the partition is missing'],
    ['that its log does not say it has', 'update margin.log set partitions = 1', 'no such partition'],
  ])('leaves a partition %s to verify, which says so at its place [CLR-LOG-038]', async (_which, change, what) => {
    const connection = await testDatabase();
    const store = new PostgresLogStore({ connection });
    await LogDirectory.open(store, 2);
    const superuser = new pg.Client(connection);
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    await superuser.query(change);
    await superuser.end();
    const logs = await LogDirectory.openPresent(store);
    await expect(assertArchiveThere(logs, undefined, {})).resolves.toBeUndefined();
    const { faults } = await verify(logs, {});
    expect(faults).toContainEqual({
      ...{ log: 'margin', partition: 1, position: null },
      what: expect.stringContaining(what) as string,
    });
    await store.close();
  });
});
