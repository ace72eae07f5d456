import type { EventView } from '@ballast/contracts';

type Node = EventView['causes'][number];

export interface Placed {
  readonly node: Node;
  readonly depth: number;
  /** Row of what it followed from, or of what read it; -1 for a root. */
  readonly parent: number;
}

/** Puts each node behind what it followed from, one deeper, and what a price set read in line with the set. */
export function placed(nodes: readonly Node[]): readonly Placed[] {
  const rows = new Map(nodes.map(({ place }, row) => [place, row]));
  const depths: number[] = [];
  const followed = nodes.map((node, row): Placed => {
    const parent = node.readBy !== null || node.cause === null ? -1 : (rows.get(node.cause) ?? -1);
    const isBefore = parent >= 0 && parent < row;
    const depth = isBefore ? (depths[parent] ?? 0) + 1 : 0;
    depths.push(depth);
    return { node, depth, parent: isBefore ? parent : -1 };
  });
  return followed.map(({ node, ...placed }): Placed => {
    const reader = node.readBy === null ? undefined : rows.get(node.readBy);
    return reader === undefined ? { node, ...placed } : { node, depth: depths[reader] ?? 0, parent: reader };
  });
}
