import type { SourceState } from '@ballast/facts';
import { SECOND_MS, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingRules, SourceRules } from '../rules/pricing-rules.js';

/** A source of an index as its quotes and the price sets so far show it. */
export interface SourceRecord {
  /** Null until the first judgement. */
  state: SourceState | null;
  /** Middle of the last quote; null when that quote was malformed. */
  mid: DecimalString | null;
  /** What is wrong with the last quote. */
  fault: 'crossed' | 'malformed' | null;
  /** When the source quoted last. */
  at: Instant;
  /** Good quotes in a row since the last bad one, and since the source was last put out. */
  goodQuotes: number;
  /** First of the price sets in a row that clamped the source. */
  clampedSince: Instant | null;
  /** Last of them. */
  clampedUntil: Instant | null;
  /** Price sets in a row that took the source as it was. */
  unclampedSets: number;
}

export interface Verdict {
  readonly state: SourceState;
  readonly reason: string;
}

const seconds = (ms: number): string => `${ms / SECOND_MS} s`;

/**
 * Judges a source at a price set: EXCLUDED by rule, else STALE by age, else CROSSED by its last quote, else LIVE or
 * OUTLIER. A source that was out comes back after `rejoinAfter` good quotes in a row, so that one good quote between
 * bad ones doesn't move the index; a new source is LIVE at once.
 *
 * @returns the state it has now; the reason says why if that is another state than before
 */
export function judgeSource(source: SourceRecord, asOf: Instant, own: SourceRules, rules: PricingRules): Verdict {
  const { rejoinAfter, outlierAfterMs } = rules.index;
  if (own.excludedBecause !== null) {
    return { state: 'EXCLUDED', reason: `excluded by rule: ${own.excludedBecause}` };
  }
  if (asOf - source.at > own.staleAfterMs) {
    return { state: 'STALE', reason: `last quote older than ${seconds(own.staleAfterMs)}` };
  }
  if (source.fault !== null) {
    return { state: 'CROSSED', reason: source.fault === 'crossed' ? 'bid at or above ask' : 'quote malformed' };
  }
  switch (source.state) {
    case null:
      return { state: 'LIVE', reason: 'first quote' };
    case 'LIVE':
      return clampedMs(source) > outlierAfterMs
        ? { state: 'OUTLIER', reason: `clamped for more than ${seconds(outlierAfterMs)}` }
        : { state: 'LIVE', reason: '' };
    case 'OUTLIER':
      return source.unclampedSets >= rejoinAfter
        ? { state: 'LIVE', reason: `${rejoinAfter} price sets without clamp` }
        : { state: 'OUTLIER', reason: '' };
    case 'STALE':
    case 'CROSSED':
    case 'EXCLUDED':
      return source.goodQuotes >= rejoinAfter
        ? { state: 'LIVE', reason: `${rejoinAfter} good quotes in a row` }
        : { state: source.state, reason: '' };
  }
}

function clampedMs({ clampedSince, clampedUntil }: SourceRecord): number {
  return clampedSince === null || clampedUntil === null ? 0 : clampedUntil - clampedSince;
}
