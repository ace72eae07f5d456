import { dec, maxOf, minOf, text, type Instant } from '@ballast/kernel';
import { endOf, type Bar } from './scenario.js';

interface Piece {
  readonly from: Instant;
  readonly to: Instant;
  readonly before: Bar | undefined;
  readonly after: Bar | undefined;
}

/** Parts of a coarse bar that the finer bars inside its span leave open. */
function openPieces(bar: Bar, finer: readonly Bar[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let covered = bar.start;
  let before: Bar | undefined;
  for (const fine of finer) {
    if (fine.start > covered) pieces.push({ from: covered, to: fine.start, before, after: fine });
    covered = Math.max(covered, endOf(fine));
    before = fine;
  }
  if (covered < endOf(bar)) pieces.push({ from: covered, to: endOf(bar), before, after: undefined });
  return pieces;
}

/**
 * What a coarse bar still says where finer bars cover only a part of it. Each open piece runs from the finer close
 * before it to the finer open after it; an extreme that the finer bars did not reach lies in the longest piece.
 */
function remainder(bar: Bar, finer: readonly Bar[]): readonly Bar[] {
  if (finer.length === 0) return [bar];
  const pieces = openPieces(bar, finer);
  const longest = pieces.reduce((most, next) => (next.to - next.from > most.to - most.from ? next : most), pieces[0]!);
  const reachedHigh = maxOf(...(finer.map(({ high }) => dec(high)) as [ReturnType<typeof dec>]));
  const reachedLow = minOf(...(finer.map(({ low }) => dec(low)) as [ReturnType<typeof dec>]));
  return pieces.map((piece) => {
    const open = piece.before?.close ?? bar.open;
    const close = piece.after?.open ?? bar.close;
    const high = maxOf(dec(open), dec(close));
    const low = minOf(dec(open), dec(close));
    const takesHigh = piece === longest && reachedHigh.lt(bar.high);
    const takesLow = piece === longest && reachedLow.gt(bar.low);
    return {
      start: piece.from,
      durationMs: piece.to - piece.from,
      open,
      high: text(takesHigh ? maxOf(high, dec(bar.high)) : high),
      low: text(takesLow ? minOf(low, dec(bar.low)) : low),
      close,
    };
  });
}

/** Bars of `sorted` that begin inside `[from, to)`; `cursor` only moves forward over the calls. */
function* spans(coarse: readonly Bar[], sorted: readonly Bar[]): Generator<readonly [Bar, readonly Bar[]]> {
  let next = 0;
  for (const bar of coarse) {
    while (next < sorted.length && endOf(sorted[next]!) <= bar.start) next += 1;
    const inside: Bar[] = [];
    for (let i = next; i < sorted.length && sorted[i]!.start < endOf(bar); i++) inside.push(sorted[i]!);
    yield [bar, inside];
  }
}

/**
 * One ordered series out of several files of an underlying: where they overlap, the finer wins. Each series is
 * ordered, without overlap and of one bar length.
 */
export function mergeBars(series: readonly (readonly Bar[])[]): readonly Bar[] {
  const finestFirst = series.filter((bars) => bars.length > 0).sort((a, b) => a[0]!.durationMs - b[0]!.durationMs);
  let merged: readonly Bar[] = [];
  for (const coarse of finestFirst) {
    const added: Bar[] = [];
    for (const [bar, finer] of spans(coarse, merged)) added.push(...remainder(bar, finer));
    merged = [...merged, ...added].sort((a, b) => a.start - b.start);
  }
  return merged;
}
