import { invariant, minOf, roundAmount, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import type { ContractSpecification } from '../contract-specification.js';
import { deliveredValue } from '../contract-value.js';
import { NO_POSITION, type AverageCostPosition } from '../position.js';

/**
 * Fee for the delivery of a position, settlement units, unrounded:
 *   rate * |q| * value of the underlying, for an option at most capOfValue * |q| * payoff.
 * The underlying's value is size * S, in coin just the size; of an inverse future its size / S. An option that expires
 * worthless is delivered free of charge.
 * @see docs/spec/instruments.md CLR-INS-022 (W48)
 */
export function deliveryFee(specification: ContractSpecification, quantity: Decimal, deliveryPrice: Decimal): Decimal {
  const { instrument, deliveryFee: fee } = specification;
  if (fee === undefined) return ZERO;
  const { contractSize, settlement, kind } = instrument;
  const underlyingValue =
    settlement === 'linear'
      ? contractSize.times(deliveryPrice)
      : kind === 'option'
        ? contractSize
        : contractSize.div(deliveryPrice);
  const perContract = fee.rate.times(underlyingValue);
  const capped =
    kind === 'option'
      ? minOf(perContract, fee.capOfValue.times(deliveredValue(instrument, deliveryPrice)))
      : perContract;
  return capped.times(quantity.abs());
}

/** One holder's part in an expiry. */
export interface ExpiryLeg<Holder> {
  readonly holder: Holder;
  /** Contracts that close the position: minus the quantity held. */
  readonly closing: Decimal;
  /** Always flat. */
  readonly position: AverageCostPosition;
  /** Settlement asset, whole minor units, negative = pays: payoff or profit since the last entry. */
  readonly payment: Decimal;
  /** Settlement asset, whole minor units, >= 0, rounded up. */
  readonly fee: Decimal;
  /** payment before rounding; against premium what the option made since it was bought or written. */
  readonly realised: Decimal;
}

export interface ExpirySettlement<Holder> {
  readonly deliveryPrice: Decimal;
  readonly legs: readonly ExpiryLeg<Holder>[];
  /** For the rounding account: makes the payments add up to zero together with the profits already paid. */
  readonly residue: Decimal;
  /** Sum of all fees. */
  readonly fees: Decimal;
}

/**
 * Closes every position of a contract that has expired, or of a perpetual that was delisted, at its delivery price. Payments are rounded down to the minor unit:
 *   premium style        q * payoff
 *   any other            q * V(S) - cost
 * `residue = exact total of the payments - their sum`, between 0 and one minor unit per holder.
 * @param minorUnitDigits of the settlement asset
 * @param holdings every position of the contract, the house included; their quantities add up to zero
 * @throws InvariantViolation when the book does not add up
 * @see docs/spec/instruments.md CLR-INS-023
 */
export function settleExpiry<Holder>(
  specification: ContractSpecification,
  minorUnitDigits: number,
  holdings: readonly { readonly holder: Holder; readonly position: AverageCostPosition }[],
  deliveryPrice: Decimal,
): ExpirySettlement<Holder> {
  const { instrument, cashStyle } = specification;
  const open = sum(holdings.map(({ position }) => position.quantity));
  invariant(open.isZero(), `positions of ${instrument.id} add up to ${text(open)} contracts, not to zero`);
  const unit = deliveredValue(instrument, deliveryPrice);
  let residue = ZERO;
  const legs = holdings.map(({ holder, position: { quantity, cost } }): ExpiryLeg<Holder> => {
    const realised = unit.times(quantity).minus(cost);
    const exact = cashStyle === 'premium' ? unit.times(quantity) : realised;
    const payment = roundAmount(exact, minorUnitDigits, 'credit');
    residue = residue.plus(exact).minus(payment);
    const fee = roundAmount(deliveryFee(specification, quantity, deliveryPrice), minorUnitDigits, 'fee');
    return { holder, closing: quantity.neg(), position: NO_POSITION, payment, fee, realised };
  });
  return { deliveryPrice, legs, residue, fees: sum(legs.map(({ fee }) => fee)) };
}
