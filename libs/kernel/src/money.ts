import { Decimal as DecimalJs } from 'decimal.js';
import type { Decimal } from './decimal.js';

/** What an account holds beside positions: a currency or a coin. Which ones there are is a rule of the house, in its log. */
export type Asset = string;

/** Every requirement, equity and fund is in it. */
export const SETTLEMENT_ASSET: Asset = 'USD';

const CENT_DIGITS = 2;

/**
 * Rounding is policy, named by what is rounded and never by a direction:
 * what the clearing house asks for goes up, what it credits goes down (toward minus infinity).
 */
export type RoundingRule = 'requirement' | 'equity' | 'collateral' | 'fee' | 'credit' | 'charge' | 'neutral';

const DIRECTION: Readonly<Record<RoundingRule, DecimalJs.Rounding>> = {
  requirement: DecimalJs.ROUND_CEIL,
  fee: DecimalJs.ROUND_CEIL,
  charge: DecimalJs.ROUND_CEIL,
  equity: DecimalJs.ROUND_FLOOR,
  collateral: DecimalJs.ROUND_FLOOR,
  credit: DecimalJs.ROUND_FLOOR,
  neutral: DecimalJs.ROUND_HALF_EVEN,
};

/** Rounds an amount to the digits of its asset's minor unit by the named rule. */
export function roundAmount(amount: Decimal, digits: number, rule: RoundingRule): Decimal {
  // What has no more digits is the same by every rule, and a copy of it costs as much as rounding.
  return amount.decimalPlaces() <= digits ? amount : amount.toDecimalPlaces(digits, DIRECTION[rule]);
}

/** Rounds dollars to the cent by the named rule. */
export const roundUsd = (amount: Decimal, rule: RoundingRule): Decimal => roundAmount(amount, CENT_DIGITS, rule);
