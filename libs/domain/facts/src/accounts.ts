import type {
  AccountAfter,
  AccountId,
  AmountByAsset,
  Asset,
  DecimalString,
  InstrumentId,
  Instant,
  Place,
  PositionFigures,
  Posting,
  TradeSide,
} from './common.js';

/** Commands of accounts p, through REST and the bus. */
export interface AccountsCommands {
  OpenAccount: { readonly accountId: AccountId };
  Deposit: {
    readonly depositId: string;
    readonly accountId: AccountId;
    readonly asset: Asset;
    readonly amount: DecimalString;
  };
  RequestWithdrawal: {
    readonly withdrawalId: string;
    readonly accountId: AccountId;
    readonly asset: Asset;
    readonly amount: DecimalString;
  };
  /** The owner's choice of the margin model of an account, by its `<name>@<version>`; margin acts on it from its next run. */
  ChooseMarginModel: { readonly accountId: AccountId; readonly model: string };
}

interface Booked {
  readonly postings: readonly Posting[];
}

/**
 * accounts p. Stream `account-<accountId>` for all events with an accountId (its version is the account version);
 * `house`, `suspense`, `fund-transit` for the others.
 */
export interface AccountsEvents {
  AccountOpened: { readonly accountId: AccountId };
  /** A deposit, or a correction in the client's favour. */
  CollateralCredited: AccountAfter &
    Booked & { readonly depositId: string; readonly asset: Asset; readonly amount: DecimalString };
  /** Money moved from client/ to held/; margin answers with WithdrawalCleared or WithdrawalRefused. */
  WithdrawalHeld: AccountAfter &
    Booked & {
      readonly withdrawalId: string;
      readonly attempt: number;
      readonly asset: Asset;
      readonly amount: DecimalString;
    };
  /** Asked again, because the account changed between the answer and the settlement. No posting. */
  WithdrawalResubmitted: {
    readonly accountId: AccountId;
    readonly withdrawalId: string;
    readonly attempt: number;
    readonly asset: Asset;
    readonly amount: DecimalString;
  };
  WithdrawalSettled: AccountAfter &
    Booked & { readonly withdrawalId: string; readonly asset: Asset; readonly amount: DecimalString };
  /** Held money given back after a refusal by margin. */
  WithdrawalReleased: AccountAfter &
    Booked & {
      readonly withdrawalId: string;
      readonly asset: Asset;
      readonly amount: DecimalString;
      readonly code: string;
    };
  /** Refused at once: nothing was held. */
  WithdrawalRejected: { readonly accountId: AccountId; readonly withdrawalId: string; readonly code: string };
  /**
   * A fill was booked (novation against the house position of this partition). For a close-out the client is closed
   * at the mark of the order; mark minus fill goes to the ledger account `liquidation`, the provisional penalty is
   * charged here.
   */
  PositionChanged: AccountAfter &
    Booked & {
      readonly reason: 'trade' | 'close-out';
      readonly tradeId: string;
      readonly closeOutOrder: Place | null;
      readonly side: TradeSide;
      readonly quantity: DecimalString;
      /** Price the client's position changed at: the fill, or the mark of the close-out order. */
      readonly price: DecimalString;
      /** Price on the exchange. */
      readonly fillPrice: DecimalString;
      /** Settlement asset, exact; zero against premium, where the price itself is paid (`settlement`). */
      readonly realisedPnl: DecimalString;
      /** Trading fee in the settlement asset, or the provisional penalty of a close-out in USD. */
      readonly fee: DecimalString;
      readonly feeSchedule: string;
      readonly position: PositionFigures;
      /** For contracts other than the linear perpetuals: what the client was paid before the fee, rounded, and in which asset. */
      readonly settlement?: { readonly asset: Asset; readonly cash: DecimalString };
    };
  /** The margin model of the account from now on. No posting. */
  MarginModelChosen: { readonly accountId: AccountId; readonly model: string };
  /** Variation of one settlement cycle: the profit since the last one was paid, the cost moved to the settlement price. */
  VariationSettled: AccountAfter &
    Booked & {
      readonly instrument: InstrumentId;
      readonly dueAt: Instant;
      readonly price: DecimalString;
      readonly asset: Asset;
      /** Credit to the client; negative = paid. */
      readonly amount: DecimalString;
      readonly position: PositionFigures;
    };
  /** House leg of a settlement cycle of this partition, and the rounding residue. */
  VariationClosed: Booked & {
    readonly instrument: InstrumentId;
    readonly dueAt: Instant;
    readonly price: DecimalString;
    readonly asset: Asset;
    readonly houseAmount: DecimalString;
    readonly rounding: DecimalString;
    readonly clients: number;
  };
  /** A contract expired: the position was closed at its delivered value. */
  ContractDelivered: AccountAfter &
    Booked & {
      readonly instrument: InstrumentId;
      readonly deliveryPrice: DecimalString;
      /** Contracts that were delivered, negative = short. */
      readonly quantity: DecimalString;
      readonly asset: Asset;
      /** Credit to the client before the fee. */
      readonly amount: DecimalString;
      readonly fee: DecimalString;
      readonly position: PositionFigures;
    };
  /** House leg of an expiry of this partition; afterwards nobody holds the contract. */
  ExpiryClosed: Booked & {
    readonly instrument: InstrumentId;
    readonly deliveryPrice: DecimalString;
    readonly asset: Asset;
    readonly houseQuantity: DecimalString;
    readonly houseAmount: DecimalString;
    readonly rounding: DecimalString;
    readonly clients: number;
  };
  FundingSettled: AccountAfter &
    Booked & {
      readonly instrument: InstrumentId;
      readonly dueAt: Instant;
      readonly quantity: DecimalString;
      /** Credit to the client, USD; negative = paid. */
      readonly amount: DecimalString;
    };
  /** House leg of a funding settlement of this partition: quantity of the house, its amount, and the rounding residue. */
  FundingClosed: Booked & {
    readonly instrument: InstrumentId;
    readonly dueAt: Instant;
    readonly houseQuantity: DecimalString;
    readonly houseAmount: DecimalString;
    readonly rounding: DecimalString;
    readonly clients: number;
  };
  /** The signed true-up of a close-out slice (LiquidationCostAssessed): negative = charged, positive = returned. */
  LiquidationCostSettled: AccountAfter &
    Booked & { readonly caseId: string; readonly order: Place; readonly trueUp: DecimalString };
  /** What the `liquidation` ledger account held in plus after a slice leaves for the fund. */
  PenaltyRemainderSent: Booked & { readonly caseId: string; readonly order: Place; readonly amount: DecimalString };
  /** Money of FundDrawGranted arrives: in the client's account (deficit) or in `liquidation` (slippage). */
  FundGrantReceived: Booked & {
    readonly caseId: string;
    readonly request: Place;
    readonly purpose: 'BankruptcyDeficit' | 'SlippageBeyondReward';
    readonly accountId: AccountId;
    readonly amount: DecimalString;
    readonly collateral: AmountByAsset;
  };
  /** A loss that nobody pays: moved to `uncovered-loss`. The sum of these is the shortfall. */
  UncoveredLossBooked: Booked & {
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly reason: 'deficit-without-position' | 'slippage-beyond-fund';
    readonly amount: DecimalString;
    readonly collateral: AmountByAsset;
  };
  /** One side of an auto-deleveraging; quantity may be less than executed, also zero, if the account held less. */
  AdlBooked: AccountAfter &
    Booked & {
      readonly roundId: string;
      readonly role: 'candidate' | 'bankrupt';
      /** Request (place in liquidation p) whose bankruptcy price this is. */
      readonly request: Place;
      readonly instrument: InstrumentId;
      readonly side: TradeSide;
      readonly executedQuantity: DecimalString;
      readonly quantity: DecimalString;
      readonly price: DecimalString;
      readonly realisedPnl: DecimalString;
      readonly position: PositionFigures;
      /** As in PositionChanged. */
      readonly settlement?: { readonly asset: Asset; readonly cash: DecimalString };
    };
  /** The operator's contribution, passed on to the fund through in-transit. */
  FundContributionForwarded: Booked & { readonly contributionId: string; readonly amount: DecimalString };
  /** A fact for an account this partition does not know; a fill is kept in `suspense` with its whole quantity. Alarm. */
  SuspenseBooked: Booked & {
    readonly reason: 'unknown-account' | 'unknown-instrument' | 'malformed';
    readonly source: { readonly log: string; readonly position: number };
    readonly accountId: string;
    /** Code of what is wrong, for people and alarms. */
    readonly detail: string;
    /** Id of what is kept here, so that its second delivery is known: `deposit <id>`, `trade <id> <side>`; null when nothing is kept. */
    readonly reference: string | null;
    /** What the fill of an unknown account adds to the suspense position (quantity signed, cost exact); null for all others. */
    readonly position: PositionFigures | null;
  };
}

/** accounts, global: the insurance fund. Stream `insurance-fund`. */
export interface FundEvents {
  FundCredited: Booked & {
    readonly reason: 'contribution' | 'penalty-remainder';
    /** Place in accounts p of the event that sent the money. */
    readonly origin: Place;
    readonly amount: DecimalString;
    readonly balance: DecimalString;
  };
  /** Answer to FundDrawRequested, perhaps less than asked, perhaps zero. */
  FundDrawGranted: Booked & {
    readonly request: Place;
    readonly caseId: string;
    readonly accountId: AccountId;
    readonly purpose: 'BankruptcyDeficit' | 'SlippageBeyondReward';
    readonly requested: DecimalString;
    readonly granted: DecimalString;
    readonly balance: DecimalString;
  };
}
