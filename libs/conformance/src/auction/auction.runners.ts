import { type Decimal, ZERO } from '@ballast/kernel';
import type { Market, Portfolio } from '@ballast/margin-models';
import {
  type AuctionedAccount,
  auctionFigures,
  type AuctionMark,
  bidOnAuction,
  bufferMargin,
  checkAuctionTerms,
  derivePortfolioV1Margin,
  type DerivePortfolioV1Parameters,
  discountMultiplier,
  type DutchAuctionTerms,
  insolventBid,
  insolventQuote,
  maxProportion,
  readDerivePortfolioV1,
  solventBid,
  solventQuote,
  startAuction,
  withdrawalsBlocked,
} from '@ballast/venue-rules';
import { caseInputs, type CaseInputs } from '../case-inputs.js';
import type { CaseRunner, CaseRunners, ConformanceCase } from '../case-runner.js';
import { refusing } from '../refusal.js';

const CASH = 'USD';
/** Cases name no coin: one underlying. */
const UNDERLYING = 'BASE';

const runner =
  (run: (inputs: CaseInputs, params: CaseInputs, conformanceCase: ConformanceCase) => unknown): CaseRunner =>
  (conformanceCase) =>
    run(caseInputs(conformanceCase.inputs), caseInputs(conformanceCase.params, 'params'), conformanceCase);

/** Cases of Derive's Dutch auction: every kind of `derive_auction.json`. */
export const auctionRunners: CaseRunners = refusing({
  discount_curve: runner((inputs, params) => ({
    discountMultiplier: discountMultiplier(inputs.figure('elapsedSec'), termsOf(params)),
  })),

  buffer_margin: runner((inputs, params) => ({
    bufferMargin: bufferMargin(inputs.figure('maintenance'), inputs.figure('mtm'), termsOf(params)),
  })),

  max_proportion: runner((inputs, params) => {
    const terms = termsOf(params);
    const multiplier = discountMultiplier(inputs.figure('elapsedSec', '0'), terms);
    return { maxProportion: maxProportion(accountOf(inputs), multiplier, terms) };
  }),

  solvent_quote: runner((inputs, params) => ({
    bidPrice: solventQuote(accountOf(inputs), inputs.figure('elapsedSec'), termsOf(params)),
  })),

  solvent_bid: runner((inputs, params) => {
    const elapsed = inputs.figure('elapsedSec');
    const bid = solventBid(accountOf(inputs), inputs.figure('percentWanted'), elapsed, termsOf(params));
    return {
      cashFromBidder: bid.cashFromBidder,
      percentLiquidated: bid.portion,
      terminated: bid.completes,
      socialisedLoss: false,
    };
  }),

  insolvent_quote: runner((inputs, params) => ({ bidPrice: insolventPrice(inputs, params) })),

  insolvent_bid: runner((inputs, params) => {
    const held = inputs.has('securityModuleBalance') ? inputs.figure('securityModuleBalance') : undefined;
    const bid = insolventBid(insolventPrice(inputs, params), inputs.figure('percentWanted'), held);
    return {
      cashToBidder: bid.cashToBidder,
      percentLiquidated: bid.portion,
      fromSecurityModule: bid.fromSecurityModule,
      paidBySecurityModule: bid.fromSecurityModule,
      securityModulePaid: bid.fromSecurityModule,
      socialised: bid.socialised,
      // A tag: whether anything is.
      socialisedLoss: bid.isSocialised,
    };
  }),

  liquidation_simulation: runner(simulate),

  withdrawal_gate: runner((inputs) => ({
    withdrawalsBlocked: withdrawalsBlocked(inputs.figures('insolventMaintenanceDeficits'), {
      configured: !inputs.has('securityModuleConfigured') || inputs.flag('securityModuleConfigured'),
      balance: inputs.figure('securityModuleBalance', '0'),
    }),
  })),
});

function termsOf(params: CaseInputs): DutchAuctionTerms {
  const auction = params.object('auction');
  return checkAuctionTerms({
    startingShare: auction.figure('startingMtmPercentage'),
    fastCutoffShare: auction.figure('fastCutoffPercentage'),
    fastLengthSeconds: auction.figure('fastLengthSec'),
    slowLengthSeconds: auction.figure('slowLengthSec'),
    insolventLengthSeconds: auction.figure('insolventLengthSec'),
    liquidatorFeeRate: auction.figure('liquidatorFeeRate'),
    bufferShare: auction.figure('bufferMarginPercentage'),
    wholeBelowWorth: auction.figure('mtmCutoff', '0'),
  });
}

function accountOf(inputs: CaseInputs): AuctionedAccount {
  return {
    markToMarket: inputs.figure('mtm'),
    maintenanceMargin: inputs.figure('maintenance', '0'),
    reservedCash: inputs.figure('reservedCash', '0'),
  };
}

function insolventPrice(inputs: CaseInputs, params: CaseInputs): Decimal {
  const elapsed = inputs.figure('elapsedSec', '0');
  return insolventQuote(inputs.figure('mtm'), inputs.figure('maintenance'), elapsed, termsOf(params));
}

function simulate(inputs: CaseInputs, params: CaseInputs, { params: sets, actions }: ConformanceCase): unknown {
  const terms = termsOf(params);
  const margin = readDerivePortfolioV1((sets as { margin: unknown }).margin);
  const options = inputs.list('options');
  const startTime = inputs.figure('startTime', '0');
  const markAt = (portfolio: Portfolio, market: CaseInputs, time: Decimal): AuctionMark =>
    markOf(portfolio, marketOf(options, market, time), margin);
  const portfolio: Portfolio = {
    collateral: [
      { asset: CASH, amount: inputs.figure('cash') },
      { asset: UNDERLYING, amount: inputs.figure('basePosition', '0') },
    ],
    positions: options.map((option) => ({ instrument: instrumentOf(option), quantity: option.figure('amount') })),
    orders: [],
  };
  const mark = markAt(portfolio, inputs.object('marketAtStart'), startTime);
  let { auction } = startAuction(portfolio, mark, startTime, terms, CASH);
  return caseInputs({ actions }, 'case')
    .list('actions')
    .map((action) => {
      const nowSeconds = action.figure('time');
      const market = action.object('market');
      const before = markAt(auction.portfolio, market, nowSeconds);
      const pre = auctionFigures(auction, before, nowSeconds, terms);
      const wanted = action.figure('percentWanted');
      const bid = bidOnAuction(auction, before, { wanted, nowSeconds }, terms, CASH);
      auction = bid.auction;
      const post = auctionFigures(auction, markAt(auction.portfolio, market, nowSeconds), nowSeconds, terms);
      return {
        preMtm: pre.markToMarket,
        preMaintenance: pre.maintenanceMargin,
        preBuffer: pre.bufferMargin,
        preMaxProportion: pre.maxProportion,
        bidPricePaid: bid.cashFromBidder,
        cashToBidder: bid.cashToBidder,
        percentLiquidated: bid.portion,
        postMtm: post.markToMarket,
        postMaintenance: post.maintenanceMargin,
        postBuffer: post.bufferMargin,
        postMaxProportion: post.maxProportion,
      };
    });
}

function markOf(portfolio: Portfolio, market: Market, parameters: DerivePortfolioV1Parameters): AuctionMark {
  const { markToMarket, maintenanceMargin } = derivePortfolioV1Margin(portfolio, market, parameters);
  return { markToMarket, maintenanceMargin };
}

const instantAt = (seconds: Decimal): number => seconds.times(1_000).toNumber();

function instrumentOf(option: CaseInputs) {
  const type = option.flag('isCall') ? ('call' as const) : ('put' as const);
  const expiry = instantAt(option.figure('expiryTime'));
  const strike = option.figure('strike');
  return {
    kind: 'option' as const,
    id: `${UNDERLYING}-${expiry}-${strike.toString()}-${type}`,
    underlying: UNDERLYING,
    settlement: 'linear' as const,
    contractSize: ZERO.plus(1),
    type,
    strike,
    expiry,
  };
}

/** @param options as listed in the case; `vols` of a market are in their order */
function marketOf(options: readonly CaseInputs[], market: CaseInputs, time: Decimal): Market {
  const vols = market.figures('vols');
  const feeds = market.list('expiryFeeds').map((feed) => {
    const expiry = instantAt(feed.figure('expiryTime'));
    return {
      underlying: UNDERLYING,
      expiry,
      forward: feed.figure('forward'),
      forwardConfidence: feed.figure('forwardConfidence', '1'),
      rate: feed.figure('rate'),
      rateConfidence: feed.figure('rateConfidence', '1'),
      volatilityConfidence: feed.figure('volConfidence', '1'),
    };
  });
  return {
    asOf: instantAt(time),
    underlyings: new Map([
      [UNDERLYING, { spot: market.figure('spot'), confidence: market.figure('spotConfidence', '1') }],
    ]),
    expiries: new Map(feeds.map((feed) => [`${UNDERLYING}@${feed.expiry}`, feed])),
    instruments: new Map(
      options.map((option, i) => [instrumentOf(option).id, { mark: ZERO, volatility: vols[i] ?? ZERO }]),
    ),
    collateral: new Map(),
    stablePrice: market.figure('stablePrice', '1'),
  };
}
