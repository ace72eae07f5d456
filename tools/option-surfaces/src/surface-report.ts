import { evolveRules, noRules } from '@ballast/documents';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { isoOf } from '@ballast/kernel';
import {
  type ExpirySurface,
  SURFACE_RULES,
  type Surface,
  fitSurface,
  logDistance,
  sviVolatility,
} from '@ballast/valuation';
import type { Snapshot } from './deribit-snapshots.js';

/** What one chain's fit came to. */
export interface SnapshotFigures {
  readonly at: string;
  readonly underlying: string;
  readonly expiries: number;
  readonly live: number;
  readonly degraded: number;
  readonly missing: number;
  /** Expiries published as a repaired fit or as a slice of SSVI. */
  readonly repaired: number;
  readonly ssvi: number;
  /** `27FEB26 svi: calendar` for every form that was tried and not published. */
  readonly rejected: readonly string[];
  /** Gates the published surface does not pass (DEGRADED only), `expiry: gate`. */
  readonly failed: readonly string[];
  /** |smile - venue's mark volatility| in vol points, of instruments with open interest. */
  readonly smileErrors: readonly number[];
  /** The same of the published mark volatility, which live quotes may hold off the smile. */
  readonly markErrors: readonly number[];
  /** Greatest |c - p - (1 - K/F)| of the published marks, coin. */
  readonly parity: number;
  /** Processor time of the fit, which other work on the machine does not lengthen as it does the clock's. */
  readonly fitMs: number;
}

const rules = noRules();
evolveRules.DocumentsEstablished(rules, genesisOf(readHouseDocuments(), 'pricing'));
const BUNDLED_SURFACE_RULES = SURFACE_RULES.inForce(rules);

const nameOf = ({ expiry }: ExpirySurface): string => isoOf(expiry).slice(0, 10);

function errorsOf({ expiries }: Surface, { venueVolatility, held }: Snapshot) {
  const smile: number[] = [];
  const marks: number[] = [];
  for (const { slice, timeYears, forward, marks: published } of expiries) {
    for (const { instrument, strike, volatility } of published) {
      const venue = venueVolatility.get(instrument) as number;
      if (!slice || !held.has(instrument) || !(venue > 0)) continue;
      const k = strike < forward ? -logDistance(strike, forward) : logDistance(forward, strike);
      smile.push(100 * Math.abs(sviVolatility(slice, timeYears, k) - venue));
      marks.push(100 * Math.abs(volatility - venue));
    }
  }
  return { smile, marks };
}

/** Greatest distance of the published marks from put-call parity, coin. */
function parityOf({ expiries }: Surface): number {
  let worst = 0;
  for (const { marks, forward } of expiries) {
    const puts = new Map(marks.filter(({ type }) => type === 'put').map(({ strike, mark }) => [strike, mark]));
    for (const { type, strike, mark } of marks) {
      const put = puts.get(strike);
      if (type === 'call' && put !== undefined) worst = Math.max(worst, Math.abs(mark - put - (1 - strike / forward)));
    }
  }
  return worst;
}

/** Fits one snapshot; `previous` is the surface published before it. */
export function fitSnapshot(snapshot: Snapshot, previous?: Surface): { surface: Surface; figures: SnapshotFigures } {
  const start = process.cpuUsage();
  const surface = fitSurface(snapshot.chain, TICK, BUNDLED_SURFACE_RULES, previous);
  const fitMs = process.cpuUsage(start).user / 1_000;
  const { smile, marks } = errorsOf(surface, snapshot);
  const { expiries } = surface;
  const count = (test: (expiry: ExpirySurface) => boolean) => expiries.filter(test).length;
  return {
    surface,
    figures: {
      at: isoOf(surface.asOf).slice(0, 16),
      underlying: surface.underlying,
      expiries: expiries.length,
      live: count(({ status }) => status === 'LIVE'),
      degraded: count(({ status }) => status === 'DEGRADED'),
      missing: count(({ status }) => status === 'MISSING'),
      repaired: count(({ form }) => form === 'svi-repaired'),
      ssvi: count(({ form }) => form === 'ssvi'),
      rejected: expiries.flatMap((expiry) =>
        expiry.rejected.map(({ form, failed }) => `${nameOf(expiry)} ${form}: ${failed.join(', ')}`),
      ),
      failed: expiries.flatMap((expiry) =>
        expiry.gates.filter(({ passed }) => !passed).map(({ gate }) => `${nameOf(expiry)}: ${gate}`),
      ),
      smileErrors: smile,
      markErrors: marks,
      parity: parityOf(surface),
      fitMs,
    },
  };
}

/** The value below which a share of the figures lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((p, q) => p - q);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Deribit's tick, coin. */
export const TICK = 0.0001;
/** Vol points that the median miss may have. */
const MOST_MEDIAN_ERROR = 0.5;

const column = (value: string | number, width: number) => String(value).padStart(width);

export const HEADER =
  'snapshot         coin expiries live repaired ssvi degraded missing  median error, vol pts (smile / mark)  parity, ticks  fit, CPU ms';

export function lineOf(f: SnapshotFigures): string {
  const errors = `${quantile(f.smileErrors, 0.5).toFixed(3)} / ${quantile(f.markErrors, 0.5).toFixed(3)}`;
  const counts = [f.expiries, f.live, f.repaired, f.ssvi, f.degraded, f.missing];
  const widths = [8, 5, 9, 5, 9, 8];
  const head = `${f.at} ${f.underlying.padEnd(4)}`;
  return (
    head +
    counts.map((figure, i) => column(figure, widths[i] as number)).join('') +
    column(errors, 38) +
    column((f.parity / TICK).toExponential(1), 15) +
    column(f.fitMs.toFixed(1), 13)
  );
}

/** Median miss of every collection time, all currencies together, greatest first. */
export function snapshotMedians(all: readonly SnapshotFigures[]): readonly { at: string; median: number }[] {
  const times = [...new Set(all.map(({ at }) => at))];
  return times
    .map((at) => ({
      at,
      median: quantile(
        all.filter((f) => f.at === at).flatMap(({ smileErrors }) => smileErrors),
        0.5,
      ),
    }))
    .sort((p, q) => q.median - p.median);
}

/** The totals, and whether they are what a surface has to reach. */
export function totalsOf(all: readonly SnapshotFigures[]): {
  readonly lines: readonly string[];
  readonly passed: boolean;
} {
  const sum = (of: (f: SnapshotFigures) => number) => all.reduce((total, f) => total + of(f), 0);
  const smile = all.flatMap(({ smileErrors }) => smileErrors);
  const marks = all.flatMap(({ markErrors }) => markErrors);
  const snapshots = snapshotMedians(all);
  const over = snapshots.filter(({ median }) => !(median <= MOST_MEDIAN_ERROR));
  const chains = [...all].sort((p, q) => quantile(q.smileErrors, 0.5) - quantile(p.smileErrors, 0.5));
  const [worst] = chains as [SnapshotFigures];
  const times = all.map(({ fitMs }) => fitMs);
  const parity = Math.max(...all.map((f) => f.parity));
  const median = quantile(smile, 0.5);
  const passed = median <= MOST_MEDIAN_ERROR && parity <= TICK;
  return {
    passed,
    lines: [
      `${snapshots.length} snapshots, ${all.length} chains, ${sum((f) => f.expiries)} expiries: ` +
        `${sum((f) => f.live)} passed all gates (${sum((f) => f.repaired)} after repair, ${sum((f) => f.ssvi)} as SSVI), ` +
        `${sum((f) => f.degraded)} degraded, ${sum((f) => f.missing)} missing`,
      `error against the venue's mark volatility, ${smile.length} instruments with open interest, vol points: ` +
        `median ${median.toFixed(3)}, 90 % ${quantile(smile, 0.9).toFixed(3)} (published marks: median ` +
        `${quantile(marks, 0.5).toFixed(3)})`,
      `median of each snapshot: ${snapshots.length - over.length} of ${snapshots.length} within ${MOST_MEDIAN_ERROR}` +
        over.map(({ at, median }) => `, not ${at} (${median.toFixed(3)})`).join('') +
        `; worst chain ${worst.at} ${worst.underlying} (${quantile(worst.smileErrors, 0.5).toFixed(3)})`,
      `put-call parity of published marks: greatest miss ${(parity / TICK).toExponential(1)} ticks`,
      `fit of a whole chain, processor time: median ${quantile(times, 0.5).toFixed(1)} ms, 95 % ${quantile(times, 0.95).toFixed(1)} ms`,
      passed
        ? 'passed'
        : `failed: the median error is to be <= ${MOST_MEDIAN_ERROR} vol points and parity within a tick`,
    ],
  };
}
