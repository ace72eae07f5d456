import { compareText } from '@ballast/kernel';

/** Which part of a list is wanted. */
export interface WantedPart<Key extends string | number> {
  /** What the last item of the part before is known by; null: from the beginning. */
  readonly after: Key | null;
  /** Most items. */
  readonly limit: number;
}

/**
 * Part of a list in the order of what its items are known by. That never changes, so what stands in the list throughout is in exactly one of
 * the parts that are asked for one after another, whatever comes and goes meanwhile.
 */
export const partByName = <Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { after, limit }: WantedPart<string>,
): readonly Item[] =>
  items
    .map((item) => ({ name: nameOf(item), item }))
    .filter(({ name }) => after === null || compareText(name, after) > 0)
    .sort((a, b) => compareText(a.name, b.name))
    .slice(0, limit)
    .map(({ item }) => item);

/** The same of a list that is in the order of positions: not more of it is made than is passed over or told. */
export function partByPosition<Item>(
  items: Iterable<Item>,
  positionOf: (item: Item) => number,
  { after, limit }: WantedPart<number>,
): readonly Item[] {
  const part: Item[] = [];
  for (const item of items) {
    if (part.length >= limit) break;
    if (positionOf(item) > (after ?? 0)) part.push(item);
  }
  return part;
}
