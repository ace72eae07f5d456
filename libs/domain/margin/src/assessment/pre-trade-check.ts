import type { AccountId, InstrumentId, MarginFigures } from '@ballast/facts';
import { dec, ZERO, type Decimal } from '@ballast/kernel';
import { scheduleInForce, type MarginState } from '../margin.state.js';
import { underlyingOf } from '../underlyings.js';
import { assess, sideOf, writeFigures, type AccountFigures, type HeldPosition } from './assess.js';
import { RESTRICTED } from './margin-state.js';

export interface OrderToCheck {
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** Base units, negative = sell. */
  readonly quantity: string;
  /** Price it would be filled at, USD; the mark when absent. */
  readonly price?: string;
}

export type PreTradeRefusal =
  | 'account-unknown'
  | 'quantity-zero'
  | 'no-prices'
  | 'prices-halted'
  | 'account-reduce-only'
  | 'below-initial-requirement';

export interface PreTradeAnswer {
  readonly accepted: boolean;
  readonly code: PreTradeRefusal | null;
  /** The order makes the position smaller without turning it round. */
  readonly riskReducing: boolean;
  /** Equity and requirements of both levels, with the account as it is and as it would be; null without a schedule. */
  readonly before: MarginFigures | null;
  readonly after: MarginFigures | null;
}

/** The position after a fill: a reduction realises its share of the cost, an increase adds to it. */
function filledPosition(
  held: HeldPosition,
  quantity: Decimal,
  price: Decimal,
): { readonly position: HeldPosition; readonly realised: Decimal } {
  const after = held.quantity.plus(quantity);
  const opposite = !held.quantity.isZero() && held.quantity.isNegative() !== quantity.isNegative();
  if (!opposite) return { position: { quantity: after, cost: held.cost.plus(quantity.times(price)) }, realised: ZERO };
  const closed = quantity.abs().lt(held.quantity.abs()) ? quantity.neg() : held.quantity;
  const releasedCost = held.cost.times(closed).div(held.quantity);
  const opened = quantity.plus(closed);
  return {
    position: { quantity: after, cost: held.cost.minus(releasedCost).plus(opened.times(price)) },
    realised: closed.times(price).minus(releasedCost),
  };
}

/** The account as it would be after the fill; the owner's sums move with it. Fees are not part of the check. */
function filledAccount(
  account: AccountFigures,
  { instrument, quantity }: OrderToCheck,
  price: Decimal,
): AccountFigures {
  const underlying = underlyingOf(instrument);
  const held = account.positions.get(underlying) ?? { quantity: ZERO, cost: ZERO };
  const { position, realised } = filledPosition(held, dec(quantity), price);
  const share = (of: Decimal, side: string): Decimal => (!of.isZero() && sideOf(of) === side ? of.abs() : ZERO);
  return {
    ...account,
    collateral: new Map(account.collateral).set('USD', (account.collateral.get('USD') ?? ZERO).plus(realised)),
    positions: new Map(account.positions).set(underlying, position),
    ownerQuantity: (of, side) => {
      const quantityBefore = account.ownerQuantity(of, side);
      if (of !== underlying) return quantityBefore;
      return quantityBefore.minus(share(held.quantity, side)).plus(share(position.quantity, side));
    },
  };
}

/**
 * May this order be sent to the book? Risk-reducing orders always; from RESTRICTED on nothing else; on halted prices no
 * new risk; otherwise equity after the fill must cover the initial requirement after it.
 * @see docs/spec/margin.md
 */
export function preTradeCheck(state: MarginState, order: OrderToCheck): PreTradeAnswer {
  const account = state.book.find(order.accountId);
  const unassessed = { before: null, after: null };
  if (account === undefined) return { accepted: false, code: 'account-unknown', riskReducing: false, ...unassessed };
  const quantity = dec(order.quantity);
  if (quantity.isZero()) return { accepted: false, code: 'quantity-zero', riskReducing: false, ...unassessed };
  const held = account.positions.get(underlyingOf(order.instrument))?.quantity ?? ZERO;
  const riskReducing = !held.isZero() && held.isNegative() !== quantity.isNegative() && quantity.abs().lte(held.abs());

  const schedule = scheduleInForce(state);
  const prices = schedule?.underlyings.get(underlyingOf(order.instrument));
  if (schedule === null || prices === undefined) {
    return { accepted: riskReducing, code: riskReducing ? null : 'no-prices', riskReducing, ...unassessed };
  }
  const figures = state.book.figuresOf(account);
  const price = order.price === undefined ? prices.mark : dec(order.price);
  const after = assess(filledAccount(figures, order, price), schedule).figures;
  const answer = (code: PreTradeRefusal | null): PreTradeAnswer => ({
    accepted: code === null,
    code,
    riskReducing,
    before: writeFigures(assess(figures, schedule).figures),
    after: writeFigures(after),
  });
  if (riskReducing) return answer(null);
  if (state.book.stateOf(account) >= RESTRICTED) return answer('account-reduce-only');
  if (schedule.halted) return answer('prices-halted');
  return answer(after.equity.lt(after.initial) ? 'below-initial-requirement' : null);
}
