import { grouped, shareOf } from './place-on-axis';

const at = [0, 10_000, 10_000, 40_000];

describe('where a point lies', () => {
  it('is by true time, or by its number where quiet time is squeezed', () => {
    expect([0, 1, 2, 3].map((each) => shareOf(at, each, false))).toEqual([0, 0.25, 0.25, 1]);
    expect([0, 3].map((each) => shareOf(at, each, true))).toEqual([0, 1]);
    expect(shareOf([5], 0, false)).toBe(0);
  });
});

describe('marks over a chart', () => {
  it('that would cover one another become one, and none is lost', () => {
    const marks = [{ point: 3 }, { point: 1 }, { point: 2 }];
    const groups = grouped(marks, at, false, 100, 12);
    expect(groups.map(({ point, items }) => [point, items.length])).toEqual([
      [1, 2],
      [3, 1],
    ]);
  });
});
