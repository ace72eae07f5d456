import pg from 'pg';
import { verify } from '@ballast/audit/checks';
import { LogDirectory, PostgresLogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { assertArchiveThere } from './assert-archive-there.js';

describe('assertArchiveThere', () => {
  it('leaves a partition whose row is gone to verify, which says so at its place [CLR-LOG-038]', async () => {
    const connection = await testDatabase();
    const store = new PostgresLogStore({ connection });
    const logs = await LogDirectory.open(store, 2);
    const superuser = new pg.Client(connection);
    await superuser.connect();
    await superuser.query('set session_replication_role = replica');
    await superuser.query('delete from margin.partition where partition = 1');
    await superuser.end();
    await expect(assertArchiveThere(logs, undefined, {})).resolves.toBeUndefined();
    const { faults } = await verify(logs, {});
    expect(faults).toContainEqual({
      log: 'margin',
      partition: 1,
      position: null,
      what: 'the partition is missing',
    });
    await store.close();
  });
});
