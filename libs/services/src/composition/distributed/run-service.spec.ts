import { unreadyReasons, type WorkerShare } from './run-service.js';

describe('a worker is ready', () => {
  const sound: WorkerShare = { fatal: undefined, isInGroup: true, silentMs: 0, awaited: [], troubles: [] };

  it.each<[Partial<WorkerShare>, readonly string[], string]>([
    [{}, [], 'every partition that the group gave it decides, or it is there for when another one dies'],
    [{ awaited: [1, 2, 3, 4, 5, 6, 7, 8] }, ['taking partitions 1, 2, 3, 4, 5, 6, 7, 8'], 'one of nine decides'],
    [{ isInGroup: false }, ['not in the group yet'], 'nobody gave it anything yet'],
    [
      { silentMs: 1 },
      ['Kafka does not answer, and others may have been given the partitions'],
      'the group counts it out',
    ],
    [
      { troubles: ['margin/0 no longer reads accounts/0: a fork'] },
      ['margin/0 no longer reads accounts/0: a fork'],
      'one has stopped',
    ],
    [{ fatal: 'the Kafka client gave up' }, ['the Kafka client gave up'], 'it is about to end'],
  ])('given %j: but for %j (%s)', (change, reasons) => {
    expect(unreadyReasons({ ...sound, ...change })).toEqual(reasons);
  });
});
