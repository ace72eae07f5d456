/** A figure, a chain or a surface that cannot be valued. `code` is stable, `field` names the place. */
export class ValuationError extends Error {
  constructor(
    readonly code: ValuationErrorCode,
    readonly field: string,
    message: string,
  ) {
    super(message);
    this.name = 'ValuationError';
  }
}

export type ValuationErrorCode =
  | 'not-finite' // NaN or infinite where a figure is needed
  | 'not-positive' // zero or negative where a price, strike or size is needed
  | 'negative-time'
  | 'negative-volatility'
  | 'negative-variance' // a smile that is below zero somewhere
  | 'price-below-intrinsic' // no volatility is small enough
  | 'price-above-maximum' // no volatility is large enough
  | 'instrument-expired' // no volatility, and nothing to shock
  | 'chain-empty'
  | 'chain-crossed'
  | 'too-few-quotes'
  | 'parameter-out-of-range'
  | 'surface-missing';

/** @throws ValuationError `not-finite` */
export function finite(value: number, field: string): number {
  if (Number.isFinite(value)) return value;
  throw new ValuationError('not-finite', field, `${field} is ${value}: give a finite figure`);
}

/** @throws ValuationError `not-finite` or `not-positive` */
export function positive(value: number, field: string): number {
  if (finite(value, field) > 0) return value;
  throw new ValuationError('not-positive', field, `${field} is ${value}: give a figure above 0`);
}
