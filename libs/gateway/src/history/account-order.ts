import type { RiskAccountsQuery } from '@ballast/contracts';
import { compareText } from '@ballast/kernel';
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

type Order = Pick<RiskAccountsQuery, 'order' | 'direction'>;

/** A place in an order: an account with the figure it had, which is null where it has none, and in the order of ids. */
export interface PlaceInOrder {
  readonly figure: number | null;
  readonly accountId: string;
}

/** Place of a row. */
export function placeOf(house: HouseColumns, order: Order['order'], row: number): PlaceInOrder {
  const figure = order === 'accountId' ? NaN : FIGURES[order](house, row);
  return { figure: Number.isNaN(figure) ? null : figure, accountId: house.accountIds[row] as string };
}

/**
 * Whether one place comes behind another. Accounts without a figure, such as cover without a requirement, come last whichever way the
 * list goes; of two with the same figure the first by id comes first.
 */
export function isBehind(place: PlaceInOrder, other: PlaceInOrder, { order, direction }: Order): boolean {
  const sign = direction === 'ascending' ? 1 : -1;
  if (order === 'accountId') return sign * compareText(place.accountId, other.accountId) > 0;
  const [own, others] = [place, other].map(({ figure }) => (figure === null ? Infinity : sign * figure)) as [
    number,
    number,
  ];
  return own === others ? compareText(place.accountId, other.accountId) > 0 : own > others;
}

/**
 * Rows of the house in the order that is asked for.
 * @see isBehind
 */
export function rowsInOrder(house: HouseColumns, { order, direction }: Order): Uint32Array {
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
