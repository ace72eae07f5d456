import { dec, roundUsd, type Decimal } from '@ballast/kernel';
import type { ParameterFigures } from '../parameters/parameter-figures.js';

/** So much above the call level new risk is refused, so that nobody is called for what he was just allowed. */
export const LEAST_INITIAL_OVER_CALL = dec('1.25');

/**
 * What equity is held against for a margin call, whichever model decides:
 *   call = callMultiple * maintenance, rounded up to the cent
 * so that between the call and the liquidation, which stays on maintenance, there is time to answer.
 * @param maintenance USD, as published
 * @see docs/spec/margin.md CLR-MRG-031 (W101, W102)
 */
export const callRequirement = (
  maintenance: Decimal,
  { callMultiple }: Pick<ParameterFigures, 'callMultiple'>,
): Decimal => roundUsd(maintenance.times(callMultiple), 'requirement');

/** Least initial requirement beside a call requirement, USD, rounded up to the cent. @see docs/spec/margin.md CLR-MRG-031 */
export const leastInitial = (call: Decimal): Decimal => roundUsd(call.times(LEAST_INITIAL_OVER_CALL), 'requirement');
