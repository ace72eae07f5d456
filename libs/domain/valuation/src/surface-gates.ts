import type { Settlement } from '@ballast/instruments';
import type { SsviSlice } from './ssvi.js';
import { ssviConditions } from './ssvi.js';
import { type SviSlice, sviDensity, sviLeastVariance, sviVariance, sviWingSlope } from './svi.js';

/** What stands between a fit and its publication. */
export type SurfaceGate =
  | 'positive-variance'
  | 'butterfly'
  | 'wing-slope'
  | 'calendar'
  | 'ssvi-conditions'
  | 'vertical-spread'
  | 'put-call-parity'
  | 'mark-within-quotes';

export interface GateResult {
  readonly gate: SurfaceGate;
  readonly passed: boolean;
  /** Room left in the gate's own unit; negative is how far it is missed. */
  readonly room: number;
  /** Where the least room is: log-moneyness for the smile's gates, strike for the marks'. */
  readonly at: number;
}

/** Evenly spaced points over [from, to], both ends among them. */
export function gridOver(from: number, to: number, points: number): Float64Array {
  return Float64Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
}

/** The range of log-moneyness that an expiry lists, widened by a share of it on each side. */
export interface MoneynessRange {
  readonly from: number;
  readonly to: number;
}

/** Where both of two ranges are. Empty when they do not meet. */
export function overlap(p: MoneynessRange, q: MoneynessRange): MoneynessRange {
  return { from: Math.max(p.from, q.from), to: Math.min(p.to, q.to) };
}

/** Least of a function on a grid; NaN counts as the least there can be. */
function leastOn(grid: Float64Array, f: (k: number) => number): { room: number; at: number } {
  let room = Infinity;
  let at = 0;
  for (const k of grid) {
    const value = f(k);
    if (value < room || Number.isNaN(value)) {
      room = Number.isNaN(value) ? -Infinity : value;
      at = k;
    }
  }
  return { room, at };
}

/** The gates of one smile: variance above zero, g(k) >= 0 on the grid, wings no steeper than 2. */
export function smileGates(slice: SviSlice, grid: Float64Array, ssvi?: SsviSlice): GateResult[] {
  const variance = sviLeastVariance(slice);
  const density = leastOn(grid, (k) => sviDensity(slice, k));
  const slope = 2 - sviWingSlope(slice);
  const results: GateResult[] = [
    { gate: 'positive-variance', passed: variance > 0, room: variance, at: slice.m },
    { gate: 'butterfly', passed: density.room >= 0, ...density },
    { gate: 'wing-slope', passed: slope >= 0, room: slope, at: slice.rho > 0 ? Infinity : -Infinity },
  ];
  if (ssvi) {
    const { slope: wing, curvature } = ssviConditions(ssvi);
    const room = Math.min(4 - wing, 4 - curvature);
    results.push({ gate: 'ssvi-conditions', passed: wing < 4 && curvature <= 4, room, at: 0 });
  }
  return results;
}

/** w(k, T2) >= w(k, T1) wherever both expiries are listed. */
export function calendarGate(earlier: SviSlice, later: SviSlice, grid: Float64Array): GateResult {
  const least = leastOn(grid, (k) => sviVariance(later, k) - sviVariance(earlier, k));
  if (grid.length === 0) return { gate: 'calendar', passed: true, room: 0, at: 0 };
  return { gate: 'calendar', passed: least.room >= 0, ...least };
}

/** The marks of one strike, in the chain's unit. */
export interface StrikeMarks {
  readonly strike: number;
  readonly call: number;
  readonly put: number;
}

/**
 * Calls do not rise and puts do not fall with the strike, by no more than the strike itself, to `tolerance`.
 * Coin-settled marks are compared in quote units, times the forward.
 */
export function verticalGate(marks: readonly StrikeMarks[], unit: number, tolerance: number): GateResult {
  let room = Infinity;
  let at = 0;
  for (let i = 1; i < marks.length; i++) {
    const lower = marks[i - 1] as StrikeMarks;
    const upper = marks[i] as StrikeMarks;
    const step = upper.strike - lower.strike;
    const callFall = (lower.call - upper.call) * unit;
    const putRise = (upper.put - lower.put) * unit;
    const least = Math.min(callFall, putRise, step - callFall, step - putRise);
    if (least < room) {
      room = least;
      at = upper.strike;
    }
  }
  return { gate: 'vertical-spread', passed: room >= -tolerance, room: marks.length > 1 ? room : 0, at };
}

/** C - P = F - K to a tick; coin-settled c - p = 1 - K / F. */
export function parityGate(
  marks: readonly StrikeMarks[],
  settlement: Settlement,
  forward: number,
  tick: number,
): GateResult {
  let room = tick;
  let at = 0;
  for (const { strike, call, put } of marks) {
    const parity = settlement === 'inverse' ? 1 - strike / forward : forward - strike;
    const left = tick - Math.abs(call - put - parity);
    if (!(left >= room)) {
      room = left;
      at = strike;
    }
  }
  return { gate: 'put-call-parity', passed: room >= 0, room, at };
}

/** A mark and the live narrow quotes it must lie between. */
export interface QuotedMark {
  readonly strike: number;
  readonly mark: number;
  readonly bid: number;
  readonly ask: number;
}

/** Bid <= mark <= ask, to a tick. */
export function quotesGate(marks: readonly QuotedMark[], tick: number): GateResult {
  let room = tick;
  let at = 0;
  for (const { strike, mark, bid, ask } of marks) {
    const left = tick + Math.min(mark - bid, ask - mark);
    if (!(left >= room)) {
      room = left;
      at = strike;
    }
  }
  return { gate: 'mark-within-quotes', passed: room >= 0, room, at };
}
