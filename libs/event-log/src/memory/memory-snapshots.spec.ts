import { snapshotStoreContract } from '../snapshot-store.contract.js';
import { MemoryLogStore } from './memory-log.js';

snapshotStoreContract(async () => new MemoryLogStore());
