import { Decimal } from '@ballast/kernel';

/** Digits after the point of every scalar, rate and log return that a schedule publishes and later decisions read. */
export const SCHEDULE_DIGITS = 12;

/** Scalars, log returns and thresholds: to the nearest, since neither direction favours a side. */
export const roundScalar = (value: Decimal): Decimal => value.toDecimalPlaces(SCHEDULE_DIGITS, 'half-even');

/** Rates ask for margin, so they go up. */
export const roundRate = (value: Decimal): Decimal =>
  value.decimalPlaces() <= SCHEDULE_DIGITS ? value : value.toDecimalPlaces(SCHEDULE_DIGITS, 'ceil');
