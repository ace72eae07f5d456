import type { PartitionStanding } from '@ballast/services';
import { houseBacklog } from './house-backlog.js';

const GLOBAL = -1;
type Place = readonly [log: PartitionStanding['log'], partition: number];

const PLACES: readonly Place[] = [
  ['accounts', 0],
  ['accounts', GLOBAL],
  ['pricing', GLOBAL],
  ['margin', 0],
  ['margin', GLOBAL],
  ['liquidation', 0],
  ['liquidation', GLOBAL],
];

/** At rest: each has 10 events at 60 s, and has applied all of those it reads. */
const atRest = ([log, partition]: Place): PartitionStanding => ({
  ...{ log, partition, owner: 'worker-1', position: 10, clearing: 60_000, waitingCommands: 0 },
  applied: [
    ['exchange.fills', 0, 4],
    ['accounts', 0, 10],
  ],
});

/** A house of one numbered partition, of which these are otherwise; undefined: it does not answer. */
function told(
  otherwise: Readonly<Record<string, Partial<PartitionStanding> | undefined>> = {},
  fills = 4,
  store = (): Promise<void> => Promise.resolve(),
) {
  const standings = PLACES.flatMap((place): PartitionStanding[] => {
    const key = `${place[0]}/${place[1]}`;
    if (key in otherwise && otherwise[key] === undefined) return [];
    return [{ ...atRest(place), ...otherwise[key] }];
  });
  const heads = { 'exchange.fills': [{ partition: 0, size: fills }] };
  return houseBacklog({
    partitions: 1,
    owners: { standings: () => Promise.resolve(standings) },
    logs: { log: (name: string) => ({ heads: () => store().then(() => heads[name as keyof typeof heads] ?? []) }) },
  } as unknown as Parameters<typeof houseBacklog>[0]);
}

const waiting = async (...house: Parameters<typeof told>) =>
  (await told(...house)).partitions
    .filter(({ backlog }) => backlog > 0)
    .map(({ log, partition, backlog }) => ({ log, partition, backlog }));

describe('what waits in a house', () => {
  it('is nothing where everything is applied up to where it ends', async () => {
    expect(await waiting()).toEqual([]);
    expect(await told()).toMatchObject({
      clearing: 60_000,
      absent: [],
      exchange: [{ log: 'exchange.fills', partition: 0, position: 4 }],
    });
  });

  it('is what the exchange said and nobody has heard of yet', async () => {
    expect(await waiting({}, 5)).toEqual(PLACES.map(([log, partition]) => ({ log, partition, backlog: 1 })));
  });

  it('is what a partition concluded and its readers have not applied', async () => {
    const accounts = { position: 12, applied: [['exchange.fills', 0, 4]] } as const;
    const margin = {
      applied: [
        ['exchange.fills', 0, 4],
        ['accounts', 0, 12],
      ],
    } as const;
    expect(await waiting({ 'accounts/0': accounts, 'margin/0': margin })).toEqual(
      PLACES.filter(([log, partition]) => partition === GLOBAL || !['accounts', 'margin'].includes(log)).map(
        ([log, partition]) => ({ log, partition, backlog: 2 }),
      ),
    );
  });

  it('is a command without an answer', async () => {
    expect(await waiting({ 'pricing/-1': { waitingCommands: 3 } })).toEqual([
      { log: 'pricing', partition: GLOBAL, backlog: 3 },
    ]);
  });

  it('does not grow less by who was asked after his source had gone on', async () => {
    const liquidation = {
      applied: [
        ['exchange.fills', 0, 3],
        ['accounts', 0, 15],
      ],
    } as const;
    expect(await waiting({ 'liquidation/0': liquidation })).toEqual([{ log: 'liquidation', partition: 0, backlog: 1 }]);
  });

  it('cannot be told of a partition whose owner does not answer', async () => {
    expect((await told({ 'accounts/0': undefined })).absent).toEqual([{ log: 'accounts', partition: 0 }]);
  });

  it.each([
    ['refuses', (): Promise<void> => Promise.reject(new Error('connection refused'))],
    ['is silent', (): Promise<void> => new Promise(() => undefined)],
  ])('is not known while the store %s, and whoever asks does not wait for it', async (_how, store) => {
    expect((await told({}, 4, store)).exchange).toBeNull();
  });

  it.each([
    ['is behind by clearing time while something waits', 5, 20],
    ['is not behind when there is nothing to apply, however long ago it had something', 4, 0],
  ])('%s', async (_what, fills, lagSeconds) => {
    const { partitions } = await told({ 'margin/0': { clearing: 40_000 } }, fills);
    expect(partitions.find(({ log, partition }) => log === 'margin' && partition === 0)).toMatchObject({ lagSeconds });
  });
});
