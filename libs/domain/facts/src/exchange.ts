import type { AccountId, Asset, DecimalString, InstrumentId, Instant, Place, TradeSide, Underlying } from './common.js';
import type { ContractSpecificationDocument } from './instruments.js';

/** exchange.quotes, global. Stream `clock`, `quotes-<underlying>` or `market`. */
export interface QuoteEvents {
  /** First message of an exchange: how often it wants prices. What it trades comes with InstrumentListed. */
  MarketOpened: { readonly name: string; readonly priceSetEverySeconds: number };
  /** Closing prices before the start, oldest first, evenly spaced; seeds volatility and the marks of the last hour. */
  PriceHistorySupplied: {
    readonly underlying: Underlying;
    readonly intervalMs: number;
    readonly closes: readonly { readonly at: Instant; readonly price: DecimalString }[];
  };
  /** Clearing time moves on; the only input that brings time when nothing else happens. Sent after the quotes of its moment. */
  ClockTicked: { readonly at: Instant };
  /** Best bid and ask of an underlying, or of a coin that is collateral only, on outside venues. A venue without news is absent. */
  VenueQuotesReceived: {
    readonly underlying: Underlying;
    readonly quotes: readonly {
      readonly venue: string;
      readonly bid: DecimalString;
      readonly ask: DecimalString;
      /** When the venue quoted. */
      readonly at: Instant;
    }[];
  };
  /** The exchange's own book of a linear perpetual. */
  PerpetualBookObserved: {
    readonly instrument: InstrumentId;
    readonly bestBid: DecimalString;
    readonly bestAsk: DecimalString;
    /** Average fill price of the impact notional (docs/spec/pricing.md), sell and buy side. */
    readonly impactBid: DecimalString;
    readonly impactAsk: DecimalString;
    readonly lastPrice: DecimalString;
    readonly at: Instant;
  };
  /** A contract is listed. It may be traded as soon as pricing has answered with InstrumentAdmitted. */
  InstrumentListed: { readonly specification: ContractSpecificationDocument };
  /** The exchange's own book of a dated future or an inverse perpetual, USD per unit of the underlying. */
  ContractBookObserved: {
    readonly instrument: InstrumentId;
    readonly bestBid: DecimalString;
    readonly bestAsk: DecimalString;
    readonly at: Instant;
  };
  /** Books of the options of one expiry: USD per unit of the underlying, coin for coin-settled ones. A missing side is null. */
  OptionChainQuoted: {
    readonly underlying: Underlying;
    readonly expiry: Instant;
    readonly quotes: readonly {
      readonly instrument: InstrumentId;
      readonly bid: DecimalString | null;
      readonly ask: DecimalString | null;
      /** Contracts, one side; the weight of the quote in the fit. */
      readonly openInterest: DecimalString | null;
    }[];
    readonly at: Instant;
  };
}

/** exchange.fills p. Stream `fills-<accountId>`. One message per side of a trade, same trade id. */
export interface FillEvents {
  TradeFilled: {
    readonly tradeId: string;
    readonly accountId: AccountId;
    readonly instrument: InstrumentId;
    readonly side: TradeSide;
    readonly quantity: DecimalString;
    readonly price: DecimalString;
    readonly liquidity: 'maker' | 'taker';
    /** Place of `CloseOutOrderPlaced` in liquidation p, when this fill executes a close-out order. */
    readonly closeOutOrder: Place | null;
  };
}

/** exchange.transfers p. Stream `transfers-<accountId>`, fund: `transfers-fund` (partition 0). */
export interface TransferEvents {
  AccountOpeningRequested: { readonly accountId: AccountId };
  DepositReceived: {
    readonly depositId: string;
    readonly accountId: AccountId;
    readonly asset: Asset;
    readonly amount: DecimalString;
  };
  WithdrawalRequested: {
    readonly withdrawalId: string;
    readonly accountId: AccountId;
    readonly asset: Asset;
    readonly amount: DecimalString;
  };
  /** The operator's money for the insurance fund, USD. */
  FundContributionReceived: { readonly contributionId: string; readonly amount: DecimalString };
}

/** exchange.orderReports p. Stream `order-<liquidation position>`. */
export interface OrderReportEvents {
  /** Answer to OrdersCancelRequested. */
  OrdersCancelled: { readonly accountId: AccountId; readonly request: Place; readonly cancelledOrders: number };
  /** Last word on a close-out order; the fills before it are in exchange.fills p. */
  CloseOutOrderFinished: {
    readonly accountId: AccountId;
    readonly order: Place;
    readonly status: 'filled' | 'partially-filled' | 'unfilled';
    readonly filledQuantity: DecimalString;
  };
}
