import type { EventView } from '@ballast/contracts';

type Node = EventView['causes'][number];

export interface Placed {
  readonly node: Node;
  readonly depth: number;
  /** Row of what it followed from; -1 for a root. */
  readonly parent: number;
}

/** Puts each node behind what it followed from, one deeper; what a price set read stands one deeper than the set. */
export function placed(nodes: readonly Node[]): readonly Placed[] {
  const rows = new Map(nodes.map(({ place }, row) => [place, row]));
  const depths: number[] = [];
  return nodes.map((node, row): Placed => {
    const asked = node.readBy === null ? node.cause : null;
    const parent = asked === null ? -1 : (rows.get(asked) ?? -1);
    const isBefore = parent >= 0 && parent < row;
    const depth = isBefore ? (depths[parent] ?? 0) + 1 : 0;
    depths.push(depth);
    return { node, depth, parent: isBefore ? parent : -1 };
  });
}
