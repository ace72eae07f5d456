import { grouped, nearestTo, shareOf } from './place-on-axis';

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

describe('the point below a thumb', () => {
  // Runs at 0, 10 and 100 seconds: in true time the second lies at a tenth of the axis, squeezed in its middle.
  const at = [0, 10_000, 100_000];

  it('is the nearest in the time that the axis shows', () => {
    expect([0, 0.04, 0.06, 0.5, 0.6, 1].map((share) => nearestTo(at, share, false))).toEqual([0, 0, 1, 1, 2, 2]);
    expect([0, 0.2, 0.3, 0.5, 0.8, 1].map((share) => nearestTo(at, share, true))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('is found again from where it lies', () => {
    for (const isSqueezed of [false, true]) {
      at.forEach((_, point) => expect(nearestTo(at, shareOf(at, point, isSqueezed), isSqueezed)).toBe(point));
    }
  });

  it('of runs in one moment is the last', () => {
    expect(nearestTo([0, 5_000, 5_000, 9_000], 5 / 9, false)).toBe(2);
  });
});
