import { roundUsd, type Decimal } from '@ballast/kernel';

/**
 * Provisional penalty of a close-out fill = closed notional at the mark * provisional rate, USD. Rounded down, like the
 * equity that bounds the rate: a rounding must not take what the equity does not cover. The true-up settles the rest.
 */
export function provisionalPenalty(closedNotional: Decimal, provisionalRate: Decimal): Decimal {
  return roundUsd(closedNotional.times(provisionalRate), 'equity');
}
