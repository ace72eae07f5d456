import type { AssessmentDetail, PricingEvents } from '@ballast/facts';
import { contractValue, type ContractSpecification } from '@ballast/instruments';
import { DAY_MS, dec, invariant, text, ZERO, type Decimal, type Instant } from '@ballast/kernel';

type Position = AssessmentDetail['positions'][number];

export type RiskArrays = PricingEvents['RiskArraysPublished'];

const DIGITS = 8;
const shown = (value: Decimal): string => text(value.toDecimalPlaces(DIGITS));

/**
 * What a position is worth in equity, as arithmetic: quantity times the value of a contract, less cost where no premium was paid; what settles in coin
 * at the index.
 * @see docs/spec/instruments.md CLR-INS-010
 */
export function worthFormula(
  { quantity, mark, unrealisedPnl }: Position,
  { instrument, cashStyle }: ContractSpecification,
  index: Decimal,
): string {
  const inCoin = instrument.settlement === 'inverse';
  const value = contractValue(instrument, dec(mark)).times(quantity);
  const worth = inCoin ? dec(unrealisedPnl).div(index) : dec(unrealisedPnl);
  const cost = cashStyle === 'premium' ? ZERO : value.minus(worth);
  const size = text(instrument.contractSize);
  const perContract =
    inCoin && instrument.kind !== 'option' ? `(-${size} / ${mark})` : size === '1' ? mark : `${size} x ${mark}`;
  const held = `${quantity} x ${perContract}`;
  const less = cost.isZero() ? held : `${held} ${cost.isNegative() ? '+' : '-'} ${shown(cost.abs())}`;
  if (!inCoin) return less;
  return cost.isZero() ? `${less} x ${text(index)}` : `(${less}) x ${text(index)}`;
}

/** What Black-76 made the mark of an option from; empty of any other contract, and where the arrays of the assessment are not at hand. */
export function valuedFrom(
  { instrument }: ContractSpecification,
  arrays: Pick<RiskArrays, 'asOf' | 'instruments'> | null,
): string {
  const risk = arrays?.instruments.find((each) => each.instrument === instrument.id);
  if (arrays === null || risk === undefined || risk.volatility === null) return '';
  invariant(instrument.kind === 'option', `${instrument.id} has a volatility and is no option`);
  return `forward ${risk.forward}, volatility ${risk.volatility} a year, ${shown(daysTo(arrays.asOf, instrument.expiry))} days left`;
}

const daysTo = (asOf: Instant, expiry: Instant): Decimal => dec(String(Math.max(0, expiry - asOf))).div(String(DAY_MS));
