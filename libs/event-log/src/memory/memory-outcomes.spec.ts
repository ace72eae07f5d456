import { outcomeIndexContract } from '../outcome-index.contract.js';
import { MemoryLogStore } from './memory-log.js';

outcomeIndexContract(async () => new MemoryLogStore());
