import { type Decimal, invariant, maxOf, minOf, sum, ZERO } from '@ballast/kernel';
import type { DutchAuctionTerms } from './auction-terms.js';

export interface InsolventBid {
  readonly portion: Decimal;
  readonly cashToBidder: Decimal;
  readonly fromSecurityModule: Decimal;
  /** What the security module did not hold: spread over all holders of the settlement asset. */
  readonly socialised: Decimal;
  readonly isSocialised: boolean;
}

/**
 * Price of everything in an insolvent auction, 0 or negative: linear from `min(worth, 0)` to the maintenance margin, there from the
 * end of the auction on. An account that is back above maintenance is not paid for.
 */
export function insolventQuote(
  markToMarket: Decimal,
  maintenanceMargin: Decimal,
  elapsedSeconds: Decimal,
  { insolventLengthSeconds }: DutchAuctionTerms,
): Decimal {
  invariant(elapsedSeconds.gte(0), 'an auction is quoted after its start');
  if (maintenanceMargin.gte(0)) return ZERO;
  if (elapsedSeconds.gte(insolventLengthSeconds)) return maintenanceMargin;
  const start = minOf(markToMarket, ZERO);
  return start.plus(maintenanceMargin.minus(start).times(elapsedSeconds).div(insolventLengthSeconds));
}

/**
 * A bid in an insolvent auction: the bidder takes the share and is paid `-quote * share`, by the security module as far as it
 * reaches; the rest is socialised.
 * @param securityModuleBalance absent: everything comes from it
 */
export function insolventBid(quote: Decimal, portion: Decimal, securityModuleBalance?: Decimal): InsolventBid {
  invariant(quote.lte(0), 'an insolvent auction pays the bidder');
  const cashToBidder = quote.neg().times(portion);
  const held = maxOf(ZERO, securityModuleBalance ?? cashToBidder);
  const fromSecurityModule = minOf(cashToBidder, held);
  const socialised = cashToBidder.minus(fromSecurityModule);
  return { portion, cashToBidder, fromSecurityModule, socialised, isSocialised: socialised.gt(0) };
}

/**
 * Whether cash may not be withdrawn: while a security module is set up and the insolvent accounts lack more maintenance than it
 * holds, or whoever comes first would leave the loss to the others.
 * @param maintenanceDeficits of the insolvent auctions under way, positive
 */
export function withdrawalsBlocked(
  maintenanceDeficits: readonly Decimal[],
  securityModule: { readonly configured: boolean; readonly balance: Decimal },
): boolean {
  const deficit = sum(maintenanceDeficits);
  return securityModule.configured && deficit.gt(0) && deficit.gt(securityModule.balance);
}
