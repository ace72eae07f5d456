import type { Cause } from '@ballast/event-sourcing';
import type {
  Bracket,
  InstrumentId,
  MarginGlobalEvents,
  MarginParameters,
  PricingEvents,
  Underlying,
} from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import { invariant, type Decimal, type OwnerId } from '@ballast/kernel';
import { scheduleFigures, type ScheduleFigures } from './assessment/schedule-figures.js';
import type { InForceFrom } from './avsl/notice-window.js';
import { DEFAULT_PARAMETERS } from './parameters/default-parameters.js';
import { AccountBook } from './run/account-book.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

/** The call level of an underlying while it did not change. */
export interface CallInForce extends InForceFrom {
  readonly parameters: string;
  readonly scalarEffective: string;
  readonly brackets: readonly Bracket[];
}

/** Risk arrays with their position in pricing global. */
export interface PublishedArrays {
  readonly position: number;
  readonly source: PricingEvents['RiskArraysPublished'];
}

/** A numbered partition of margin. */
export interface MarginState {
  readonly partition: number;
  readonly book: AccountBook;
  /** Last schedule seen, with its position in margin global. */
  schedule: { readonly position: number; readonly source: ScheduleInForce } | null;
  readonly parameters: Map<string, MarginParameters>;
  /** Call levels as far back as a notice period may reach, oldest first. */
  readonly callHistory: Map<Underlying, CallInForce[]>;
  /** Admitted contracts that have not been delivered. */
  readonly contracts: Map<InstrumentId, ContractSpecification>;
  /** Delivery prices of expiries that may still be held, by `deliveryKey`. */
  readonly deliveries: Map<string, Decimal>;
  /** Risk arrays that the schedule in force or a later one is made on, oldest first. */
  riskArrays: readonly PublishedArrays[];
  /** A run is due: the last input that made it so, and whether it is over all accounts. */
  due: { readonly cause: Cause; readonly full: boolean } | null;
  /** Owners whose accounts changed since the last run. */
  readonly touched: Set<OwnerId>;
}

export const initialMarginState = (partition: number): MarginState => ({
  partition,
  book: new AccountBook(),
  schedule: null,
  parameters: new Map([[DEFAULT_PARAMETERS.id, DEFAULT_PARAMETERS]]),
  callHistory: new Map(),
  contracts: new Map(),
  deliveries: new Map(),
  riskArrays: [],
  due: null,
  touched: new Set(),
});

const read = new WeakMap<ScheduleInForce, ScheduleFigures>();

/** The schedule in force as decimals; null before the first price set. The same schedule is read once. */
export function scheduleInForce({
  schedule,
  parameters,
}: Pick<MarginState, 'schedule' | 'parameters'>): ScheduleFigures | null {
  if (schedule === null) return null;
  const known = read.get(schedule.source);
  if (known !== undefined && known.position === schedule.position) return known;
  const cited = parameters.get(schedule.source.parameters);
  invariant(cited, `parameters ${schedule.source.parameters} were never proposed`);
  const figures = scheduleFigures(schedule.source, schedule.position, cited);
  read.set(schedule.source, figures);
  return figures;
}
