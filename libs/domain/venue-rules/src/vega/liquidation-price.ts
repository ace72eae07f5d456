import { type Decimal, maxOf, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import type { RiskFactors } from './log-normal-risk.js';
import { maintenanceParts, type SlippageFactors } from './margin-levels.js';

/** A position without orders; sizes in units of the market. */
export interface LeveragedPosition {
  /** Negative = short, not 0. */
  readonly position: Decimal;
  readonly slippage: SlippageFactors;
  readonly riskFactors: RiskFactors;
  /** What a long position of one unit pays at the next funding; negative: receives. */
  readonly fundingPerUnit: Decimal;
}

/** Maintenance of a position without orders at a price, unrounded. It is linear in the price. */
export function maintenanceAt(price: Decimal, position: LeveragedPosition): Decimal {
  return maintenanceParts({ ...position, markPrice: price, buyOrders: ZERO, sellOrders: ZERO }).total;
}

/**
 * The price at which collateral and profit together are just the maintenance there, 0 when that is below nothing:
 *   collateral + pos (price - mark) = maintenance(price)
 *   price = (collateral - pos mark - max(0, funding per unit * pos)) / (linear |pos| + quadratic pos^2 + |pos| rf - pos)
 * @throws ModelInputError `liquidation-price-undefined` when maintenance and profit change alike, so no price or every price fits
 * @see vegaprotocol/specs 0012-POSR, 0019-MCAL
 */
export function liquidationPrice(markPrice: Decimal, collateral: Decimal, position: LeveragedPosition): Decimal {
  const funding = maintenanceAt(ZERO, position);
  const slope = maintenanceAt(ONE, position).minus(funding).minus(position.position);
  if (slope.isZero()) {
    const message = 'position: maintenance changes with the price as profit does; there is no liquidation price';
    throw new ModelInputError('liquidation-price-undefined', 'position', message);
  }
  const buffer = collateral.minus(position.position.times(markPrice)).minus(funding);
  return maxOf(ZERO, buffer.div(slope));
}
