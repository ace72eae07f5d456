import { sum, ZERO, type Decimal } from '@ballast/kernel';
import type { ExactFigures, Holdings } from '../assess/assessment.js';
import { signedOf } from './order-cost.js';
import type { OrderTerms } from './open-orders.js';

/**
 * Whether an order makes a position smaller without turning it round, also after all orders before it on the same side.
 * @param before orders that may fill first
 */
export function makesSmaller(holdings: Holdings, before: readonly OrderTerms[], order: OrderTerms): boolean {
  const held = holdings.get(order.instrument)?.quantity ?? ZERO;
  if (held.isZero() || held.isNegative() === signedOf(order).isNegative()) return false;
  const sameSide = before.filter(({ instrument, side }) => instrument === order.instrument && side === order.side);
  const closed: Decimal = sum(sameSide.map(({ quantity }) => quantity));
  return closed.plus(order.quantity).lte(held.abs());
}

/** What a smaller position must not do. */
export const lowersCall = (before: ExactFigures, after: ExactFigures): boolean => after.call.lte(before.call);

/** The call requirement falls and equity beyond it doesn't: a hedge is bought, no dearer than what it frees. */
export function isHedge(before: ExactFigures, after: ExactFigures): boolean {
  const surplus = ({ equity, call }: ExactFigures): Decimal => equity.minus(call);
  return after.call.lt(before.call) && surplus(after).gte(surplus(before));
}
