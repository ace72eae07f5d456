import type { AccountId, Asset, DecimalString, InstrumentId, Place, TradeSide, Side } from './common.js';
import type { MarginFigures } from './common.js';

/** liquidation p. Stream `liquidation-<caseId>`. A case id is `<accountId>#<n>`, n counting the account's cases. */
export interface LiquidationEvents {
  LiquidationOpened: {
    readonly caseId: string;
    readonly accountId: AccountId;
    /** Place of LiquidationTriggered in margin p. */
    readonly trigger: Place;
    readonly figures: MarginFigures;
  };
  OrdersCancelRequested: { readonly caseId: string; readonly accountId: AccountId };
  /** Immediate-or-cancel order; its id is its place in this log. */
  CloseOutOrderPlaced: {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly slice: number;
    readonly instrument: InstrumentId;
    readonly side: TradeSide;
    readonly quantity: DecimalString;
    /** The account's position is closed at this mark. */
    readonly mark: DecimalString;
    /** e: equity attributable to the position over its notional; theta; the modelled and the charged rate (fractions). */
    readonly equityRate: DecimalString;
    readonly theta: DecimalString;
    readonly modelledRate: DecimalString;
    readonly provisionalRate: DecimalString;
    /** Modelled parts of the rate: c_exec, c_time. */
    readonly executionRate: DecimalString;
    readonly timeRate: DecimalString;
    /** f_IF and c_ops: with them and the realised slippage the final rate follows from this event alone. */
    readonly fundShare: DecimalString;
    readonly operatingCost: DecimalString;
    readonly requirementFreed: DecimalString;
    readonly health: DecimalString;
    /** Schedule the figures are from, and the account version they hold for. */
    readonly schedule: number;
    readonly accountVersion: number;
    /**
     * For contracts other than the linear perpetuals. `notional`: USD per contract that the rates are fractions of. `assetPrice`: USD per
     * unit of the settlement asset, at which the difference between mark and fill is converted (1 for USD). Accounts books by these.
     */
    readonly settlement?: {
      readonly asset: Asset;
      readonly notional: DecimalString;
      readonly assetPrice: DecimalString;
    };
  };
  /** Final cost of a slice after its last report. */
  LiquidationCostAssessed: {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly order: Place;
    readonly closedQuantity: DecimalString;
    /** closedQuantity * mark, USD. */
    readonly closedNotional: DecimalString;
    readonly equityRate: DecimalString;
    /** Realised slippage against the mark, USD (>= 0 is a cost) and as a fraction, not below 0. */
    readonly slippage: DecimalString;
    readonly realisedRate: DecimalString;
    readonly finalRate: DecimalString;
    /** USD: charged at the fills, due by the final rate, and their signed difference (positive = returned to the client). */
    readonly charged: DecimalString;
    readonly penalty: DecimalString;
    readonly trueUp: DecimalString;
    /** Part of the penalty that is the reward for execution and time, USD; the rest is the fund's. */
    readonly reward: DecimalString;
  };
  FundDrawRequested: {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly purpose: 'BankruptcyDeficit' | 'SlippageBeyondReward';
    readonly amount: DecimalString;
    /** Slice it belongs to, for slippage. */
    readonly order: Place | null;
  };
  AdlRequested: {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly instrument: InstrumentId;
    /** Side of the bankrupt position. */
    readonly side: Side;
    readonly quantity: DecimalString;
    /** Price at which the account's equity after the grant is exactly used up (pro rata over its positions). */
    readonly bankruptcyPrice: DecimalString;
    readonly schedule: number;
    /** Smallest quantity step, contracts; the linear perpetuals' is known. */
    readonly lot?: DecimalString;
  };
  LiquidationClosed: {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly outcome: 'restored' | 'closed-out' | 'deleveraged';
    readonly slices: number;
    /** Deficit left without a position, USD >= 0: accounts moves it to uncovered-loss. */
    readonly uncoveredLoss: DecimalString;
  };
}

/** liquidation, global: auto-deleveraging. Stream `adl-<instrument>-<side>`. */
export interface AdlEvents {
  AdlRoundOpened: {
    readonly roundId: string;
    readonly instrument: InstrumentId;
    /** Side of the bankrupt positions; candidates are on the other side. */
    readonly side: Side;
    readonly schedule: number;
    readonly requests: readonly {
      readonly request: Place;
      readonly caseId: string;
      readonly accountId: AccountId;
      readonly quantity: DecimalString;
      readonly bankruptcyPrice: DecimalString;
    }[];
  };
  AdlExecuted: {
    readonly roundId: string;
    readonly instrument: InstrumentId;
    readonly side: Side;
    /** Leverage cap of the water-filling: whoever is above is brought down to it. */
    readonly leverageCap: DecimalString;
    readonly closes: readonly {
      readonly partition: number;
      readonly accountId: AccountId;
      readonly request: Place;
      readonly quantity: DecimalString;
      readonly price: DecimalString;
    }[];
  };
  /** All candidates have booked; the bankrupt sides are closed by the sums. A remainder opens the next round. */
  AdlRoundClosed: {
    readonly roundId: string;
    readonly instrument: InstrumentId;
    readonly side: Side;
    readonly bankrupt: readonly {
      readonly request: Place;
      readonly caseId: string;
      readonly accountId: AccountId;
      readonly closedQuantity: DecimalString;
      readonly price: DecimalString;
      readonly remainder: DecimalString;
    }[];
  };
}
