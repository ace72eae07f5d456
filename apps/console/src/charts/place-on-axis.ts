/** Where a point lies on the axis of time charts, as a share of its width. */
export function shareOf(at: readonly number[], index: number, isSqueezed: boolean): number {
  const last = at.length - 1;
  if (last <= 0) return 0;
  if (isSqueezed) return index / last;
  const [from, to] = [at[0] ?? 0, at[last] ?? 0];
  return to === from ? 0 : ((at[index] ?? from) - from) / (to - from);
}

/** The point that lies nearest to a share of the axis; of two at one place the later. */
export function nearestTo(at: readonly number[], share: number, isSqueezed: boolean): number {
  let nearest = 0;
  let least = Infinity;
  for (let index = 0; index < at.length; index += 1) {
    const away = Math.abs(shareOf(at, index, isSqueezed) - share);
    if (away > least) continue;
    least = away;
    nearest = index;
  }
  return nearest;
}

export interface Group<Item> {
  /** Index of the point of its first item. */
  readonly point: number;
  readonly share: number;
  readonly items: readonly Item[];
}

/** Marks that would cover one another become one: those within so many pixels of the first of a group. */
export function grouped<Item extends { readonly point: number }>(
  items: readonly Item[],
  at: readonly number[],
  isSqueezed: boolean,
  width: number,
  apart: number,
): readonly Group<Item>[] {
  const groups: { point: number; share: number; items: Item[] }[] = [];
  for (const item of [...items].sort((a, b) => a.point - b.point)) {
    const share = shareOf(at, item.point, isSqueezed);
    const last = groups.at(-1);
    if (last !== undefined && (share - last.share) * width < apart) last.items.push(item);
    else groups.push({ point: item.point, share, items: [item] });
  }
  return groups;
}
