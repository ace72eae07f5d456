import type { AccountsEvents, FundEvents } from './accounts.js';
import type { FillEvents, OrderReportEvents, TransferEvents } from './exchange.js';
import type { AdlEvents, LiquidationEvents } from './liquidation.js';
import type { MarginEvents, MarginGlobalEvents } from './margin.js';
import type { PricingEvents } from './pricing.js';

/**
 * Every type of a log, so that a new fact has to be looked at here before a partition reads over it: a deciding fold
 * fails closed on what stands in none of these.
 */
export type FactNames<Events> = Readonly<Record<keyof Events & string, true>>;

export const FILL_FACTS: FactNames<FillEvents> = { TradeFilled: true };

export const TRANSFER_FACTS: FactNames<TransferEvents> = {
  AccountOpeningRequested: true,
  DepositReceived: true,
  WithdrawalRequested: true,
  FundContributionReceived: true,
};

export const MARGIN_GLOBAL_FACTS: FactNames<MarginGlobalEvents> = {
  ScheduleInForce: true,
  ParametersProposed: true,
  ParametersApproved: true,
};

export const PRICING_FACTS: FactNames<PricingEvents> = {
  SourceStateChanged: true,
  VolatilitySeeded: true,
  PriceSetPublished: true,
  FundingRateFixed: true,
  InstrumentAdmitted: true,
  InstrumentRefused: true,
  SurfacePublished: true,
  RiskArraysPublished: true,
  SettlementPriceFixed: true,
  VariationPriceFixed: true,
};

export const MARGIN_FACTS: FactNames<MarginEvents> = {
  MarginRunCompleted: true,
  AccountStateChanged: true,
  MarginCallIssued: true,
  MarginCallMet: true,
  MarginCallExpired: true,
  LiquidationTriggered: true,
  LiquidatingAccountAssessed: true,
  WithdrawalCleared: true,
  WithdrawalRefused: true,
  AdlCandidatesReported: true,
};

export const ACCOUNTS_FACTS: FactNames<AccountsEvents> = {
  AccountOpened: true,
  CollateralCredited: true,
  WithdrawalHeld: true,
  WithdrawalResubmitted: true,
  WithdrawalSettled: true,
  WithdrawalReleased: true,
  WithdrawalRejected: true,
  PositionChanged: true,
  FundingSettled: true,
  MarginModelChosen: true,
  VariationSettled: true,
  VariationClosed: true,
  ContractDelivered: true,
  ExpiryClosed: true,
  FundingClosed: true,
  LiquidationCostSettled: true,
  PenaltyRemainderSent: true,
  FundGrantReceived: true,
  UncoveredLossBooked: true,
  AdlBooked: true,
  FundContributionForwarded: true,
  SuspenseBooked: true,
};

export const FUND_FACTS: FactNames<FundEvents> = { FundCredited: true, FundDrawGranted: true };

export const ORDER_REPORT_FACTS: FactNames<OrderReportEvents> = { OrdersCancelled: true, CloseOutOrderFinished: true };

export const LIQUIDATION_FACTS: FactNames<LiquidationEvents> = {
  LiquidationOpened: true,
  OrdersCancelRequested: true,
  CloseOutOrderPlaced: true,
  LiquidationCostAssessed: true,
  FundDrawRequested: true,
  AdlRequested: true,
  LiquidationClosed: true,
};

export const ADL_FACTS: FactNames<AdlEvents> = { AdlRoundOpened: true, AdlExecuted: true, AdlRoundClosed: true };
