/** Points of a stretch that may be kept beside its first: where the cushion and equity are least and greatest. */
const KEPT_OF_STRETCH = 5;

export interface Measured {
  /** What is looked at for least and greatest; geometry only, so float64. */
  readonly equity: readonly number[];
  /** Equity less the call level. */
  readonly cushion: readonly number[];
  /** True where a point differs in kind from the one before: never left out while there is room. */
  readonly turned: readonly boolean[];
}

/**
 * Which of the points `from` to `to` (exclusive) are drawn when at most so many may be: the first and last of all, every turn,
 * and of each stretch the first, and where equity and cushion are least and greatest. Ascending, no point twice.
 */
export function decimated({ equity, cushion, turned }: Measured, from: number, to: number, most: number): number[] {
  const size = Math.max(0, to - from);
  if (size <= most) return Array.from({ length: size }, (_, each) => from + each);
  const kept = new Set<number>([from, to - 1]);
  // A turn and the point before it: that is where a step stands.
  for (let each = from; each < to && kept.size + 2 <= most / 2; each += 1) {
    if (turned[each] !== true) continue;
    if (each > from) kept.add(each - 1);
    kept.add(each);
  }
  const stretches = Math.max(1, Math.floor((most - kept.size) / KEPT_OF_STRETCH));
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const start = from + Math.floor((stretch * size) / stretches);
    const end = from + Math.floor(((stretch + 1) * size) / stretches);
    let [leastEquity, mostEquity, leastCushion, mostCushion] = [start, start, start, start];
    for (let each = start; each < end; each += 1) {
      if (at(equity, each) < at(equity, leastEquity)) leastEquity = each;
      if (at(equity, each) > at(equity, mostEquity)) mostEquity = each;
      if (at(cushion, each) < at(cushion, leastCushion)) leastCushion = each;
      if (at(cushion, each) > at(cushion, mostCushion)) mostCushion = each;
    }
    for (const each of [start, leastEquity, mostEquity, leastCushion, mostCushion]) kept.add(each);
  }
  return [...kept].sort((a, b) => a - b);
}

const at = (values: readonly number[], index: number): number => values[index] ?? 0;
