import type { Instant } from '@ballast/kernel';
import { hashKey, type SeededHash } from '../seeded-hash.js';

/** Outside venues that quote the underlyings. They are made up: real venues' quotes of those days are not at hand. */
export const VENUES = ['atlas', 'boreal', 'cygnus', 'delphi', 'elara'] as const;
export type Venue = (typeof VENUES)[number];

export const VENUE_KEY: Readonly<Record<Venue, number>> = {
  atlas: hashKey('atlas'),
  boreal: hashKey('boreal'),
  cygnus: hashKey('cygnus'),
  delphi: hashKey('delphi'),
  elara: hashKey('elara'),
};

/** What disturbs a venue at a moment. */
export type Disturbance = 'none' | 'outlier' | 'silent';

/** A disturbed stretch of a run: fractions of the run where it begins and how long it may last. */
interface Stretch {
  readonly name: 'outlier' | 'one-silent' | 'all-but-two-silent';
  readonly begin: number;
  readonly fraction: number;
  readonly longestMs: number;
}

const MINUTE = 60_000;
const STRETCHES: readonly Stretch[] = [
  { name: 'outlier', begin: 0.1, fraction: 0.05, longestMs: 30 * MINUTE },
  { name: 'one-silent', begin: 0.5, fraction: 0.1, longestMs: 45 * MINUTE },
  { name: 'all-but-two-silent', begin: 0.8, fraction: 0.08, longestMs: 30 * MINUTE },
];

const VENUE_ORDER = hashKey('order of venues');

/**
 * What disturbs each venue of an underlying at a moment of the run `[from, to]`. Every run has one of each stretch,
 * whatever part of a scenario it covers: an outlier at 10 %, one silent venue at 50 %, all but two silent at 80 %.
 */
export function disturbanceOf(
  draws: SeededHash,
  run: { readonly from: Instant; readonly to: Instant },
  /** Place of the underlying among those of the run: each has another outlier. */
  place: number,
  moment: Instant,
): (venue: Venue) => Disturbance {
  const stretch = STRETCHES.find(({ begin, fraction, longestMs }) => {
    const start = run.from + begin * (run.to - run.from);
    const length = Math.min(fraction * (run.to - run.from), longestMs);
    return moment >= start && moment < start + length;
  });
  if (stretch === undefined) return () => 'none';
  const order = [...VENUES].sort(
    (a, b) => draws.word(VENUE_KEY[a], run.from, VENUE_ORDER) - draws.word(VENUE_KEY[b], run.from, VENUE_ORDER),
  );
  const rank = (venue: Venue): number => order.indexOf(venue);
  switch (stretch.name) {
    case 'outlier':
      return (venue) => (rank(venue) === place % VENUES.length ? 'outlier' : 'none');
    case 'one-silent':
      return (venue) => (rank(venue) === 2 ? 'silent' : 'none');
    case 'all-but-two-silent':
      return (venue) => (rank(venue) >= 2 ? 'silent' : 'none');
  }
}
