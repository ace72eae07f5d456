import type { RiskAccountsQuery } from '@ballast/contracts';
import type { HouseColumns } from './house-columns.js';

/** What an account is sorted by; NaN: it has no such figure. */
const FIGURES: Readonly<
  Record<Exclude<RiskAccountsQuery['order'], 'accountId'>, (house: HouseColumns, row: number) => number>
> = {
  equity: ({ equity }, row) => equity[row] as number,
  call: ({ call }, row) => call[row] as number,
  cover: (house, row) => coverOf(house, row) ?? NaN,
  cushion: ({ equity, call }, row) => (equity[row] as number) - (call[row] as number),
  notional: ({ notional }, row) => notional[row] as number,
};

/** Equity over call requirement; null without a requirement. */
export function coverOf({ equity, call }: HouseColumns, row: number): number | null {
  const required = call[row] as number;
  return required > 0 ? (equity[row] as number) / required : null;
}

/**
 * Rows of the house in the order that is asked for. Accounts without a figure, such as cover without a requirement, come last
 * whichever way the list goes; of two with the same figure the first by id comes first.
 */
export function rowsInOrder(
  house: HouseColumns,
  { order, direction }: Pick<RiskAccountsQuery, 'order' | 'direction'>,
): Uint32Array {
  const rows = Uint32Array.from(house.accountIds, (_, row) => row);
  // Columns are in the order of ids already.
  if (order === 'accountId') return direction === 'ascending' ? rows : rows.reverse();
  const sign = direction === 'ascending' ? 1 : -1;
  const keys = Float64Array.from(rows, (row) => {
    const figure = FIGURES[order](house, row);
    return Number.isNaN(figure) ? Infinity : sign * figure;
  });
  return rows.sort((a, b) => {
    const [x, y] = [keys[a] as number, keys[b] as number];
    return x < y ? -1 : x > y ? 1 : a - b;
  });
}
