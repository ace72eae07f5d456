import type { ToldCheckpoint } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { StatusFigures } from './status-figures.js';

/** A house of one margin partition with 15 events, and what is told of a checkpoint. */
const house = (lastCheckpoint: () => Promise<ToldCheckpoint | null>): ClearingGateway =>
  ({
    clearing: 5_000,
    mode: () => 'idle',
    partitions: 1,
    owners: {
      standings: async () => [
        { log: 'margin', partition: 0, position: 15, clearing: 5_000, applied: [], waitingCommands: 0 },
      ],
    },
    logs: { log: () => ({ heads: async () => [] }) },
    askAll: async () => [],
    ask: async () => ({ violated: [] }),
    picture: () => ({ states: {} }),
    pages: { lastCheckpoint },
  }) as unknown as ClearingGateway;

describe('what is told of the last checkpoint', () => {
  it('is how much it stands for, and when the newest event of that was', async () => {
    const figures = new StatusFigures(house(async () => ({ number: 3, size: 12, at: 4_000 })));
    await figures.readCheckpoint();
    expect((await figures.now()).checkpoint).toEqual({ number: 3, behind: 3, at: 4_000 });
  });

  it('is nothing until whoever keeps the log has answered, and whoever asks is not failed by it', async () => {
    const figures = new StatusFigures(house(() => Promise.reject(new Error('nobody answers'))));
    await expect(figures.readCheckpoint()).resolves.toBeUndefined();
    expect((await figures.now()).checkpoint).toBeNull();
  });
});
