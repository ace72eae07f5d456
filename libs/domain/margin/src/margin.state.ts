import type { Cause } from '@ballast/event-sourcing';
import { noRules, type HouseRules } from '@ballast/documents';
import type {
  Asset,
  Bracket,
  HouseMode,
  InstrumentId,
  MarginGlobalEvents,
  PricingEvents,
  Side,
  Underlying,
} from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import type { Decimal, Instant, OldestFirst, OwnerId } from '@ballast/kernel';
import { gridOf, NO_GRID, type ScenarioGrid } from '@ballast/margin-models';
import { AccountBook } from './assess/account-book.js';
import { AssessmentMarket } from './assess/assessment-market.js';
import { Assessor } from './assess/assessor.js';
import type { Exceedances } from './limits/exceedances.js';
import { noOpenOrders, type OpenOrders } from './orders/open-orders.js';
import { MARGIN_PARAMETERS } from './parameters/parameter-figures.js';
import type { SettledGains } from './variation-gains/variation-gains.js';
import type { InForceFrom } from './schedule/notice-window.js';
import { scheduleFigures, type ScheduleFigures } from './schedule/schedule-figures.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

/** The maintenance level of an underlying while it did not change. */
export interface MaintenanceInForce extends InForceFrom {
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
  readonly rules: HouseRules;
  readonly book: AccountBook;
  /** Of accounts: what a fill costs. */
  readonly accountsRules: HouseRules;
  /** USD of volume from which the fee tier of an owner applies; absent: that of everybody. */
  readonly feeTiers: Map<OwnerId, Decimal>;
  readonly openOrders: OpenOrders;
  /** Last schedule seen, with its position in margin global. */
  schedule: { readonly position: number; readonly source: ScheduleInForce } | null;
  /** Call levels as far back as a notice period may reach, oldest first. */
  readonly maintenanceHistory: Map<Underlying, MaintenanceInForce[]>;
  /** Admitted contracts that have not been delivered. */
  readonly contracts: Map<InstrumentId, ContractSpecification>;
  /** Delivery prices of expiries that may still be held, by `deliveryKey`. */
  readonly deliveries: Map<string, Decimal>;
  /** Risk arrays that the schedule in force or a later one is made on, oldest first. */
  riskArrays: readonly PublishedArrays[];
  /** By contract. */
  readonly settledGains: Map<InstrumentId, SettledGains>;
  /** Calls for gains of settlements that this partition has not taken completely. */
  readonly calledGains: Map<InstrumentId, Instant>;
  /** A run is due: the last input that made it so, and whether it is over all accounts. */
  due: { readonly cause: Cause; readonly full: boolean } | null;
  /** Owners whose accounts changed since the last run. */
  readonly touched: Set<OwnerId>;
  /** What the house does at all. */
  houseMode: HouseMode;
  /** Instruments in which a person lets nothing trade. */
  readonly haltedInstruments: Set<InstrumentId>;
  /** Perpetuals that two persons end: only less risk until then, nothing at all afterwards. */
  readonly delistings: Map<InstrumentId, 'reduce-only' | 'ended'>;
  /** Contracts that all accounts of the house hold, as told last, where that is limited. */
  readonly openInterest: Map<InstrumentId, Readonly<Record<Side, Decimal>>>;
  /** Amount of each asset that all clients together hold, as told last. */
  readonly collateralHeld: Map<Asset, Decimal>;
  readonly exceedances: Exceedances;
  /** Follow from the above: how accounts are assessed on the schedule, and the grid of the newest arrays. */
  assessor: Assessor | null;
  grid: { readonly key: string; readonly grid: ScenarioGrid } | null;
  /** Follows from what `openOrders` knows by id: which of that goes next. */
  oldestReservations: OldestFirst<string> | null;
}

export const initialMarginState = (partition: number): MarginState => ({
  partition,
  rules: noRules(),
  book: new AccountBook(),
  accountsRules: noRules(),
  feeTiers: new Map(),
  openOrders: noOpenOrders(),
  schedule: null,
  maintenanceHistory: new Map(),
  contracts: new Map(),
  deliveries: new Map(),
  riskArrays: [],
  settledGains: new Map(),
  calledGains: new Map(),
  due: null,
  touched: new Set(),
  houseMode: 'normal',
  haltedInstruments: new Set(),
  delistings: new Map(),
  openInterest: new Map(),
  collateralHeld: new Map(),
  exceedances: new Map(),
  assessor: null,
  grid: null,
  oldestReservations: null,
});

/** How accounts are assessed on the schedule in force; null before the first price set. */
export function assessorOf(state: MarginState): Assessor | null {
  const { schedule, rules, book } = state;
  if (schedule === null) return null;
  if (state.assessor?.market.schedule.position === schedule.position) return state.assessor;
  const { source, position } = schedule;
  const arrays = riskArraysBefore(state, source.priceSet);
  const market = new AssessmentMarket(figuresOf(rules, source, position), arrays, gridFor(state, arrays), state);
  state.assessor = new Assessor(market, rules, book);
  return state.assessor;
}

function figuresOf(rules: HouseRules, source: ScheduleInForce, position: number): ScheduleFigures {
  return scheduleFigures(source, position, MARGIN_PARAMETERS.cited(rules, source.parameters));
}

/** Risk arrays that belong to a price set: the last ones published before it. */
export const riskArraysBefore = ({ riskArrays }: MarginState, priceSet: number): PublishedArrays['source'] | null =>
  riskArrays.findLast(({ position }) => position < priceSet)?.source ?? null;

/** The grid that arrays are published on; the same one as long as the scenarios are the same, so that what was read of it stays. */
function gridFor(state: MarginState, arrays: PublishedArrays['source'] | null): ScenarioGrid {
  if (arrays === null) return NO_GRID;
  const key = arrays.scenarios.map(({ id }) => id).join(' ');
  if (state.grid?.key !== key) state.grid = { key, grid: gridOf(arrays.scenarios) };
  return state.grid.grid;
}
