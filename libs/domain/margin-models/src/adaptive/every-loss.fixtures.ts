import { sum, ZERO, type Decimal } from '@ballast/kernel';
import { expiriesOf, type Losses } from './decisive-losses.js';
import { unitProfitAt, type Exposure } from './exposure.js';
import type { ScanPoint } from './scenario-grid.js';

/** The greatest losses out of every profit at every point in decimals: what the float64 filter is held to. */
export function everyLoss(exposures: readonly Exposure[], points: readonly ScanPoint[]): Losses {
  const profits = exposures.map((exposure) => points.map((point) => profitAt(exposure, point)));
  const joined = (rows: readonly (readonly Decimal[])[]): readonly Decimal[] =>
    points.map((_, p) => sum(rows.map((row) => row[p] ?? ZERO)));
  const byExpiry = expiriesOf(exposures).map((expiry) =>
    joined(profits.filter((_, i) => exposures[i]?.expiry === expiry)),
  );
  const joint = greatestLoss(joined(byExpiry));
  return {
    alone: profits.map((own) => greatestLoss(own).loss),
    byExpiry: byExpiry.map((own) => greatestLoss(own).loss),
    joint: joint.loss,
    worst: joint.index === null ? null : (points[joint.index] ?? null),
  };
}

function profitAt({ linear, option, subject }: Exposure, point: ScanPoint): Decimal {
  return option === null ? linear.times(point.move) : unitProfitAt(option, subject, point).times(option.units);
}

function greatestLoss(profits: readonly Decimal[]): { readonly loss: Decimal; readonly index: number | null } {
  let least = ZERO;
  let index: number | null = null;
  profits.forEach((profit, i) => {
    if (profit.lt(least)) [least, index] = [profit, i];
  });
  return { loss: least.neg().plus(ZERO), index };
}
