import { hashKey, SeededHash } from './seeded-hash.js';

const draws = new SeededHash('42');
const OWNER = hashKey('owner-0001.main');
const PURPOSE = hashKey('size of a trade');
const MINUTE = 60_000;
const START = 1_583_971_200_000;
const moments = Array.from({ length: 20_000 }, (_, index) => START + index * MINUTE);
const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

describe('randomness of the simulated exchange', () => {
  it('gives the same draw for the same seed, subject, moment and purpose, in any order', () => {
    const forward = moments.slice(0, 100).map((at) => draws.uniform(OWNER, at, PURPOSE));
    const other = new SeededHash('42');
    const backward = moments
      .slice(0, 100)
      .reverse()
      .map((at) => other.uniform(OWNER, at, PURPOSE))
      .reverse();
    expect(backward).toEqual(forward);
  });

  it('keeps its draws for ever: a change of the hash would change every recorded run', () => {
    expect(draws.word(OWNER, START, PURPOSE)).toBe(1_707_265_751);
    expect(draws.uniform(OWNER, START, PURPOSE)).toBe(0.39750378380660567);
  });

  it.each`
    changed      | draw
    ${'seed'}    | ${new SeededHash('43').word(OWNER, START, PURPOSE)}
    ${'subject'} | ${draws.word(hashKey('owner-0002.main'), START, PURPOSE)}
    ${'moment'}  | ${draws.word(OWNER, START + 1, PURPOSE)}
    ${'purpose'} | ${draws.word(OWNER, START, hashKey('kind of a trade'))}
  `('draws anew when the $changed is another', ({ draw }: { draw: number }) => {
    expect(draw).not.toBe(draws.word(OWNER, START, PURPOSE));
  });

  it('spreads uniform draws evenly over [0, 1)', () => {
    const values = moments.map((at) => draws.uniform(OWNER, at, PURPOSE));
    const buckets = new Array<number>(20).fill(0);
    for (const value of values) buckets[Math.floor(value * 20)]! += 1;
    const expected = values.length / 20;
    const chiSquare = buckets.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    // 19 degrees of freedom: beyond 43.8 once in a thousand.
    expect(chiSquare).toBeLessThan(43.8);
  });

  it('draws for neighbouring owners and neighbouring minutes without correlation', () => {
    const own = moments.map((at) => draws.uniform(OWNER, at, PURPOSE) - 0.5);
    const neighbour = moments.map((at) => draws.uniform(hashKey('owner-0002.main'), at, PURPOSE) - 0.5);
    const later = moments.map((at) => draws.uniform(OWNER, at + MINUTE, PURPOSE) - 0.5);
    // Correlation of 20,000 independent pairs is beyond 0.024 once in a thousand; variance of a uniform is 1/12.
    expect(Math.abs(mean(own.map((value, index) => value * neighbour[index]!)) * 12)).toBeLessThan(0.024);
    expect(Math.abs(mean(own.map((value, index) => value * later[index]!)) * 12)).toBeLessThan(0.024);
  });

  it('draws normal variates with mean 0, variance 1 and tails like those of the bell curve', () => {
    const values = moments.map((at) => draws.normal(OWNER, at, PURPOSE));
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.04);
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.006);
  });
});
