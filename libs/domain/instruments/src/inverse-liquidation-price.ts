import { ONE, type Decimal } from '@ballast/kernel';
import { InstrumentError } from './instrument-error.js';

/** What an inverse position can lose, and what closing it costs. */
export interface InversePosition {
  /** Quote units, contracts times contract size, negative = short. */
  readonly quantity: Decimal;
  readonly entry: Decimal;
  /** Coin that backs it: in the account, or set aside for an isolated position. */
  readonly collateral: Decimal;
  /** Coin. */
  readonly maintenance: Decimal;
  /** Fraction of the closed value, paid at the bankruptcy price. */
  readonly closingFeeRate: Decimal;
}

/**
 * Bankruptcy price: collateral and closing fee are just used up,
 *   long  P_b = Q (1 + f) / ( Q / entry + collateral ),   short  P_b = Q (1 - f) / ( Q / entry - collateral );
 * liquidation price: what is left is the maintenance margin and the fee of a closing at P_b,
 *   P_l = Q / ( Q / entry + s * ( collateral - maintenance - f Q / P_b ) ).
 * @returns null where no price is high enough
 * @see docs/spec/instruments.md CLR-INS-013 (W30, W31), Bybit help center, inverse contracts
 */
export function inverseLevels(position: InversePosition): {
  readonly bankruptcy: Decimal | null;
  readonly liquidation: Decimal | null;
} {
  const { quantity, entry, collateral, maintenance, closingFeeRate } = position;
  requirePosition(quantity, entry, collateral);
  const short = quantity.isNegative();
  const size = quantity.abs();
  const left = short ? size.div(entry).minus(collateral) : size.div(entry).plus(collateral);
  if (left.lte(0)) return { bankruptcy: null, liquidation: null };
  const bankruptcy = size.times(short ? ONE.minus(closingFeeRate) : ONE.plus(closingFeeRate)).div(left);
  const fee = closingFeeRate.times(size).div(bankruptcy);
  const margin = collateral.minus(maintenance).minus(fee);
  const reserve = short ? size.div(entry).minus(margin) : size.div(entry).plus(margin);
  return { bankruptcy, liquidation: reserve.lte(0) ? null : size.div(reserve) };
}

function requirePosition(quantity: Decimal, entry: Decimal, margin: Decimal): void {
  if (!quantity.isFinite() || quantity.isZero()) {
    throw new InstrumentError('bad-quantity', 'quantity', 'a position has a quantity other than 0');
  }
  if (!entry.isFinite() || entry.lte(0)) {
    throw new InstrumentError('bad-price', 'entry', `${entry.toFixed()} is no entry price; it is above 0`);
  }
  if (!margin.isFinite() || margin.isNegative()) {
    throw new InstrumentError('bad-margin', 'margin', 'margin is an amount of coin, 0 or more');
  }
}
