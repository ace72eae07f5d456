import { describeEventLog } from '../event-log.contract.js';
import { MemoryLogStore } from './memory-log.js';

describeEventLog(
  'the log in memory',
  async () => {
    const store = new MemoryLogStore();
    return { store, reopen: async () => store };
  },
  { interleavings: 200 },
);
