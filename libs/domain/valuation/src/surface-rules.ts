import { decimal, documentKind, float, readBody, record, whole, type ValueOf } from '@ballast/documents';
import { DAY_MS } from '@ballast/kernel';

const share = float('0', '1');
const search = record({
  /** Evaluations of the loss at most. */
  steps: whole(1, 10_000),
  /** The search ends when the losses of its simplex differ by less, relative. */
  tolerance: float('0', '0.01'),
});
const resistance = record({
  /** Misses beyond this many robust deviations count as if they were there (Huber). */
  huber: float('0.01', '100'),
  /** Misses beyond this many count hardly at all. */
  cut: float('0.01', '1000'),
  /** Of reweighting; 0 trusts every point. */
  rounds: whole(0, 20),
});

const SURFACE_RULES_FORM = record({
  quotes: record({
    /** Live quotes nearer to each other than this hold the mark between them; volatility, 0.05 = 5 points. */
    maxSpreadVolatility: float('0.0001', '1'),
    /** Weight of a strike that nobody holds, to 1 of one that somebody does. */
    weightWithoutInterest: float('0.000001', '1'),
    /** A strike h deviations from the money weighs exp(-this * h^2) of one at the money. */
    distanceDecay: float('0', '10'),
    /** Of a strike however far from the money. */
    leastWeight: float('0.000000000001', '1'),
  }),
  grid: record({
    /** Points that the density is looked at on, and each pair of expiries. */
    points: whole(11, 2_001),
    /** Share of the listed range of log-moneyness that the grid goes beyond it on each side. */
    beyond: float('0', '2'),
    /** Least width of that range. */
    leastWidth: float('0.0001', '1'),
    /** Half the width of the log-moneyness that a smile is looked at over when it is not fitted anew. */
    halfWidth: float('0.01', '5'),
    /** Points at which a repair looks at the expiry before. */
    calendarPoints: whole(3, 2_001),
  }),
  fit: record({
    /** Strikes that a smile of five parameters is fitted to, at least. */
    leastPoints: whole(5, 100),
    /** Near most of the points, whatever the rest: close to a least sum of absolute misses. */
    close: resistance,
    /** Between the points: least squares but for outliers. Its wings are calmer. */
    broad: resistance,
    /** A point beyond the cut weighs this many times less. */
    cutDivisor: whole(1, 1_000_000_000),
    /** No smaller miss is an outlier; volatility. */
    leastDeviation: float('0.0000001', '0.1'),
    /** Most b (1 + |rho|); Lee's bound is 2, and a fit stays clear of it, so that rounding cannot put it across. */
    wingSlope: float('0.1', '2'),
    /** No fitted smile sinks below this share of the least observed variance. */
    leastVarianceShare: float('0.000001', '1'),
    /** From each of the starting points; from the fit before, after a reweighting; and to bring the last one to its digits. */
    first: search,
    again: search,
    last: search,
  }),
  repair: record({
    /** How far inside its gates a repaired slice is to come, so that rounding cannot put it outside. */
    densityRoom: share,
    /** Of volatility. */
    calendarRoom: share,
    wingRoom: share,
    /** Weight of a density below its room, to 1 of a volatility below that of the expiry before. */
    densityWeight: float('0.001', '100'),
    /** Rounds, each with penalties so many times heavier, from 1. */
    rounds: whole(1, 10),
    heavier: whole(2, 10_000),
    /** Least-squares steps of a round. */
    steps: whole(1, 1_000),
  }),
  ssvi: search,
  shift: record({
    /** A smile moved down loses at most this share of its least variance. */
    mostLost: float('0', '0.9999'),
  }),
  jump: record({
    /** Strikes nearest to the forward whose median volatility is held against the last one. */
    strikes: whole(1, 99),
    /** Above the last one times 1 + this, or below it divided by as much, it is not believed. */
    band: float('0.1', '100'),
    /** For so long; then it is, if it stayed there. */
    holdMs: whole(1, 7 * DAY_MS),
    /**
     * By parity C - P falls by 1 for each 1 of strike. Quotes near the money by which it falls by more than 1 + this, or by less than 1
     * divided by as much, contradict each other and make no smile.
     */
    parityBand: decimal('0.01', '100'),
  }),
  marks: record({
    /** Share of a tick by which a mark may leave its quotes, less than 1: rounding cannot put it beyond. */
    tickShare: share,
    /** Fraction of the forward by which rounding may turn two equal marks over. */
    verticalTolerance: float('0', '0.0001'),
  }),
});

/** What a surface is fitted and published by: the `surface-rules` document. */
export type SurfaceRules = ValueOf<typeof SURFACE_RULES_FORM>;
/** How much a fit minds the points it misses. */
export type Resistance = ValueOf<typeof resistance>;
export type SearchRules = ValueOf<typeof search>;

/** The `surface-rules` document. Sources of its figures: docs/spec/pricing.md CLR-PRC-070. */
export const SURFACE_RULES = documentKind('surface-rules', (body) =>
  readBody(body, SURFACE_RULES_FORM, ({ fit: { close, broad } }) =>
    [
      close.huber > close.cut ? 'fit.close.huber: write no more than fit.close.cut' : '',
      broad.huber > broad.cut ? 'fit.broad.huber: write no more than fit.broad.cut' : '',
    ].filter((defect) => defect !== ''),
  ),
);
