import { outcomeIndexContract } from '../outcome-index.contract.js';
import { testDatabase } from '../testing.js';
import { PostgresLogStore } from './postgres-log-store.js';

const stores: PostgresLogStore[] = [];

afterAll(() => Promise.all(stores.map((store) => store.close())));

outcomeIndexContract(async () => {
  const store = new PostgresLogStore({ connection: await testDatabase() });
  stores.push(store);
  return store;
});
