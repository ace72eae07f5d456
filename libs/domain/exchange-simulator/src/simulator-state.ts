import type { Asset, AccountMarginState, HouseMode, InstrumentId, Place, TradeSide, Underlying } from '@ballast/facts';
import type { AccountId, DecimalString, Instant } from '@ballast/kernel';
import { noPressure, type PricePressure } from './market/price-pressure.js';
import { COIN_UNITS } from './scaled-integer.js';

/**
 * What an owner believes to have: the first-hand view of an owner who counts own transfers and fills, and knows
 * neither fees nor funding. It decides what the owner dares to trade; it is not the ledger.
 * All sums are safe integers, so they come out the same in whatever order the entries are folded.
 */
export interface OwnerView {
  /** Deposits less withdrawals, less the cost of all buys, plus the proceeds of all sells, cents. */
  cashCents: number;
  /** Deposits less withdrawals in USD, cents. */
  netDepositCents: number;
  /** Coins brought in as collateral, 1e-8 coins. */
  readonly coins: Map<Asset, number>;
  /** Signed positions, 1e-8 coins. */
  readonly positions: Map<Underlying, number>;
  /** Signed positions in other contracts, 1e-8 contracts; expired ones stay and count what was delivered. */
  readonly contracts: Map<InstrumentId, number>;
  /** Coins that the trades of inverse perpetuals moved so far: their cost with the sign turned, 1e-8 coins. */
  readonly inverseCoins: Map<Underlying, number>;
  /** State that margin gave the account last. */
  marginState: AccountMarginState;
  /** Equity is below the initial requirement since then, and was short of it by so much. */
  warning: { readonly at: Instant; readonly shortCents: number } | null;
  call: { readonly callId: string; readonly issuedAt: Instant; readonly deficitCents: number } | null;
  /** A liquidation case is open. */
  closingOut: boolean;
  /** Resting orders that the last trade of the owner left behind, and when; a later cancellation takes them. */
  restingOrders: { readonly count: number; readonly at: Moment };
  ordersCancelledAt: Moment;
}

/** Clearing time and hop. */
export interface Moment {
  readonly clearing: Instant;
  readonly hop: number;
}

export const isLater = (a: Moment, b: Moment): boolean =>
  a.clearing !== b.clearing ? a.clearing > b.clearing : a.hop > b.hop;

/** Something liquidation asked the exchange for and that has no answer yet. */
export type OpenRequest = {
  readonly place: Place;
  readonly accountId: AccountId;
  /** Clearing time of the request. */
  readonly clearing: Instant;
} & (
  | { readonly kind: 'cancel-orders' }
  | {
      readonly kind: 'close-out';
      readonly instrument: InstrumentId;
      readonly side: TradeSide;
      readonly quantity: DecimalString;
      /** Nothing is filled at a worse price. */
      readonly limit: DecimalString;
    }
);

/** What close-outs took from the depth at one clearing time, 1e-8 contracts by `<instrument> <side of the taker>`. */
export interface TakenDepth {
  readonly at: Instant;
  readonly units: Map<string, number>;
}

/** Withdrawals asked for, to give the money back in the owner's view if margin refuses. */
export interface WithdrawalView {
  requested: { readonly accountId: AccountId; readonly cents: number } | null;
  refused: boolean;
}

/** Everything the simulated exchange knows; fold of its own entries and of what it read. */
export interface SimulatorState {
  opened: boolean;
  /** Last clearing time whose outside inputs are complete (ClockTicked); 0 before the first. */
  lastStep: Instant;
  /** Messages of all topics at the newest clearing time: what numbers the next one. */
  said: { at: Instant; count: number };
  readonly views: Map<AccountId, OwnerView>;
  /** By partition, in the order of their positions. */
  readonly openRequests: Map<number, OpenRequest[]>;
  /** By partition: last position of liquidation that was answered. */
  readonly answeredUpTo: Map<number, number>;
  taken: TakenDepth;
  /** What close-outs of linear perpetuals pushed into the market; prices follow it where the scenario says so. */
  pressure: PricePressure;
  /** When each contract was listed, and when pricing admitted it: from the next step on it is traded. */
  readonly listed: Map<InstrumentId, Instant>;
  readonly admitted: Map<InstrumentId, Instant>;
  /** In which nothing trades, because a person has said so. */
  readonly halted: Set<InstrumentId>;
  /** Perpetuals that are to end, and those that have. */
  readonly delistings: Map<InstrumentId, 'reduce-only' | 'ended'>;
  houseMode: HouseMode;
  /** Sizes of all positions in a contract, both sides, 1e-8 contracts. */
  readonly openInterest: Map<InstrumentId, number>;
  readonly withdrawals: Map<string, WithdrawalView>;
}

const NEVER: Moment = { clearing: 0, hop: 0 };

const newView = (): OwnerView => ({
  cashCents: 0,
  netDepositCents: 0,
  coins: new Map(),
  positions: new Map(),
  contracts: new Map(),
  inverseCoins: new Map(),
  marginState: 'HEALTHY',
  warning: null,
  call: null,
  closingOut: false,
  restingOrders: { count: 0, at: NEVER },
  ordersCancelledAt: NEVER,
});

export const untouchedDepth = (at: Instant): TakenDepth => ({ at, units: new Map() });

export const emptyState = (): SimulatorState => ({
  opened: false,
  lastStep: 0,
  said: { at: 0, count: 0 },
  views: new Map(),
  openRequests: new Map(),
  answeredUpTo: new Map(),
  taken: untouchedDepth(0),
  pressure: noPressure(),
  listed: new Map(),
  admitted: new Map(),
  halted: new Set(),
  delistings: new Map(),
  houseMode: 'normal',
  openInterest: new Map(),
  withdrawals: new Map(),
});

/** Another message was said. */
export function countMessage(state: SimulatorState, at: Instant): void {
  if (at > state.said.at) state.said = { at, count: 1 };
  else if (at === state.said.at) state.said.count += 1;
}

/** What the next message, and everything that follows from it, is found by: the step and the number in it. */
export const nextCorrelation = ({ said }: SimulatorState, at: Instant): string =>
  `step/${at}/${at === said.at ? said.count + 1 : 1}`;

/** View of an account; accounts that others opened are met here for the first time. */
export function viewOf(state: SimulatorState, accountId: AccountId): OwnerView {
  let view = state.views.get(accountId);
  if (view === undefined) {
    view = newView();
    state.views.set(accountId, view);
  }
  return view;
}

/** Resting orders of an owner that nobody cancelled since. */
export const restingOrdersOf = (view: OwnerView): number =>
  isLater(view.restingOrders.at, view.ordersCancelledAt) ? view.restingOrders.count : 0;

/** Depth already taken on a side at a clearing time, contracts. */
export function takenAt(state: SimulatorState, at: Instant, instrument: InstrumentId, side: TradeSide): number {
  return state.taken.at === at ? (state.taken.units.get(`${instrument} ${side}`) ?? 0) / COIN_UNITS : 0;
}

/** Units under a name; what is not there is zero. */
export const unitsIn = (units: ReadonlyMap<string, number>, name: string): number => units.get(name) ?? 0;

export function addUnits(units: Map<string, number>, name: string, more: number): void {
  units.set(name, unitsIn(units, name) + more);
}

/** True from the step after its admission on: what is traded before would be cleared by nobody. */
export function isAdmitted({ admitted }: SimulatorState, instrument: InstrumentId, at: Instant): boolean {
  const since = admitted.get(instrument);
  return since !== undefined && since < at;
}

/** Whether anything may trade in an instrument. @see docs/spec/instrument-halts.md CLR-HLT-002, docs/spec/delisting.md CLR-DEL-003 */
export const isTraded = ({ halted, delistings }: SimulatorState, instrument: InstrumentId): boolean =>
  !halted.has(instrument) && delistings.get(instrument) !== 'ended';

/** Whether an order that is placed now may only make a position smaller; what rests in the book, a house that takes no new risk leaves there. */
export const takesOnlyLess = (state: SimulatorState, instrument: InstrumentId): boolean =>
  restsOnlyLess(state, instrument) || state.houseMode === 'reduce-only' || state.houseMode === 'halt';

/** Whether of the orders that rest in an instrument only those are left that make a position smaller. */
export const restsOnlyLess = ({ delistings }: SimulatorState, instrument: InstrumentId): boolean =>
  delistings.get(instrument) === 'reduce-only';

/** Whether a position becomes smaller without turning round. */
export const becomesSmaller = (held: number, after: number): boolean =>
  Math.abs(after) < Math.abs(held) && after * held >= 0;

/** Signed position of an owner in a contract, 1e-8 contracts. */
export const contractUnits = (view: OwnerView, instrument: InstrumentId): number => unitsIn(view.contracts, instrument);
