import { type Decimal, maxOf, ZERO } from '@ballast/kernel';
import type { MarginLevels } from './margin-levels.js';

/** What is moved between the margin account of a market and the general account of its owner. */
export interface LadderTransition {
  readonly action: 'topup' | 'release' | 'none';
  /** Units of the settlement asset, not negative. */
  readonly amount: Decimal;
  /** Top-up: without this much the account stays below maintenance and is closed out. */
  readonly minAmount: Decimal;
}

/**
 * What the ladder asks for: a margin account below search is topped up to initial; one at or above release is released down
 * to initial, but never in auction; between the two it is left alone, so small moves of the price move no money.
 */
export function ladderTransition(
  marginBalance: Decimal,
  { maintenance, search, initial, release }: MarginLevels,
  inAuction: boolean,
): LadderTransition {
  if (marginBalance.lt(search)) {
    return {
      action: 'topup',
      amount: initial.minus(marginBalance),
      minAmount: maxOf(ZERO, maintenance.minus(marginBalance)),
    };
  }
  if (marginBalance.gte(release) && !inAuction) {
    return { action: 'release', amount: marginBalance.minus(initial), minAmount: ZERO };
  }
  return { action: 'none', amount: ZERO, minAmount: ZERO };
}
