import { zeroLine } from './contour.js';

describe('the line on which values of a grid are zero', () => {
  it('lies straight between neighbours of other signs', () => {
    expect(
      zeroLine([
        [-1, 3],
        [-1, 1],
      ]),
    ).toEqual([
      [
        { column: 0.25, row: 0 },
        { column: 0.5, row: 1 },
      ],
    ]);
  });

  it('is nowhere when nothing changes its sign, or a corner is not known', () => {
    expect(
      zeroLine([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([]);
    expect(
      zeroLine([
        [null, 2],
        [-3, null],
      ]),
    ).toEqual([]);
  });

  it('goes on from square to square without a gap', () => {
    const values = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => column - 0.5 - row * 0.9));
    const ends = zeroLine(values).map(([from, to]) => [from, to].sort((a, b) => a.row - b.row));
    expect(ends.length).toBeGreaterThanOrEqual(2);
    const rows = ends.flatMap(([from, to]) => [from?.row, to?.row]);
    expect(Math.min(...(rows as number[]))).toBe(0);
    expect(Math.max(...(rows as number[]))).toBe(2);
  });

  it('has two pieces in a saddle', () => {
    expect(
      zeroLine([
        [1, -1],
        [-1, 1],
      ]),
    ).toHaveLength(2);
  });
});
