import type { Decimal } from '@ballast/kernel';

/** For N in [floor, next floor) the requirement of a linear position is N * rate - deduction; continuous at every floor. */
export interface RateBracket {
  readonly floor: Decimal;
  readonly rate: Decimal;
  readonly deduction: Decimal;
}

/** AVSL rates as published at one volatility. */
export interface AdaptiveTable {
  /** V_eff that the brackets are at, >= 1. */
  readonly scalar: Decimal;
  readonly brackets: readonly RateBracket[];
}

/**
 * What a margin schedule publishes of one underlying: the brackets that linear positions are margined by.
 * @see docs/spec/margin.md CLR-MRG-015 to CLR-MRG-018
 */
export interface AdaptiveSchedule {
  /** In force now: the call level. */
  readonly call: AdaptiveTable;
  /** All that were in force in the notice period, the present one among them. */
  readonly notice: readonly [AdaptiveTable, ...AdaptiveTable[]];
  /** The table of a side whose price trigger is on or still decaying. */
  readonly trigger: { readonly long: AdaptiveTable | null; readonly short: AdaptiveTable | null };
}

/** Notional that an owner holds over all accounts on each side of an underlying, USD, >= 0. */
export interface SideSizes {
  readonly long: Decimal;
  readonly short: Decimal;
}
