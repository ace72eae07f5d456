import type { AccountDecision, DecisionLog } from '@ballast/contracts';
import type { DecisionQuery } from './account-decisions.js';
import { MemoryAccountDecisions } from './memory-account-decisions.js';

const decision = (
  log: DecisionLog,
  position: number,
  subject: string | null,
  accountId = 'a.main',
): AccountDecision => ({
  log,
  partition: 0,
  position,
  accountId,
  at: position * 1_000,
  type: 'Any',
  subject,
  summary: '',
  state: null,
  figures: null,
  movement: null,
});

describe('decisions kept in memory', () => {
  const kept = async (): Promise<MemoryAccountDecisions> => {
    const list = new MemoryAccountDecisions();
    await list.save([decision('margin', 1, null), decision('accounts', 1, 'w'), decision('margin', 2, 'c')]);
    await list.save([decision('margin', 3, 'c', 'b.main'), decision('margin', 4, 'c'), decision('margin', 9, null)]);
    return list;
  };

  it.each<[Partial<DecisionQuery>, readonly number[]]>([
    [{}, [9, 4, 2, 1]],
    [{ limit: 2 }, [9, 4]],
    [{ limit: 0 }, []],
    [{ before: 9 }, [4, 2, 1]],
    [{ before: 5, limit: 2 }, [4, 2]],
    [{ before: 1 }, []],
    [{ subjects: ['c'] }, [4, 2]],
    [{ subjects: ['c'], before: 4 }, [2]],
    [{ subjects: ['w'] }, []],
    [{ log: 'accounts' }, [1]],
    [{ accountId: 'b.main' }, [3]],
    [{ accountId: 'nobody.main' }, []],
  ])('answers %j with the newest first: %j', async (query, positions) => {
    const found = await (await kept()).find({ log: 'margin', accountId: 'a.main', limit: 10, ...query });
    expect(found.map(({ position }) => position)).toEqual(positions);
  });

  it('are gone when cleared, and have no place to go on from', async () => {
    const list = await kept();
    expect(await list.cursors()).toEqual([]);
    await list.clear();
    expect(await list.find({ log: 'margin', accountId: 'a.main', limit: 10 })).toEqual([]);
  });
});
