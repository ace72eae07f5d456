import { type Decimal, ModelInputError } from '@ballast/kernel';
import { exact, floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';
import { accountRisk, type FractionAccount, type FractionPosition, positionRisk } from './fraction-requirement.js';

/**
 * The position that a close reduces.
 * @throws ModelInputError `invalid-close-delta` when the delta does not reduce the position or is larger than it
 */
export function positionToClose(account: FractionAccount, market: string, closeDelta: Decimal): FractionPosition {
  const position = account.positions.find((held) => held.market === market);
  const reduces =
    position !== undefined &&
    !closeDelta.isZero() &&
    !position.size.isZero() &&
    position.size.isNegative() !== closeDelta.isNegative() &&
    closeDelta.abs().lte(position.size.abs());
  if (reduces) return position;
  const held = position?.size.toFixed() ?? '0';
  throw new ModelInputError(
    'invalid-close-delta',
    'closeDelta',
    `closeDelta: ${closeDelta.toFixed()} does not reduce the position of ${held} in ${market}; give a part of it, opposite in sign`,
  );
}

/** @throws ModelInputError `no-maintenance-margin`: what is left cannot be shared out by a requirement of zero */
export function assertMaintenance(maintenance: Decimal): void {
  if (maintenance.gt(0)) return;
  const message =
    'account: its maintenance requirement is zero, so collateral cannot be shared by it; check the fractions';
  throw new ModelInputError('no-maintenance-margin', 'account', message);
}

/**
 * Quote that an account receives for closing a slice at its bankruptcy price: the slice takes collateral away in proportion
 * to the maintenance margin it releases,
 *   -(change of notional) - floor(NC x |change of MM| / total MM).
 * Rounded in favour of the account's creditors, quote units; negative = the account pays.
 * @param closeDelta base units, opposite in sign to the position
 * @throws ModelInputError `invalid-close-delta`, `no-maintenance-margin`
 */
export function bankruptcyQuoteDelta(account: FractionAccount, market: string, closeDelta: Decimal): Decimal {
  const position = positionToClose(account, market, closeDelta);
  const total = accountRisk(account);
  assertMaintenance(total.maintenance);
  const before = positionRisk(position);
  const after = positionRisk(position, position.size.plus(closeDelta));
  const released = after.maintenance.minus(before.maintenance).abs();
  const share = floorTo(exact(total.netCollateral).times(released).div(total.maintenance), QUOTE_DECIMALS);
  return before.netCollateral.minus(after.netCollateral).minus(share);
}
