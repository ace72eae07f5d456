import { exact } from '../methodology/rounding-grid.js';
import type { AccountRisk } from './fraction-requirement.js';

/**
 * Which of two accounts is liquidated first: 1 = the first is riskier, -1 = the second, 0 = alike. By NC / MM, cross-multiplied so
 * that nothing is divided; at the same ratio the larger maintenance requirement is riskier, and without any the lower collateral.
 */
export function compareRisk(
  first: Pick<AccountRisk, 'netCollateral' | 'maintenance'>,
  second: Pick<AccountRisk, 'netCollateral' | 'maintenance'>,
): -1 | 0 | 1 {
  const byRatio = sign(
    exact(second.netCollateral).times(first.maintenance).cmp(exact(first.netCollateral).times(second.maintenance)),
  );
  if (byRatio !== 0) return byRatio;
  if (first.maintenance.isZero() && second.maintenance.isZero()) {
    return sign(second.netCollateral.cmp(first.netCollateral));
  }
  return sign(first.maintenance.cmp(second.maintenance));
}

const sign = (order: number): -1 | 0 | 1 => (order > 0 ? 1 : order < 0 ? -1 : 0);
