import { invariant } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import {
  ACCOUNTS_EVENTS,
  ADL_EVENTS,
  FUND_EVENTS,
  LIQUIDATION_EVENTS,
  MARGIN_EVENTS,
  MARGIN_GLOBAL_EVENTS,
  ORDER_REPORT_EVENTS,
  PRICING_EVENTS,
  type EventDefinitions,
} from '@ballast/facts';
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

/** What a numbered partition of liquidation reads. */
export type CaseInputs = MarginGlobalEvents &
  PricingEvents &
  MarginEvents &
  AccountsEvents &
  FundEvents &
  OrderReportEvents;

/** What the global partition of liquidation reads. */
export type DeleveragingInputs = LiquidationEvents & MarginEvents & AccountsEvents;

const CASE_INPUTS: { readonly [Type in keyof CaseInputs]: unknown } & EventDefinitions = {
  ...MARGIN_GLOBAL_EVENTS,
  ...PRICING_EVENTS,
  ...MARGIN_EVENTS,
  ...ACCOUNTS_EVENTS,
  ...FUND_EVENTS,
  ...ORDER_REPORT_EVENTS,
};
const DELEVERAGING_INPUTS: { readonly [Type in keyof DeleveragingInputs]: unknown } & EventDefinitions = {
  ...LIQUIDATION_EVENTS,
  ...MARGIN_EVENTS,
  ...ACCOUNTS_EVENTS,
};

/** Every type we decide on is at version 1; a fold never skips what it does not know. */
function assertKnown(entry: LogEntry, names: EventDefinitions): void {
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
  assertKnown(entry, LIQUIDATION_EVENTS);
  return entry as EntryOf<LiquidationEvents>;
}

/** @throws InvariantViolation on a type that is no event of auto-deleveraging */
export function deleveragingEvent(entry: LogEntry): EntryOf<AdlEvents> {
  assertKnown(entry, ADL_EVENTS);
  return entry as EntryOf<AdlEvents>;
}

export const placeOf = ({ partition, position }: Place): Place => ({ partition, position });

export const samePlace = (a: Place, b: Place): boolean => a.partition === b.partition && a.position === b.position;

export const placeName = ({ partition, position }: Place): string => `${partition}/${position}`;
