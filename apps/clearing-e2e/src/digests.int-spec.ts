import { MemoryLogStore } from '@ballast/event-log';
import { MINUTE_MS } from '@ballast/kernel';
import type { Digests } from '@ballast/services';
import { Simulation } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun, runToEnd } from './clearing-run.js';

describe('a run of half an hour', () => {
  let digests: Digests;

  beforeAll(async () => {
    digests = await (await runToEnd(new MemoryLogStore(), SHORT_WINDOW)).digests();
  }, 60_000);

  it.each([
    {
      what: 'seed',
      options: { ...SHORT_WINDOW, seed: '2' },
      differing: ['accounts', 'pricing', 'margin', 'liquidation'],
    },
    {
      what: 'partition count',
      options: { ...SHORT_WINDOW, partitions: 2 },
      differing: ['accounts', 'margin', 'liquidation'],
    },
  ])(
    'has other digests with another $what',
    async ({ options, differing }) => {
      const others = await (await runToEnd(new MemoryLogStore(), options)).digests();
      for (const log of differing) expect(others[log as keyof Digests]).not.toBe(digests[log as keyof Digests]);
    },
    60_000,
  );

  it('goes on to the same digests wherever it is stopped and opened again', async () => {
    const store = new MemoryLogStore();
    for (let opened = 0; ; opened++) {
      const run = await openRun(store, SHORT_WINDOW);
      const simulation = await Simulation.open(run);
      // A step is a minute of the scenario; the newest one is repeated by every start.
      expect(run.steps[1]).toBe((run.steps[0] as number) + MINUTE_MS);
      for (let step = 0; step < 8 && !simulation.done; step++) await simulation.step();
      if (!simulation.done) continue;
      expect(opened).toBeGreaterThan(2);
      expect(await run.house.digests()).toEqual(digests);
      return;
    }
  }, 60_000);
});
