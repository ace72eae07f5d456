/** What a figure is held against. Everything it is compared with was measured in the same run. */
export interface Reference {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
}

/** What we aim at: a limit on the figure itself, or on its quotient by the reference. */
export interface Bound {
  readonly of: 'value' | 'p99' | 'ratio';
  readonly kind: 'at least' | 'at most';
  readonly limit: number;
}

export type Unit = 'events/s' | 'decisions/s' | 'ms' | 's' | 'bytes' | 'GFLOP/s';

export interface Figure {
  readonly part: string;
  readonly what: string;
  /** The median where there is a distribution. */
  readonly value: number;
  readonly p99: number | null;
  readonly unit: Unit;
  readonly reference: Reference | null;
  /** value / reference. */
  readonly ratio: number | null;
  readonly bound: Bound | null;
  readonly met: boolean | null;
  /** Samples, sizes, and what else one must know to read the figure. */
  readonly note: string;
}

export interface FigureDraft extends Pick<Figure, 'part' | 'what' | 'value' | 'unit' | 'note'> {
  readonly p99?: number;
  readonly reference?: Reference;
  /** Default: value / reference. Given when it is the median of several rounds. */
  readonly ratio?: number;
  readonly bound?: Bound;
}

/** Completes a figure: its ratio, and whether it keeps its bound. */
export function figure(draft: FigureDraft): Figure {
  const { part, what, value, unit, note } = draft;
  const p99 = draft.p99 ?? null;
  const reference = draft.reference ?? null;
  const bound = draft.bound ?? null;
  const ratio = draft.ratio ?? (reference === null ? null : value / reference.value);
  return { part, what, value, p99, unit, reference, ratio, bound, met: isMet(bound, { value, p99, ratio }), note };
}

function isMet(bound: Bound | null, of: Pick<Figure, 'value' | 'p99' | 'ratio'>): boolean | null {
  if (bound === null) return null;
  const held = of[bound.of];
  if (held === null) return null;
  return bound.kind === 'at least' ? held >= bound.limit : held <= bound.limit;
}
