import { describeEventLog } from '../event-log.contract.js';
import { testDatabase } from '../testing.js';
import { PostgresLogStore } from './postgres-log-store.js';

describeEventLog(
  'the log in PostgreSQL',
  async () => {
    const connection = await testDatabase();
    const open = (): PostgresLogStore => new PostgresLogStore({ connection });
    return { store: open(), reopen: async () => open() };
  },
  { interleavings: 20 },
);
