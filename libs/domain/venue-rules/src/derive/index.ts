export { auctionFigures, bidOnAuction, startAuction, type AuctionMark } from './auction/account-auction.js';
export { checkAuctionTerms, type DutchAuctionTerms } from './auction/auction-terms.js';
export { discountMultiplier } from './auction/discount.js';
export { insolventBid, insolventQuote, withdrawalsBlocked } from './auction/insolvent-auction.js';
export {
  bufferMargin,
  maxProportion,
  solventBid,
  solventQuote,
  type AuctionedAccount,
} from './auction/solvent-auction.js';
export { derivePortfolioV1Margin, derivePortfolioV2Margin, type DerivePortfolioMargin } from './portfolio-margin.js';
export {
  readDerivePortfolioV1,
  readDerivePortfolioV2,
  type DerivePortfolioV1Parameters,
} from './portfolio-parameters.js';
export { deriveStandardMargin } from './standard-margin.js';
export { readDeriveStandard } from './standard-parameters.js';
