import { dec } from '@ballast/kernel';
import { checkAuctionTerms, type DutchAuctionTerms } from './auction-terms.js';

/** Terms of an auction by their texts; whatever is not named is Derive's default of the tests. */
export function terms(given: Partial<Record<keyof DutchAuctionTerms, string>> = {}): DutchAuctionTerms {
  const texts: Record<keyof DutchAuctionTerms, string> = {
    startingShare: '1',
    fastCutoffShare: '0.8',
    fastLengthSeconds: '600',
    slowLengthSeconds: '7200',
    insolventLengthSeconds: '600',
    liquidatorFeeRate: '0',
    bufferShare: '0.1',
    wholeBelowWorth: '0',
    ...given,
  };
  const figures = Object.entries(texts).map(([name, figure]) => [name, dec(figure)] as const);
  return checkAuctionTerms(Object.fromEntries(figures) as unknown as DutchAuctionTerms);
}
