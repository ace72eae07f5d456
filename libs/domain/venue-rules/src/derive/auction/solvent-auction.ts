import { clamp, type Decimal, minOf, ONE, ZERO } from '@ballast/kernel';
import type { DutchAuctionTerms } from './auction-terms.js';
import { discountMultiplier } from './discount.js';

/** An account in a solvent auction, settlement currency. */
export interface AuctionedAccount {
  /** What it is worth at mark, reserved cash included. */
  readonly markToMarket: Decimal;
  /** Signed surplus over the maintenance requirement; below 0 is the breach. */
  readonly maintenanceMargin: Decimal;
  /** Paid by earlier bidders; it belongs to the account and is not for sale. */
  readonly reservedCash: Decimal;
}

export interface SolventBid {
  /** Share of the account, reserved cash apart, that changes hands. */
  readonly portion: Decimal;
  readonly cashFromBidder: Decimal;
  /** The bidder took all that may be taken: the auction is over. */
  readonly completes: boolean;
}

/** Buffer margin: what an account is liquidated up to, `maintenance + (maintenance - worth) * buffer share`; signed like maintenance. */
export function bufferMargin(
  maintenanceMargin: Decimal,
  markToMarket: Decimal,
  { bufferShare }: DutchAuctionTerms,
): Decimal {
  return maintenanceMargin.plus(maintenanceMargin.minus(markToMarket).times(bufferShare));
}

/**
 * Greatest share of an account that may be taken at a discount multiplier d, so that the buffer margin is just restored:
 *   B' / (B' - worth d - reserved (1 - d)),  B' = min(0, buffer margin)
 * 1 when the account is worth less than the cutoff; from 0 to 1.
 */
export function maxProportion(account: AuctionedAccount, multiplier: Decimal, terms: DutchAuctionTerms): Decimal {
  const { markToMarket, maintenanceMargin, reservedCash } = account;
  if (markToMarket.lt(terms.wholeBelowWorth)) return ONE;
  const lacking = minOf(ZERO, bufferMargin(maintenanceMargin, markToMarket, terms));
  if (lacking.isZero()) return ZERO;
  const restored = markToMarket.times(multiplier).plus(reservedCash.times(ONE.minus(multiplier)));
  // Nothing is paid for it, so no share of it short of all restores the margin.
  if (restored.lte(0)) return ONE;
  return clamp(lacking.div(lacking.minus(restored)), ZERO, ONE);
}

/** Price of everything for sale: `(worth - reserved cash) * discount multiplier`. */
export function solventQuote(
  { markToMarket, reservedCash }: AuctionedAccount,
  elapsedSeconds: Decimal,
  terms: DutchAuctionTerms,
): Decimal {
  return markToMarket.minus(reservedCash).times(discountMultiplier(elapsedSeconds, terms));
}

/**
 * A bid in a solvent auction: the bidder pays the quote times the share, at most the greatest share that may be taken.
 * Once the price is down to nothing there is nothing to bid on: share and cash are 0, and the auction turns insolvent.
 * @param wanted share of the account, above 0 and at most 1
 */
export function solventBid(
  account: AuctionedAccount,
  wanted: Decimal,
  elapsedSeconds: Decimal,
  terms: DutchAuctionTerms,
): SolventBid {
  const quote = solventQuote(account, elapsedSeconds, terms);
  if (quote.lte(0)) return { portion: ZERO, cashFromBidder: ZERO, completes: false };
  const most = maxProportion(account, discountMultiplier(elapsedSeconds, terms), terms);
  const portion = minOf(wanted, most);
  return { portion, cashFromBidder: quote.times(portion), completes: wanted.gte(most) };
}

/** What the account pays to the security module when its solvent auction starts: `max proportion (d = 1) * |worth| * fee rate`. */
export function liquidationFee(account: AuctionedAccount, terms: DutchAuctionTerms): Decimal {
  return maxProportion(account, ONE, terms).times(account.markToMarket.abs()).times(terms.liquidatorFeeRate);
}
