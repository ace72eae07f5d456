import type {
  AccountId,
  AccountMarginState,
  Asset,
  DecimalString,
  InstrumentId,
  Instant,
  MarginFigures,
  PerpetualId,
  Place,
  PriceStatus,
  Side,
  Underlying,
} from './common.js';

/**
 * One tier of a continuous schedule: for a notional N in [floor, next floor) the requirement is N * rate - deduction.
 * @see docs/spec/margin.md (W65)
 */
export interface Bracket {
  readonly floor: DecimalString;
  readonly rate: DecimalString;
  readonly deduction: DecimalString;
}

export interface BySide<T> {
  readonly long: T;
  readonly short: T;
}

/** What closing out on one underlying costs (LCP): figures of the parameters in force. Rates are fractions of notional. */
export interface LiquidationCostFigures {
  /** s: full bid-ask spread. */
  readonly spread: DecimalString;
  /** Y: impact coefficient of the square-root law. */
  readonly impact: DecimalString;
  /** zeta: price of the risk carried while unwinding. */
  readonly zeta: DecimalString;
  /** phi: share of the average daily volume that an unwind may take. */
  readonly participation: DecimalString;
  /** f_IF: what the insurance fund gets on top, a share of execution and time cost. */
  readonly fundShare: DecimalString;
  /** c_ops, p_min, p_max */
  readonly operatingCost: DecimalString;
  readonly penaltyMin: DecimalString;
  readonly penaltyMax: DecimalString;
  /** ADV, USD per day. */
  readonly averageDailyVolume: DecimalString;
}

/** Everything the margin of one underlying depends on, at one price set. Daily volatility units. */
export interface UnderlyingSchedule {
  readonly underlying: Underlying;
  readonly instrument: PerpetualId;
  readonly status: PriceStatus;
  readonly mark: DecimalString;
  /** V*: measured volatility over reference, clamped to [1, V_max]. */
  readonly scalarMeasured: DecimalString;
  /** V_t: rate-limited scalar; V_eff: after the buffer. sigma = V_eff * s_base. */
  readonly scalar: DecimalString;
  readonly scalarEffective: DecimalString;
  readonly sigma: DecimalString;
  /** R_t = ln(mark / mark an hour ago), the age of that mark and the threshold x it is held against. */
  readonly logReturn: DecimalString;
  readonly logReturnAgeMs: number;
  readonly triggerThreshold: DecimalString;
  readonly triggered: BySide<boolean>;
  /** X_side: price-triggered scalar, decaying; 0 when off. */
  readonly triggerScalar: BySide<DecimalString>;
  /** L_side: the scalar the liquidation level of that side is at (while parameters are constant). */
  readonly liquidationScalar: BySide<DecimalString>;
  /** Requirement at the call level, and the same at the lowest level of the notice window. */
  readonly callBrackets: readonly Bracket[];
  /** The liquidation rate is the maximum of the lowest of `notice` and, if there is one, `trigger` of the side. */
  readonly notice: readonly (readonly Bracket[])[];
  readonly trigger: BySide<readonly Bracket[] | null>;
  /** What closing out costs (docs/spec/liquidation.md). */
  readonly liquidationCost: LiquidationCostFigures;
}

export interface CollateralPrice {
  readonly asset: Asset;
  readonly price: DecimalString;
  readonly haircut: DecimalString;
}

/** One position inside an assessment, for explanation and liquidation. */
export interface PositionRequirement {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  readonly side: Side;
  /** Signed. */
  readonly quantity: DecimalString;
  readonly mark: DecimalString;
  /** |quantity| * mark, USD. */
  readonly notional: DecimalString;
  /** The owner's sum on this side of the underlying, USD: the size the rate is read at. */
  readonly ownerNotional: DecimalString;
  readonly callRate: DecimalString;
  readonly liquidationRate: DecimalString;
  /** Unrounded requirement, USD. */
  readonly call: DecimalString;
  readonly liquidation: DecimalString;
  readonly unrealisedPnl: DecimalString;
}

export interface CollateralLine {
  readonly asset: Asset;
  readonly amount: DecimalString;
  readonly price: DecimalString;
  readonly haircut: DecimalString;
  readonly value: DecimalString;
}

/** What a portfolio model adds to an assessment: everything its requirement was made of. USD. */
export interface PortfolioDetail {
  /** `<name>@<version>` of the model, id of its parameters, number of the risk arrays (0: none). */
  readonly model: string;
  readonly parameters: string;
  readonly riskArrays: number;
  /** Scenario with the greatest loss at the call level; null when nothing can be lost. */
  readonly worstScenario: string | null;
  /** Profit of the whole portfolio per scenario, loss negative. */
  readonly scenarios: readonly { readonly id: string; readonly pnl: DecimalString }[];
  readonly lines: readonly {
    readonly code: string;
    readonly subject?: string;
    readonly amount: DecimalString;
    readonly figures?: Readonly<Record<string, DecimalString>>;
  }[];
}

/** One assessment with every intermediate figure. */
export interface AssessmentDetail {
  readonly accountId: AccountId;
  /** Version of the account (its stream in accounts p) that was assessed. */
  readonly accountVersion: number;
  /** Position of ScheduleInForce in margin global. */
  readonly schedule: number;
  readonly figures: MarginFigures;
  /** Money of cleared withdrawals, USD value; already left out of equity. */
  readonly clearedHolds: DecimalString;
  readonly collateral: readonly CollateralLine[];
  readonly positions: readonly PositionRequirement[];
  /** Present when a portfolio model decided; the requirements of the positions are then their shares in it, negative for a hedge. */
  readonly portfolio?: PortfolioDetail;
}

/** Parameters of one underlying; units in docs/spec/margin.md. All figures decimals as text. */
export interface UnderlyingParameters extends LiquidationCostFigures {
  readonly sRef: DecimalString;
  readonly sBase: DecimalString;
  readonly triggerK: DecimalString;
  readonly weightFast: DecimalString;
  readonly weightSlow: DecimalString;
  readonly scalarMax: DecimalString;
  readonly risePerHour: DecimalString;
  readonly decayPerHour: DecimalString;
  readonly buffer: DecimalString;
  readonly z: DecimalString;
  readonly tau0Days: DecimalString;
  readonly rateMin: DecimalString;
  readonly rateMax: DecimalString;
  readonly bracketFloors: readonly DecimalString[];
}

export interface MarginParameters {
  /** `<name>@<version>`, cited by every decision. */
  readonly id: string;
  readonly noticeMs: number;
  readonly noticeAllowance: DecimalString;
  readonly initialMultiple: DecimalString;
  readonly warnUsage: DecimalString;
  readonly exitFactor: DecimalString;
  /** Health (equity over call requirement) at which a liquidation ends. */
  readonly targetHealth: DecimalString;
  readonly haircuts: { readonly [asset: Asset]: DecimalString };
  readonly underlyings: { readonly [underlying: Underlying]: UnderlyingParameters };
}

/** Commands of margin global, through REST and the bus. The actor of the entry is who proposes or approves. */
export interface MarginCommands {
  ProposeParameters: { readonly proposalId: string; readonly parameters: MarginParameters; readonly reason: string };
  ApproveParameters: { readonly proposalId: string };
}

/** margin, global: stream `schedule`, `parameters`. */
export interface MarginGlobalEvents {
  /** The only event that starts a full run: prices and parameters together. `number` counts 1, 2, 3, ... */
  ScheduleInForce: {
    readonly number: number;
    /** Position of PriceSetPublished in pricing global. */
    readonly priceSet: number;
    readonly asOf: Instant;
    readonly parameters: string;
    /** H*: health (equity over call requirement) at which a liquidation ends. */
    readonly targetHealth: DecimalString;
    /** Halted: nobody enters LIQUIDATING on this schedule. */
    readonly status: PriceStatus;
    readonly underlyings: readonly UnderlyingSchedule[];
    readonly collateral: readonly CollateralPrice[];
  };
  ParametersProposed: { readonly proposalId: string; readonly parameters: MarginParameters; readonly reason: string };
  /** Approved by another person than the proposer; in force from the next price set. */
  ParametersApproved: { readonly proposalId: string; readonly parameters: string };
}

/** margin p: streams `margin-<accountId>`, `runs`, `withdrawal-<withdrawalId>`, `adl-<roundId>`. */
export interface MarginEvents {
  MarginRunCompleted: {
    readonly kind: 'full' | 'touched';
    /** Position of the ScheduleInForce in margin global. */
    readonly schedule: number;
    /** `adaptive-linear@1` */
    readonly model: string;
    /** How many accounts other models assessed, by id; absent when none. */
    readonly otherModels?: Readonly<Record<string, number>>;
    readonly kernelProfile: string;
    readonly assessed: number;
    /** How many of them were decided in exact decimals. */
    readonly decidedExactly: number;
    /** Root of the Merkle tree over all assessments, hex. Leaf = chunk of 256 records of 64 bytes in account order. */
    readonly root: string;
    /** Accounts of the partition by state after the run. */
    readonly states: { readonly [S in AccountMarginState]: number };
  };
  AccountStateChanged: {
    readonly accountId: AccountId;
    readonly from: AccountMarginState;
    readonly to: AccountMarginState;
    readonly reason: string;
    readonly assessment: AssessmentDetail;
  };
  MarginCallIssued: {
    readonly callId: string;
    readonly accountId: AccountId;
    readonly issuedAt: Instant;
    /** After this, an unmet call restricts the account. */
    readonly dueAt: Instant;
    /** Call requirement minus equity, USD. */
    readonly deficit: DecimalString;
    readonly figures: MarginFigures;
  };
  MarginCallMet: { readonly callId: string; readonly accountId: AccountId; readonly figures: MarginFigures };
  MarginCallExpired: { readonly callId: string; readonly accountId: AccountId; readonly figures: MarginFigures };
  /** Entry into LIQUIDATING, with all that the no-surprise invariant needs. */
  LiquidationTriggered: {
    readonly accountId: AccountId;
    readonly assessment: AssessmentDetail;
    /** Underlyings whose price trigger was on or decaying for a side the account holds. */
    readonly triggers: readonly {
      readonly underlying: Underlying;
      readonly side: Side;
      readonly logReturn: DecimalString;
      readonly threshold: DecimalString;
      readonly k: DecimalString;
      /** X_side at this schedule. */
      readonly scalar: DecimalString;
    }[];
    /** Per position the lowest call rate, at the present size, of all schedules in force in the notice window. */
    readonly lowestCallRates: readonly { readonly instrument: InstrumentId; readonly rate: DecimalString }[];
  };
  /** Health of an account that is LIQUIDATING, after every run that assessed it. Liquidation acts on it. */
  LiquidatingAccountAssessed: { readonly accountId: AccountId; readonly assessment: AssessmentDetail };
  WithdrawalCleared: {
    readonly withdrawalId: string;
    readonly attempt: number;
    readonly accountId: AccountId;
    readonly accountVersion: number;
    readonly schedule: number;
    readonly figures: MarginFigures;
  };
  WithdrawalRefused: {
    readonly withdrawalId: string;
    readonly attempt: number;
    readonly accountId: AccountId;
    readonly accountVersion: number;
    readonly schedule: number;
    readonly figures: MarginFigures;
    readonly code: 'below-initial-requirement' | 'account-liquidating' | 'prices-halted';
  };
  /** Answer of this partition to AdlRoundOpened; also when there is none. */
  AdlCandidatesReported: {
    readonly roundId: string;
    readonly candidates: readonly {
      readonly accountId: AccountId;
      /** Unsigned, on the side to be reduced. */
      readonly quantity: DecimalString;
      readonly notional: DecimalString;
      readonly equity: DecimalString;
    }[];
  };
}

export type { Place };
