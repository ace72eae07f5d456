import { partByName, type WantedPart } from '@ballast/services';
import { Problem } from './problem.js';

/** A list is asked for one item more than fits on the page: so it is known whether there is another. */
export function cutPage<Item>(
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string | number,
): { readonly items: Item[]; readonly next: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? String(keyOf(last)) : null };
}

interface AskedPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** What a list in the order of names is asked for. */
export const byName = ({ after, limit }: AskedPage): WantedPart<string> => ({ after: after ?? null, limit });

/** What a list in the order of positions is asked for. */
export const byPosition = ({ after, limit }: AskedPage): WantedPart<number> => ({
  after: after === undefined ? null : Number(after),
  limit,
});

/** A page of a list at hand, in the order of names. */
export const pageByName = <Item>(items: readonly Item[], nameOf: (item: Item) => string, wanted: WantedPart<string>) =>
  cutPage(partByName(items, nameOf, { ...wanted, limit: wanted.limit + 1 }), wanted.limit, nameOf);

/** What is answered to an `after` that no page of a list has told. */
export const noPlace = (list: string): Problem =>
  new Problem('request-malformed', `after is no place in ${list}`, [
    { field: 'after', message: `is no place in ${list}`, remedy: 'write the `next` of the page before' },
  ]);
