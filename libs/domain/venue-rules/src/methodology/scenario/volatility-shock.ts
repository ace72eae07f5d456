import { figure, record, type DocumentForm } from '@ballast/documents';
import { type Decimal, ModelInputError, power } from '@ballast/kernel';
import { SECONDS_PER_DAY } from '@ballast/margin-models';

export type VolatilityDirection = 'up' | 'none' | 'down';

/** How far the volatility of an expiry moves: further for short terms. */
export interface VolatilityShock {
  /** Relative move up and down at 30 days. */
  readonly rangeUp: Decimal;
  readonly rangeDown: Decimal;
  /** Exponents of 30 days / term up to 30 days and beyond. */
  readonly shortTermPower: Decimal;
  readonly longTermPower: Decimal;
  /** Terms below it count as this long. */
  readonly dteFloorDays: Decimal;
  /** A volatility shocked up is at least this. */
  readonly minVolUp: Decimal;
}

const notNegative = figure({ min: '0' });

const MOVES = {
  rangeUp: notNegative,
  rangeDown: notNegative,
  shortTermPower: notNegative,
  longTermPower: notNegative,
  dteFloorDays: notNegative,
};

export const VOLATILITY_SHOCK_FORM: DocumentForm<VolatilityShock> = record({ ...MOVES, minVolUp: notNegative });

/** The same of rules that know no least volatility. */
export const UNFLOORED_VOLATILITY_SHOCK_FORM: DocumentForm<Omit<VolatilityShock, 'minVolUp'>> = record(MOVES);

/**
 * (30 days / max(term, floor))^power: what a shock is multiplied by at a term.
 * @throws ModelInputError `term-not-positive` when both term and floor are zero
 */
export function termScale(secondsToExpiry: number, shock: VolatilityShock): number {
  const days = Math.max(secondsToExpiry / SECONDS_PER_DAY, shock.dteFloorDays.toNumber());
  if (days === 0) {
    const field = 'volShock.dteFloorDays';
    throw new ModelInputError('term-not-positive', field, `${field}: an option at expiry needs a floor above zero`);
  }
  const exponent = secondsToExpiry <= 30 * SECONDS_PER_DAY ? shock.shortTermPower : shock.longTermPower;
  return power(30 / days, exponent.toNumber());
}

/** `max(minVolUp, v (1 + up k))`, `v max(0, 1 - down k)`, k of `termScale`. */
export function shockedVolatility(
  volatility: number,
  direction: VolatilityDirection,
  scale: number,
  shock: VolatilityShock,
): number {
  if (direction === 'none') return volatility;
  if (direction === 'up') {
    return Math.max(shock.minVolUp.toNumber(), volatility * (1 + shock.rangeUp.toNumber() * scale));
  }
  return volatility * Math.max(0, 1 - shock.rangeDown.toNumber() * scale);
}
