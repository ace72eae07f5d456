import { type Decimal, invariant, ZERO } from '@ballast/kernel';
import type { FallingShare } from './auction-terms.js';

/**
 * Share of an account's worth that a solvent auction asks after so many seconds: linear from the starting share to the fast
 * cutoff, then linear to 0 over the slow phase, 0 from then on. Continuous and never rising.
 * @see derivexyz/v2-core DutchAuction
 */
export function discountMultiplier(
  elapsedSeconds: Decimal,
  { startingShare, fastCutoffShare, fastLengthSeconds, slowLengthSeconds }: FallingShare,
): Decimal {
  invariant(elapsedSeconds.gte(0), 'an auction is quoted after its start');
  if (elapsedSeconds.lt(fastLengthSeconds)) {
    return startingShare.minus(startingShare.minus(fastCutoffShare).times(elapsedSeconds).div(fastLengthSeconds));
  }
  const slowSeconds = elapsedSeconds.minus(fastLengthSeconds);
  if (slowSeconds.gte(slowLengthSeconds)) return ZERO;
  return fastCutoffShare.minus(fastCutoffShare.times(slowSeconds).div(slowLengthSeconds));
}
