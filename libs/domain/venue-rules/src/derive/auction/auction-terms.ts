import { type Decimal, ModelInputError } from '@ballast/kernel';

/** How the share of its worth that something is offered at falls with time. */
export interface FallingShare {
  /** Share of the worth that the solvent auction starts at, and where its fast phase ends. */
  readonly startingShare: Decimal;
  readonly fastCutoffShare: Decimal;
  readonly fastLengthSeconds: Decimal;
  /** From the fast cutoff down to nothing. */
  readonly slowLengthSeconds: Decimal;
}

/**
 * Terms of a Dutch auction of whole accounts. A solvent account is offered at a falling share of its worth, an insolvent one
 * with a growing payment to whoever takes it.
 */
export interface DutchAuctionTerms extends FallingShare {
  readonly insolventLengthSeconds: Decimal;
  /** Share of what may be liquidated that the account pays to the security module at the start. */
  readonly liquidatorFeeRate: Decimal;
  /** How far beyond maintenance an account is brought back, as a share of `maintenance - worth`. */
  readonly bufferShare: Decimal;
  /** An account worth less than this may be taken whole. */
  readonly wholeBelowWorth: Decimal;
}

/** @throws ModelInputError `auction-terms-out-of-range` naming the field */
export function checkAuctionTerms(terms: DutchAuctionTerms): DutchAuctionTerms {
  const share = ['startingShare', 'fastCutoffShare', 'liquidatorFeeRate'] as const;
  const length = ['fastLengthSeconds', 'slowLengthSeconds', 'insolventLengthSeconds'] as const;
  for (const field of share) refuseUnless(terms[field].gte(0) && terms[field].lte(1), field, 'from 0 to 1');
  for (const field of length) refuseUnless(terms[field].gt(0) && terms[field].isFinite(), field, 'above 0 seconds');
  const { startingShare, fastCutoffShare, bufferShare, wholeBelowWorth } = terms;
  refuseUnless(fastCutoffShare.lte(startingShare), 'fastCutoffShare', 'of at most the starting share');
  refuseUnless(bufferShare.gte(0) && bufferShare.isFinite(), 'bufferShare', 'of at least 0');
  refuseUnless(wholeBelowWorth.isFinite(), 'wholeBelowWorth', 'that is finite');
  return terms;
}

function refuseUnless(holds: boolean, field: string, range: string): void {
  if (holds) return;
  throw new ModelInputError('auction-terms-out-of-range', field, `${field}: is out of range; give a figure ${range}`);
}
