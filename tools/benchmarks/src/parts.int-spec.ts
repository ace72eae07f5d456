import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BenchServer } from './bench-server.js';
import { describeMachine } from './machine-description.js';
import { benchParts, PARTS, TINY_SIZES, type Part } from './parts.js';
import { reportText } from './report.js';

/** Which figures carry a bound, per part: how fast this machine is at the moment is not the question here. */
const EXPECTED: Readonly<Record<Part, { readonly figures: number; readonly bounds: number }>> = {
  append: { figures: 3, bounds: 3 },
  decision: { figures: 8, bounds: 0 },
  replay: { figures: 3, bounds: 2 },
  restart: { figures: 4, bounds: 2 },
  simulate: { figures: 2, bounds: 1 },
  memory: { figures: 4, bounds: 0 },
  deposits: { figures: 4, bounds: 2 },
  portfolio: { figures: 6, bounds: 4 },
  list: { figures: 6, bounds: 0 },
  edge: { figures: 3, bounds: 2 },
};

describe('the benchmarks, each in a tiny size', () => {
  let server: BenchServer;
  beforeAll(async () => {
    server = await BenchServer.start();
  });
  afterAll(() => server.discard());

  it.each(PARTS)('measures %s, with its bounds beside the figures', async (part) => {
    const lines: string[] = [];
    const context = { database: () => server.database(), onProgress: (line: string) => void lines.push(line) };
    const figures = await benchParts(context, [part], TINY_SIZES);
    expect({ figures: figures.length, bounds: figures.filter(({ bound }) => bound !== null).length }).toEqual(
      EXPECTED[part],
    );
    for (const each of figures) {
      expect(each.part).toBe(part);
      // What the heap grew by may be nothing in a tiny size: the collector frees more than a few accounts need.
      if (part === 'memory' || each.unit === 'bytes') expect(each.value).toEqual(expect.any(Number));
      else expect(each.value).toBeGreaterThan(0);
      expect(each.met === null).toBe(each.bound === null);
    }
    const report = reportText({ machine: await describeMachine(server), figures });
    for (const { what } of figures) expect(report).toContain(what);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('measures on a server that waits for the disk, as production does', async () => {
    expect(await describeMachine(server)).toMatchObject({ fsync: 'on', synchronousCommit: 'on' });
  });
});
