import type { ClearingGateway } from './clearing.gateway.js';
import { StatusFigures } from './status-figures.js';

const NOTE = 'ballast-checkpoint/v1\n\n0 12 head root\n';

/** A house of one margin partition with 12 events and a checkpoint over them, whose events can or cannot be read. */
const house = (read: () => Promise<unknown>): ClearingGateway =>
  ({
    clearing: 5_000,
    mode: () => 'idle',
    owners: { standings: async () => [{ log: 'margin', position: 15, clearing: 5_000, backlog: 0 }] },
    askAll: async () => [],
    ask: async () => ({ violated: [] }),
    picture: () => ({ states: {} }),
    logs: { log: () => ({ lastCheckpoint: async () => ({ number: 3, note: NOTE }), read }) },
  }) as unknown as ClearingGateway;

describe('what is told of the last checkpoint', () => {
  it('is how much it stands for, and when the newest event of that was', async () => {
    const figures = new StatusFigures(house(async () => [{ time: { clearing: 4_000 } }]));
    await figures.readCheckpoint();
    expect((await figures.now()).checkpoint).toEqual({ number: 3, behind: 3, at: 4_000 });
  });

  it('stays as it was where the store is away, and whoever asks is not failed by it', async () => {
    const figures = new StatusFigures(house(() => Promise.reject(new Error('the store is away'))));
    await expect(figures.readCheckpoint()).resolves.toBeUndefined();
    expect((await figures.now()).checkpoint).toBeNull();
  });
});
