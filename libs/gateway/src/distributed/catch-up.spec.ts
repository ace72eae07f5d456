import type { PartitionStanding } from '@ballast/services';
import { catchUp, type CatchUpOptions } from './catch-up.js';

const standing = { log: 'margin', partition: 0, position: 7 } as PartitionStanding;

function options(changes: Partial<CatchUpOptions> = {}): CatchUpOptions & { readonly troubles: unknown[] } {
  const troubles: unknown[] = [];
  return {
    copy: { isReached: async () => true },
    owners: { standings: async () => [standing] },
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
    expect(asked).toEqual([
      ['margin', 0, 7],
      ['margin', 0, 7],
      ['margin', 0, 7],
    ]);
  });

  it('asks owners again that could not be asked, and says so: it does not end for that', async () => {
    const answers = [Promise.reject(new Error('a stranger answers there')), Promise.resolve([standing])];
    const asking = options({ owners: { standings: () => answers.shift() ?? Promise.resolve([]) } });
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
