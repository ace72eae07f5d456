import { type Decimal, ModelInputError, ONE, sum, ZERO } from '@ballast/kernel';
import type { CollateralHolding, Portfolio } from '@ballast/margin-models';
import type { DutchAuctionTerms } from './auction-terms.js';
import { discountMultiplier } from './discount.js';
import { insolventBid, insolventQuote } from './insolvent-auction.js';
import { type AuctionedAccount, bufferMargin, liquidationFee, maxProportion, solventBid } from './solvent-auction.js';

/** What a margin model says of a portfolio at one moment, settlement currency. */
export interface AuctionMark {
  readonly markToMarket: Decimal;
  /** Signed surplus. */
  readonly maintenanceMargin: Decimal;
}

/** An account under auction. */
export interface AccountAuction {
  readonly kind: 'solvent' | 'insolvent';
  readonly startedAtSeconds: Decimal;
  readonly portfolio: Portfolio;
  /** Cash of the portfolio that earlier bidders paid; not for sale. */
  readonly reservedCash: Decimal;
}

/** An auction seen at one moment: what a bidder looks at before and after a bid. */
export interface AuctionFigures extends AuctionMark {
  readonly bufferMargin: Decimal;
  readonly maxProportion: Decimal;
}

export interface AuctionBidOutcome {
  readonly auction: AccountAuction;
  readonly portion: Decimal;
  /** Solvent: what the bidder pays into the account. */
  readonly cashFromBidder: Decimal;
  /** Insolvent: what the bidder is paid. */
  readonly cashToBidder: Decimal;
  readonly fromSecurityModule: Decimal;
  readonly socialised: Decimal;
}

/**
 * Starts the auction of an account below maintenance. An account that is worth something pays the liquidation fee; one that
 * is not is insolvent from the start and pays none.
 * @param cashAsset the asset that bids are paid in
 * @throws ModelInputError `account-above-maintenance`
 */
export function startAuction(
  portfolio: Portfolio,
  mark: AuctionMark,
  startedAtSeconds: Decimal,
  terms: DutchAuctionTerms,
  cashAsset: string,
): { readonly auction: AccountAuction; readonly fee: Decimal } {
  if (mark.maintenanceMargin.gte(0)) {
    const message = 'account: it meets its maintenance requirement; only an account below it is auctioned';
    throw new ModelInputError('account-above-maintenance', 'account', message);
  }
  const started = { startedAtSeconds, reservedCash: ZERO };
  if (mark.markToMarket.lte(0)) return { auction: { kind: 'insolvent', portfolio, ...started }, fee: ZERO };
  const fee = liquidationFee({ ...mark, reservedCash: ZERO }, terms);
  return { auction: { kind: 'solvent', portfolio: withCash(portfolio, cashAsset, fee.neg()), ...started }, fee };
}

/** The figures of an auction at a mark. */
export function auctionFigures(
  auction: AccountAuction,
  mark: AuctionMark,
  nowSeconds: Decimal,
  terms: DutchAuctionTerms,
): AuctionFigures {
  const multiplier = discountMultiplier(nowSeconds.minus(auction.startedAtSeconds), terms);
  return {
    ...mark,
    bufferMargin: bufferMargin(mark.maintenanceMargin, mark.markToMarket, terms),
    maxProportion: auction.kind === 'insolvent' ? ONE : maxProportion(auctionedOf(auction, mark), multiplier, terms),
  };
}

/**
 * A bid for a share of an account: every position, other collateral and the unreserved cash shrink by the share that changes
 * hands; what the bidder pays is added to the cash and reserved. An account that came to be worth nothing since its solvent auction started
 * is auctioned anew as insolvent from this moment.
 * @param wanted share of the account, above 0 and at most 1
 * @throws ModelInputError `bid-out-of-range`
 */
export function bidOnAuction(
  auction: AccountAuction,
  mark: AuctionMark,
  bid: { readonly wanted: Decimal; readonly nowSeconds: Decimal; readonly securityModuleBalance?: Decimal },
  terms: DutchAuctionTerms,
  cashAsset: string,
): AuctionBidOutcome {
  const { wanted, nowSeconds, securityModuleBalance } = bid;
  if (!(wanted.gt(0) && wanted.lte(1))) {
    const message = `wanted: ${wanted.toString()} is no share of an account; bid above 0 and at most 1`;
    throw new ModelInputError('bid-out-of-range', 'wanted', message);
  }
  const current = asOf(auction, mark, nowSeconds);
  const elapsed = nowSeconds.minus(current.startedAtSeconds);
  if (current.kind === 'solvent') {
    const { portion, cashFromBidder } = solventBid(auctionedOf(current, mark), wanted, elapsed, terms);
    const left = withoutPortion(current, portion, cashAsset);
    const auctionAfter = {
      ...current,
      portfolio: withCash(left, cashAsset, cashFromBidder),
      reservedCash: current.reservedCash.plus(cashFromBidder),
    };
    return {
      auction: auctionAfter,
      portion,
      cashFromBidder,
      cashToBidder: ZERO,
      fromSecurityModule: ZERO,
      socialised: ZERO,
    };
  }
  const quote = insolventQuote(mark.markToMarket, mark.maintenanceMargin, elapsed, terms);
  const { portion, cashToBidder, fromSecurityModule, socialised } = insolventBid(quote, wanted, securityModuleBalance);
  const auctionAfter = { ...current, portfolio: withoutPortion(current, portion, cashAsset) };
  return { auction: auctionAfter, portion, cashFromBidder: ZERO, cashToBidder, fromSecurityModule, socialised };
}

/** The auction that runs at this mark. */
function asOf(auction: AccountAuction, mark: AuctionMark, nowSeconds: Decimal): AccountAuction {
  if (auction.kind === 'insolvent' || mark.markToMarket.gte(0)) return auction;
  return { ...auction, kind: 'insolvent', startedAtSeconds: nowSeconds, reservedCash: ZERO };
}

function auctionedOf({ reservedCash }: AccountAuction, mark: AuctionMark): AuctionedAccount {
  return { ...mark, reservedCash };
}

const isCash =
  (cashAsset: string) =>
  ({ asset }: CollateralHolding): boolean =>
    asset === cashAsset;

function withCash(portfolio: Portfolio, cashAsset: string, amount: Decimal): Portfolio {
  const cash = sum(portfolio.collateral.filter(isCash(cashAsset)).map((holding) => holding.amount));
  const others = portfolio.collateral.filter((holding) => !isCash(cashAsset)(holding));
  return { ...portfolio, collateral: [{ asset: cashAsset, amount: cash.plus(amount) }, ...others] };
}

/** What is left of a portfolio after a share of everything but the reserved cash went to a bidder. */
function withoutPortion({ portfolio, reservedCash }: AccountAuction, portion: Decimal, cashAsset: string): Portfolio {
  const kept = ONE.minus(portion);
  const unreserved = withCash(portfolio, cashAsset, reservedCash.neg());
  const shrunk: Portfolio = {
    collateral: unreserved.collateral.map(({ asset, amount }) => ({ asset, amount: amount.times(kept) })),
    positions: unreserved.positions.map((position) => ({
      ...position,
      quantity: position.quantity.times(kept),
      ...(position.accruedFunding === undefined ? {} : { accruedFunding: position.accruedFunding.times(kept) }),
    })),
    orders: [],
  };
  return withCash(shrunk, cashAsset, reservedCash);
}
