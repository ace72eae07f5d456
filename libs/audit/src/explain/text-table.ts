/**
 * Rows for a terminal: each column as wide as its widest cell needs, none padded at the end of a line.
 * @param rightAligned columns of amounts, which end in one line
 */
export function textTable(
  rows: readonly (readonly string[])[],
  rightAligned: (column: number) => boolean,
): readonly string[] {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const padded = (cell: string, column: number): string =>
    rightAligned(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd());
}

/** A number of things in words: `1 slice`, `2 slices`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;
