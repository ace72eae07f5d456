import { disagreements, type VersionRange } from './api-versions.probe.js';

/** What Apache Kafka 4.3 offers, as it answered. */
const kafka43: readonly (readonly [key: number, lowest: number, highest: number])[] = [
  [0, 0, 13],
  [1, 4, 18],
  [2, 1, 11],
  [3, 0, 13],
  [8, 2, 10],
  [9, 1, 10],
  [10, 0, 6],
  [11, 0, 9],
  [12, 0, 4],
  [13, 0, 5],
  [14, 0, 5],
  [18, 0, 4],
  [19, 2, 7],
  [22, 0, 6],
];

const offered = (changed: Readonly<Record<number, VersionRange | undefined>> = {}): Map<number, VersionRange> => {
  const all = new Map(kafka43.map(([key, lowest, highest]) => [key, { lowest, highest }]));
  for (const [key, range] of Object.entries(changed)) {
    if (range === undefined) all.delete(Number(key));
    else all.set(Number(key), range);
  }
  return all;
};

describe('whether a broker can be used', () => {
  it('accepts Apache Kafka 4.3', () => {
    expect(disagreements(offered())).toEqual([]);
  });

  it.each`
    key   | range                          | sentence                                                           | why
    ${1}  | ${{ lowest: 12, highest: 20 }} | ${'Fetch: the broker offers 12 to 20, the client speaks 11 to 11'} | ${'the broker dropped what the client speaks'}
    ${0}  | ${{ lowest: 0, highest: 2 }}   | ${'Produce: the broker offers 0 to 2, the client speaks 3 to 7'}   | ${'the broker is too old for headers'}
    ${22} | ${undefined}                   | ${'InitProducerId is not offered'}                                 | ${'no idempotent producer'}
  `(
    'refuses: $sentence ($why)',
    ({ key, range, sentence }: { key: number; range?: VersionRange; sentence: string }) => {
      expect(disagreements(offered({ [key]: range }))).toEqual([sentence]);
    },
  );

  it.each`
    range                          | why
    ${{ lowest: 11, highest: 30 }} | ${'exactly the highest version that the client speaks is left'}
    ${{ lowest: 0, highest: 11 }}  | ${'exactly the lowest version that we need is there'}
  `('accepts Fetch $range.lowest to $range.highest: $why', ({ range }: { range: VersionRange }) => {
    expect(disagreements(offered({ 1: range }))).toEqual([]);
  });
});
