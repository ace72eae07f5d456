/** A point in steps of the grid: 0 is the middle of the first column or row. */
export interface GridPoint {
  readonly column: number;
  readonly row: number;
}

export type Segment = readonly [GridPoint, GridPoint];

/**
 * Where values on a grid are zero, straight between neighbours: a segment or two for every square of four values. Squares with
 * a value that is not known have none.
 * @param values rows of columns
 */
export function zeroLine(values: readonly (readonly (number | null)[])[]): readonly Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row + 1 < values.length; row += 1) {
    for (let column = 0; column + 1 < (values[row]?.length ?? 0); column += 1) {
      const corners = [
        { column, row },
        { column: column + 1, row },
        { column: column + 1, row: row + 1 },
        { column, row: row + 1 },
      ];
      const crossings = corners.flatMap((from, each) => {
        const to = corners[(each + 1) % 4] as GridPoint;
        const crossing = zeroBetween(from, to, values);
        return crossing === undefined ? [] : [crossing];
      });
      for (let each = 0; each + 1 < crossings.length; each += 2) {
        segments.push([crossings[each] as GridPoint, crossings[each + 1] as GridPoint]);
      }
    }
  }
  return segments;
}

function zeroBetween(
  from: GridPoint,
  to: GridPoint,
  values: readonly (readonly (number | null)[])[],
): GridPoint | undefined {
  const [a, b] = [values[from.row]?.[from.column] ?? null, values[to.row]?.[to.column] ?? null];
  if (a === null || b === null || a < 0 === b < 0) return undefined;
  const share = a / (a - b);
  return { column: from.column + share * (to.column - from.column), row: from.row + share * (to.row - from.row) };
}
