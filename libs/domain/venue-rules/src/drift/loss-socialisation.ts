import { type Decimal, ModelInputError, ZERO } from '@ballast/kernel';
import { ceilTo, QUOTE_DECIMALS } from '../methodology/rounding-grid.js';

/** Digits after the point of the index that turns deposit shares into tokens. */
const INDEX_DECIMALS = 10;

/**
 * Quote per base unit that every open position pays for a loss: `loss / (long + short open interest)`, rounded up at 6 decimals.
 * @param loss the sign does not matter
 * @throws ModelInputError `no-open-interest` when nobody is left to carry it
 */
export function perpLossPerUnit(loss: Decimal, longOpenInterest: Decimal, shortOpenInterest: Decimal): Decimal {
  const openInterest = longOpenInterest.abs().plus(shortOpenInterest.abs());
  if (openInterest.isZero()) {
    const message = 'openInterest: nobody holds a position that could carry the loss; pay it from the fund';
    throw new ModelInputError('no-open-interest', 'openInterest', message);
  }
  return ceilTo(loss.abs().div(openInterest), QUOTE_DECIMALS);
}

/** What the deposit index falls by when depositors carry a loss: `index x loss / deposits`, rounded up at 10 decimals; nothing without deposits. */
export function depositIndexReduction(
  cumulativeDepositInterest: Decimal,
  loss: Decimal,
  totalDeposits: Decimal,
): Decimal {
  if (totalDeposits.isZero()) return ZERO;
  return ceilTo(cumulativeDepositInterest.times(loss).div(totalDeposits), INDEX_DECIMALS);
}
