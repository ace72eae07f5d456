import { DAY_MS, MINUTE_MS, ONE, dec, type Decimal, type Instant } from '@ballast/kernel';
import type { LiquidationCostFigures } from '@ballast/facts';

/**
 * The rules by which accounts are closed out. A changed figure is a new id. What closing costs on an underlying, and the health
 * at which a liquidation ends, are margin parameters: they come with the schedule.
 */
export interface LiquidationPolicy {
  /** `<name>@<version>` */
  readonly id: string;
  /** Share of the attributable equity that a penalty may take, in (0, 1): a penalty alone never makes equity negative. */
  readonly theta: Decimal;
  /** Share of unused modelled execution cost that is returned to the client, in [0, 1]. */
  readonly psi: Decimal;
  /** One order takes at most what participation allows in this time: phi * ADV * time / day. */
  readonly sliceDurationMs: Instant;
  /** USD. No slice is smaller, and no remainder is left smaller: dust goes whole. */
  readonly minimumSliceNotional: Decimal;
}

/** @see docs/spec/liquidation.md */
export const LIQUIDATION_POLICY: LiquidationPolicy = {
  id: 'lcp-default@2',
  theta: dec('0.8'),
  psi: ONE,
  sliceDurationMs: 5 * MINUTE_MS,
  minimumSliceNotional: dec('10000'),
};

/**
 * Largest notional of one order: phi * ADV * slice duration / day.
 * @returns USD, unrounded
 */
export function largestSliceNotional(
  { sliceDurationMs }: Pick<LiquidationPolicy, 'sliceDurationMs'>,
  { participation, averageDailyVolume }: Pick<LiquidationCostFigures, 'participation' | 'averageDailyVolume'>,
): Decimal {
  return dec(participation).times(averageDailyVolume).times(sliceDurationMs).div(DAY_MS);
}
