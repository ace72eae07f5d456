import { noRules, type HouseRules } from '@ballast/documents';
import type { Cause, LogEntry } from '@ballast/event-sourcing';
import type { FundEvents, InstrumentId, LiquidationEvents, Place, Underlying } from '@ballast/facts';
import { compareText, sum, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { noBookImports, type BookImports } from '../book-import/book-import.decider.js';
import type { TradeCorrections } from '../correction/trade-correction.decider.js';
import { balanceOf, type Ledger } from '../ledger/ledger.js';
import { noReconciliations, type Reconciliations } from '../reconciliation/reconciliation.decider.js';
import type { OpenLoss } from '../waterfall/allocation.js';
import type { CollateralHeld } from './collateral-held.js';
import type { ClosedCycle, GainsCall } from './gains-call.js';
import { noOpenInterests, type OpenInterests } from './open-interest.js';

/** Why the fund changed; what it pays counts negative. */
export type FundCause =
  FundEvents['FundCredited']['reason'] | FundEvents['LossStepTaken']['purpose'] | 'recovered-loss' | 'repayment';

/** A request that is to be answered at the end of the item, by what is known of it then. */
interface OpenRequest {
  readonly request: Place;
  readonly asked: LiquidationEvents['FundDrawRequested'];
  /** USD that steps have paid for it so far. */
  readonly paid: Decimal;
}

/** A loss on the residual party, USD; money that comes in later pays it. */
interface ResidualLoss extends OpenLoss {
  readonly loss: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
}

/** What a step has paid of a deficit and has not got back, USD. */
export interface Contribution extends Pick<FundEvents['LossStepTaken'], 'caseId' | 'step' | 'reserve'> {
  readonly amount: Decimal;
}

/** State of the global partition of accounts: fund, reserves and the house's own tranche, USD. Mutable, private to its machine. */
export interface FundState {
  readonly rules: HouseRules;
  readonly ledger: Ledger;
  /** Sum of all changes of fund and reserves by cause; together they are the balance. */
  readonly causes: Map<FundCause, Decimal>;
  /** Requests of the item in hand, by the name of their place. */
  readonly requests: Map<string, OpenRequest>;
  /** What debtors owe to steps that have paid for them, in the order in which they paid. */
  readonly contributions: Map<AccountId, readonly Contribution[]>;
  /** Losses that nobody else has paid, by the name of their place, oldest first. */
  readonly residual: Map<string, ResidualLoss>;
  /** Last input of the item in hand that may lead to the recovery of a loss. */
  due: Cause | null;
  /** Last settlement of variation by contract. */
  readonly closedCycles: Map<InstrumentId, ClosedCycle>;
  /** Gains that are to pay losses; null: none are called for. */
  gainsCall: GainsCall | null;
  /** Trades that persons want cancelled. */
  readonly corrections: TradeCorrections;
  readonly openInterests: OpenInterests;
  readonly collateralHeld: CollateralHeld;
  /** What others keep, held against this ledger. */
  readonly reconciliations: Reconciliations;
  /** Live books of exchanges that come here. */
  readonly bookImports: BookImports;
}

/** As a log begins. */
export const emptyFund = (): FundState => ({
  rules: noRules(),
  ledger: new Map(),
  causes: new Map(),
  requests: new Map(),
  contributions: new Map(),
  residual: new Map(),
  due: null,
  closedCycles: new Map(),
  gainsCall: null,
  corrections: new Map(),
  openInterests: noOpenInterests(),
  collateralHeld: new Map(),
  reconciliations: noReconciliations(),
  bookImports: noBookImports(),
});

export const FUND_LEDGER = 'insurance-fund';
/** What losses have taken of the house's own capital: zero or negative. */
export const HOUSE_CAPITAL_LEDGER = 'house/capital';

/** Money that pays for losses in one underlying. */
export const reserveLedger = (underlying: Underlying): string => `${FUND_LEDGER}/${underlying}`;

/** Reserves by underlying, in the order of names. */
export const reserves = ({ ledger }: FundState): ReadonlyMap<Underlying, Decimal> =>
  new Map(
    [...ledger]
      .filter(([name]) => name.startsWith(`${FUND_LEDGER}/`))
      .map(([name, { USD }]): [Underlying, Decimal] => [name.slice(FUND_LEDGER.length + 1), USD ?? ZERO])
      .sort(([a], [b]) => compareText(a, b)),
  );

/** USD in the fund of all and in all reserves. */
export const fundBalance = (state: FundState): Decimal =>
  sum([balanceOf(state.ledger, FUND_LEDGER, 'USD'), ...reserves(state).values()]);

export const placeOf = ({ partition, position }: LogEntry): Place => ({ partition, position });
export const nameOf = ({ partition, position }: Place): string => `${partition}/${position}`;
