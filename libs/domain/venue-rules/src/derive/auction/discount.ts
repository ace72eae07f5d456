import { type Decimal, invariant, ONE, ZERO } from '@ballast/kernel';
import type { DutchAuctionTerms } from './auction-terms.js';

/**
 * Share of an account's worth that a solvent auction asks after so many seconds: linear from the starting share to the fast
 * cutoff, then linear to 0 over the slow phase, 0 from then on. Continuous and never rising.
 * @see derivexyz/v2-core DutchAuction
 */
export function discountMultiplier(
  elapsedSeconds: Decimal,
  { startingShare, fastCutoffShare, fastLengthSeconds, slowLengthSeconds }: DutchAuctionTerms,
): Decimal {
  invariant(elapsedSeconds.gte(0), 'an auction is quoted after its start');
  if (elapsedSeconds.lt(fastLengthSeconds)) {
    return startingShare.minus(startingShare.minus(fastCutoffShare).times(elapsedSeconds).div(fastLengthSeconds));
  }
  const slowSeconds = elapsedSeconds.minus(fastLengthSeconds);
  if (slowSeconds.gte(slowLengthSeconds)) return ZERO;
  return fastCutoffShare.minus(fastCutoffShare.times(slowSeconds).div(slowLengthSeconds));
}

/**
 * Discount that backstop providers are offered on what they take over, rising linearly: `d0 + (d1 - d0) t / length`, then d1.
 * @param initial d0: what executing on the market costs; @param final d1: the most that may be given away, at least d0
 */
export function backstopDiscount(
  elapsedSeconds: Decimal,
  {
    initial,
    final,
    lengthSeconds,
  }: { readonly initial: Decimal; readonly final: Decimal; readonly lengthSeconds: Decimal },
): Decimal {
  invariant(initial.gte(0) && final.gte(initial) && final.lte(ONE), 'a backstop discount rises within 0 to 1');
  invariant(elapsedSeconds.gte(0) && lengthSeconds.gt(0), 'an auction has a length and is quoted after its start');
  if (elapsedSeconds.gte(lengthSeconds)) return final;
  return initial.plus(final.minus(initial).times(elapsedSeconds).div(lengthSeconds));
}
