/** Which part of a list is wanted whose newest item comes first. */
export interface WantedBefore {
  /** Position of the last item of the page before; null: from the newest on. */
  readonly after: number | null;
  readonly limit: number;
}

interface Placed {
  readonly position: number;
}

/**
 * A page of what a partition told, newest first.
 * @param told in the order of positions
 */
export function newestFirst<Item extends Placed>(
  told: readonly Item[],
  { after, limit }: WantedBefore,
): { items: Item[]; next: string | null } {
  const end = after === null ? told.length : countBelow(told, after);
  const start = Math.max(0, end - limit);
  const items = told.slice(start, end).reverse();
  return { items, next: start > 0 ? String(items.at(-1)?.position) : null };
}

/** How many items stand below a position. */
function countBelow(told: readonly Placed[], position: number): number {
  let [low, high] = [0, told.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((told[middle]?.position ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
