import { invariant } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  AdlEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  MarginGlobalEvents,
  OrderReportEvents,
  Place,
  PricingEvents,
} from '@ballast/facts';

/** The entries of a log, told apart by their type. */
export type EntryOf<Events> = { [T in keyof Events & string]: LogEntry<T, Events[T]> }[keyof Events & string];

type Names<Events> = Readonly<Record<keyof Events & string, true>>;

const MARGIN_GLOBAL: Names<MarginGlobalEvents> = {
  ScheduleInForce: true,
  ParametersProposed: true,
  ParametersApproved: true,
};

const PRICING: Names<PricingEvents> = {
  SourceStateChanged: true,
  VolatilitySeeded: true,
  PriceSetPublished: true,
  FundingRateFixed: true,
};

const MARGIN: Names<MarginEvents> = {
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

const ACCOUNTS: Names<AccountsEvents> = {
  AccountOpened: true,
  CollateralCredited: true,
  WithdrawalHeld: true,
  WithdrawalResubmitted: true,
  WithdrawalSettled: true,
  WithdrawalReleased: true,
  WithdrawalRejected: true,
  PositionChanged: true,
  FundingSettled: true,
  FundingClosed: true,
  LiquidationCostSettled: true,
  PenaltyRemainderSent: true,
  FundGrantReceived: true,
  UncoveredLossBooked: true,
  AdlBooked: true,
  FundContributionForwarded: true,
  SuspenseBooked: true,
};

const FUNDS: Names<FundEvents> = { FundCredited: true, FundDrawGranted: true };

const ORDER_REPORTS: Names<OrderReportEvents> = { OrdersCancelled: true, CloseOutOrderFinished: true };

const LIQUIDATION: Names<LiquidationEvents> = {
  LiquidationOpened: true,
  OrdersCancelRequested: true,
  CloseOutOrderPlaced: true,
  LiquidationCostAssessed: true,
  FundDrawRequested: true,
  AdlRequested: true,
  LiquidationClosed: true,
};

const ADL: Names<AdlEvents> = { AdlRoundOpened: true, AdlExecuted: true, AdlRoundClosed: true };

/** What a numbered partition of liquidation reads. */
export type CaseInputs = MarginGlobalEvents &
  PricingEvents &
  MarginEvents &
  AccountsEvents &
  FundEvents &
  OrderReportEvents;

/** What the global partition of liquidation reads. */
export type DeleveragingInputs = LiquidationEvents & MarginEvents & AccountsEvents;

const CASE_INPUTS: Names<CaseInputs> = {
  ...MARGIN_GLOBAL,
  ...PRICING,
  ...MARGIN,
  ...ACCOUNTS,
  ...FUNDS,
  ...ORDER_REPORTS,
};
const DELEVERAGING_INPUTS: Names<DeleveragingInputs> = { ...LIQUIDATION, ...MARGIN, ...ACCOUNTS };

/** Every type we decide on is at version 1; a fold never skips what it does not know. */
function assertKnown(entry: LogEntry, names: Readonly<Record<string, true>>): void {
  invariant(Object.hasOwn(names, entry.type), `unknown fact in ${entry.log}: ${entry.type}`);
  invariant(entry.schemaVersion === 1, `${entry.log} ${entry.type} has the unknown version ${entry.schemaVersion}`);
}

/** @throws InvariantViolation on a type that a numbered partition does not know */
export function caseInput(entry: LogEntry): EntryOf<CaseInputs> {
  assertKnown(entry, CASE_INPUTS);
  return entry as EntryOf<CaseInputs>;
}

/** @throws InvariantViolation on a type that the global partition does not know */
export function deleveragingInput(entry: LogEntry): EntryOf<DeleveragingInputs> {
  assertKnown(entry, DELEVERAGING_INPUTS);
  return entry as EntryOf<DeleveragingInputs>;
}

/** @throws InvariantViolation on a type that is no event of a liquidation case */
export function caseEvent(entry: LogEntry): EntryOf<LiquidationEvents> {
  assertKnown(entry, LIQUIDATION);
  return entry as EntryOf<LiquidationEvents>;
}

/** @throws InvariantViolation on a type that is no event of auto-deleveraging */
export function deleveragingEvent(entry: LogEntry): EntryOf<AdlEvents> {
  assertKnown(entry, ADL);
  return entry as EntryOf<AdlEvents>;
}

export const placeOf = ({ partition, position }: Place): Place => ({ partition, position });

export const samePlace = (a: Place, b: Place): boolean => a.partition === b.partition && a.position === b.position;

export const placeName = ({ partition, position }: Place): string => `${partition}/${position}`;
