import { InProcessBus } from '../in-process/in-process-bus.fixtures.js';
import { SoleOwnership } from '../ownership/sole-ownership.fixtures.js';
import { batchStrategyContract } from './batch-strategy.contract.js';

describe('a Nest microservice that works on batches, in one process', () => {
  batchStrategyContract({
    connect: async (onIncident) => ({
      bus: new InProcessBus({ onIncident }),
      ownership: new SoleOwnership([-1, 1], undefined, 20),
    }),
  });
});
