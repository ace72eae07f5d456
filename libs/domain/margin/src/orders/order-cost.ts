import { contractValue, profit, tradingFee, type FeeFigures } from '@ballast/instruments';
import { maxOf, minOf, roundUsd, type Decimal } from '@ballast/kernel';
import { inUsd, type PricedContract } from '../assess/priced-contracts.js';
import type { OrderTerms } from './open-orders.js';

/** The worse of limit and mark: a better limit is no profit before it is made, a worse one may be paid in full. */
export const worseOf = (limit: Decimal, mark: Decimal, side: OrderTerms['side']): Decimal =>
  side === 'sell' ? minOf(limit, mark) : maxOf(limit, mark);

/** Contracts with the sign of the trade: a sale is negative. */
export const signedOf = ({ side, quantity }: Pick<OrderTerms, 'side' | 'quantity'>): Decimal =>
  side === 'sell' ? quantity.neg() : quantity;

/** Fee of a fill at a price, settlement asset, exact: of maker and taker the dearer. */
export function feeOfFill(
  { instrument, spot }: PricedContract,
  contracts: Decimal,
  price: Decimal,
  fees: FeeFigures,
): Decimal {
  const basis = { contracts, value: contracts.times(contractValue(instrument, price)).abs(), index: spot };
  return maxOf(tradingFee(fees, { instrument }, 'maker', basis), tradingFee(fees, { instrument }, 'taker', basis));
}

/**
 * What an order costs its account at most when it fills in one piece, beside the position it brings: what is lost against the mark, and
 * the fee. USD, rounded up to the cent.
 * @see docs/spec/orders.md CLR-ORD-003
 */
export function costOfOrder(order: OrderTerms, contract: PricedContract, fees: FeeFigures): Decimal {
  const { instrument, price: mark } = contract;
  const price = worseOf(order.price, mark, order.side);
  const lost = profit(instrument, signedOf(order), price, mark).neg();
  return roundUsd(inUsd(contract, lost.plus(feeOfFill(contract, order.quantity, price, fees))), 'requirement');
}
