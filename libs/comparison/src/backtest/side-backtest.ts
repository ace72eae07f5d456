import type { Instant } from '@ballast/kernel';
import { coverageOf, type Coverage } from '../statistics/coverage.js';

/** A move of so much within one horizon makes the next one hot. */
const HOT_MOVE = 0.02;

/** What was asked at a moment, and the price. */
export interface Observation {
  readonly at: Instant;
  readonly price: number;
  readonly long: number;
  readonly short: number;
}

/** One side: losses of a horizon against the maintenance at its start. */
export interface SideBacktest extends Coverage {
  /** Mean and largest loss beyond the requirement, fraction of the notional; 0 without a breach. */
  readonly meanExcess: number;
  readonly largestExcess: number;
  /** Observations after a move of 2 % or more within one horizon, and breaches among them. */
  readonly hot: number;
  readonly hotBreaches: number;
}

/** @param lossOf loss of the side by the move of the price, fractions */
export function sideOf(
  observations: readonly Observation[],
  lossOf: (move: number) => number,
  side: 'long' | 'short',
  probability: number,
): SideBacktest {
  const moves = observations.slice(1).map(({ price }, index) => price / (observations[index] as Observation).price - 1);
  const excesses = moves.map((move, index) => lossOf(move) - (observations[index] as Observation)[side]);
  const breached = excesses.map((excess) => excess > 0);
  const beyond = excesses.filter((excess) => excess > 0);
  const hot = moves.map((_, index) => index > 0 && Math.abs(moves[index - 1] as number) >= HOT_MOVE);
  return {
    ...coverageOf(breached, probability),
    meanExcess: beyond.length === 0 ? 0 : beyond.reduce((total, excess) => total + excess, 0) / beyond.length,
    largestExcess: Math.max(0, ...beyond),
    hot: hot.filter(Boolean).length,
    hotBreaches: hot.filter((isHot, index) => isHot && breached[index]).length,
  };
}
