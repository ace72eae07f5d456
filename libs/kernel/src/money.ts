import type { Decimal } from './decimal/decimal.js';
import type { Rounding } from './decimal/integers.js';

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

const DIRECTION: Readonly<Record<RoundingRule, Rounding>> = {
  requirement: 'ceil',
  fee: 'ceil',
  charge: 'ceil',
  equity: 'floor',
  collateral: 'floor',
  credit: 'floor',
  neutral: 'half-even',
};

/** Rounds an amount to the digits of its asset's minor unit by the named rule. */
export function roundAmount(amount: Decimal, digits: number, rule: RoundingRule): Decimal {
  return amount.toDecimalPlaces(digits, DIRECTION[rule]);
}

/** Rounds dollars to the cent by the named rule. */
export const roundUsd = (amount: Decimal, rule: RoundingRule): Decimal => roundAmount(amount, CENT_DIGITS, rule);
