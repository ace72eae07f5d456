import { type Decimal, maxOf, minOf, ModelInputError } from '@ballast/kernel';
import { floorTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';
import { netNotional } from './fraction-requirement.js';

export interface PositionBlockLimits {
  /** Quote units: a slice below it is not worth its costs. */
  readonly minNotional: Decimal;
  /** Share of a position that may be liquidated in one block, in [0, 1]. */
  readonly maxPortion: Decimal;
}

/**
 * Notional of a position that may be liquidated in one block, quote units:
 * at least `min(|notional|, minNotional)`, at most `max(that, floor(|notional| x maxPortion))`.
 */
export function liquidationBounds(
  size: Decimal,
  oraclePrice: Decimal,
  { minNotional, maxPortion }: PositionBlockLimits,
): { readonly min: Decimal; readonly max: Decimal } {
  const notional = netNotional(size, oraclePrice).abs();
  const min = minOf(notional, minNotional);
  return { min, max: maxOf(min, floorTo(notional.times(maxPortion), QUOTE_DECIMALS)) };
}

/**
 * What is left of a limit per account and block, quote units.
 * @throws ModelInputError `block-limit-exceeded` when more was used than the limit allows: the record is wrong
 */
export function remainingBlockLimit(limit: Decimal, used: Decimal, field: string): Decimal {
  const left = limit.minus(used);
  if (left.gte(0)) return left;
  const message = `${field}: ${used.toFixed()} was used of a limit of ${limit.toFixed()}; correct the record of this block`;
  throw new ModelInputError('block-limit-exceeded', field, message);
}
