import type { PartitionStanding } from '@ballast/services';
import { catchUp, type CatchUpOptions } from './catch-up.js';

const PLACES = ['accounts', 'margin', 'liquidation'].flatMap((log) => [-1, 0].map((partition) => ({ log, partition })));
/** Of a house with one numbered partition of each log. */
const standings = [{ log: 'pricing', partition: -1 }, ...PLACES].map(
  (place) => ({ ...place, position: 7 }) as PartitionStanding,
);

function options(changes: Partial<CatchUpOptions> = {}): CatchUpOptions & { readonly troubles: unknown[] } {
  const troubles: unknown[] = [];
  return {
    copy: { isReached: async () => true },
    owners: { standings: async () => standings },
    partitions: 1,
    areOwnersKnown: () => true,
    onTrouble: (error) => troubles.push(error),
    stop: new AbortController().signal,
    everyMs: 1,
    troubles,
    ...changes,
  };
}

describe('a gateway that starts', () => {
  it('is where the owners were once they are known and the copy has come as far', async () => {
    const asked: unknown[] = [];
    let looks = 0;
    const isReached = async (...place: readonly unknown[]) => (asked.push(place.slice(0, 3)), asked.length > 2);
    await catchUp(options({ areOwnersKnown: () => ++looks > 3, copy: { isReached } }));
    expect(looks).toBe(4);
    expect(asked.slice(0, 4)).toEqual([
      ['pricing', -1, 7],
      ['pricing', -1, 7],
      ['pricing', -1, 7],
      ['accounts', -1, 7],
    ]);
    expect(asked).toHaveLength(standings.length + 2);
  });

  it('is not while one of them does not answer: he may have died, and what he wrote counts', async () => {
    const told = [standings.slice(1), standings.slice(0, -1), standings];
    let asked = 0;
    await catchUp(options({ owners: { standings: async () => told[asked++] as readonly PartitionStanding[] } }));
    expect(asked).toBe(3);
  });

  it('asks owners again that could not be asked, and says so: it does not end for that', async () => {
    const answers = [Promise.reject(new Error('a stranger answers there')), Promise.resolve(standings)];
    const asking = options({ owners: { standings: () => answers.shift() ?? Promise.resolve(standings) } });
    await catchUp(asking);
    expect(asking.troubles).toEqual([new Error('a stranger answers there')]);
    expect(answers).toEqual([]);
  });

  it('waits for nobody once it is stopped', async () => {
    const stop = new AbortController();
    const waiting = catchUp(options({ areOwnersKnown: () => false, everyMs: 60_000, stop: stop.signal }));
    stop.abort();
    await waiting;
  });
});
