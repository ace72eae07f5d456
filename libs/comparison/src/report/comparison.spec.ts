import { frontierOf } from './comparison.js';

const of = (...rules: [string, number, number, number][]) =>
  frontierOf(rules.map(([rule, ...figures]) => ({ rule, figures })));

describe('the frontier', () => {
  it('has every rule that nobody beats: whoever is better in one of the three figures stays on it', () => {
    expect(of(['a', 1, 10, 5], ['b', 2, 5, 5], ['c', 3, 20, 1])).toEqual({ on: ['a', 'b', 'c'], beaten: [] });
  });

  it('has nobody on it who is worse in one figure and better in none, and names the better ones', () => {
    const { on, beaten } = of(['a', 1, 10, 5], ['b', 1, 10, 4], ['c', 0.5, 9, 3]);
    expect(on).toEqual(['c']);
    expect(beaten).toEqual([
      { rule: 'a', by: ['b', 'c'] },
      { rule: 'b', by: ['c'] },
    ]);
  });

  it('keeps both of two equals', () => {
    expect(of(['a', 1, 1, 1], ['b', 1, 1, 1]).on).toEqual(['a', 'b']);
  });
});
