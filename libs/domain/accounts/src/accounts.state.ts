import { noRules, type HouseRules } from '@ballast/documents';
import type { LogEntry, NewEvent } from '@ballast/event-sourcing';
import type { ContractSpecification } from '@ballast/instruments';
import {
  ACCOUNTS_EVENTS,
  factsOf,
  refusedByStanding,
  type AccountAct,
  type AccountsEvents,
  type AccountStanding,
  type AmountByAsset,
  type HouseMode,
  type InstrumentId,
  type Instant,
  type Place,
  type StandingRefusal,
  type TradeSide,
  type Underlying,
} from '@ballast/facts';
import {
  invariant,
  maxOf,
  roundUsd,
  SETTLEMENT_ASSET,
  text,
  ZERO,
  type AccountId,
  type Asset,
  type Decimal,
  type DecimalString,
  type OldestFirst,
  type OwnerId,
} from '@ballast/kernel';
import type { ImportedAccount } from './book-import/book.js';
import type { DailyVolumes } from './fees/fee-tiers.js';
import type { PriceTimes } from './interest/interest.decider.js';
import {
  balanceOf,
  balancesOf,
  changed,
  clientLedger,
  heldLedger,
  type AssetBalances,
  type Ledger,
} from './ledger/ledger.js';
import { FLAT, type Position } from './ledger/position.js';

/** A client account; its money is in the ledger. */
export interface Account {
  /** Version of the stream `account-<accountId>`. */
  version: number;
  /** Version at which collateral or positions last changed other than by a withdrawal of the account itself. */
  figuresVersion: number;
  /** Margin model that its owner chose, `<name>@<version>`; null: margin's own. */
  model: string | null;
  /** Whether it answers for its owner's other accounts. */
  answers: boolean;
  /** Positions that are not flat. */
  readonly positions: Map<InstrumentId, Position>;
}

/** What a partition knows about one instrument as a whole. */
export interface InstrumentBook {
  /** Settlement asset; all money below is in it. */
  readonly asset: Asset;
  /** Position of the house, contracts: minus the sum of the clients and of suspense. */
  houseQuantity: Decimal;
  /** Part of `house/pnl` that this instrument caused, exact. */
  housePnl: Decimal;
  /**
   * Sum of signed quantity * value of a contract at the price on the exchange over all trades booked here, a delivery
   * being one at the delivered value. The explicit term of one-sided trades: over all partitions it is zero as soon as
   * both sides of every trade are booked.
   */
  tradedValue: Decimal;
  /** Position of unknown accounts. No trade realises anything in it; settlements of variation and delivery do. */
  suspense: Position;
  /** Last settled funding; a rate for this or an earlier time is not settled again. */
  fundedUpTo: Instant;
  /** Running sum of the funding being settled, and the sum of the last one closed, which must be zero. */
  fundingOpen: Decimal;
  fundingClosed: Decimal;
  /** Last settlement cycle of variation; a price for this or an earlier time is not settled again. */
  settledUpTo: Instant;
  /** The same two sums for variation and delivery. */
  settlementOpen: Decimal;
  settlementClosed: Decimal;
  /** Price the contract was delivered at, USD; null until then. Afterwards nobody holds it. */
  deliveryPrice: Decimal | null;
}

/** A withdrawal that waits for margin. */
export interface Withdrawal {
  readonly accountId: AccountId;
  readonly withdrawalId: string;
  readonly asset: Asset;
  readonly amount: Decimal;
  /** Account of the same owner that gets it; undefined when it is paid out. */
  readonly to: AccountId | undefined;
  /** 1 for the first question to margin. */
  attempt: number;
}

/** A close-out order as accounts needs it to book its fills. */
export interface CloseOutOrder {
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** Id of the close-out policy that the charge follows. */
  readonly policy: string;
  /** As the contract is quoted; the client is closed at it. */
  readonly mark: Decimal;
  /** Fraction of the closed notional at the mark. */
  readonly provisionalRate: Decimal;
  /** USD per contract that the rate is a fraction of. */
  readonly notional: Decimal;
  /** USD per unit of the settlement asset. */
  readonly assetPrice: Decimal;
  /** What the ledger account `liquidation` holds for this order, USD; zero once the slice is paid for. */
  ledgerBalance: Decimal;
}

/** A fill as it can be taken back. */
export interface RememberedFill {
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  readonly tradeId: string;
  readonly side: TradeSide;
  /** Number within the side of the trade; undefined when it has one part. */
  readonly part: number | undefined;
  // As texts, which take a third of the room: many are remembered, and few are ever taken back.
  readonly quantity: DecimalString;
  /** On the exchange. */
  readonly price: DecimalString;
  /** Settlement asset. */
  readonly fee: DecimalString;
  readonly kept: 'trade' | 'close-out' | 'suspense' | 'reversed';
}

/** A fill or deposit in suspense. */
export interface SuspendedItem {
  /** Of its `SuspenseBooked` in this partition. */
  readonly position: number;
  readonly kept: AccountsEvents['SuspenseBooked'];
}

/** A fill or deposit that came before what its basis names. */
export interface DeferredMessage {
  /** Of its `MessageDeferred` in this partition. */
  readonly position: number;
  readonly message: AccountsEvents['MessageDeferred'];
  /** The deposit that it waits for and that is not credited yet; null: for none any more. */
  readonly missingDeposit: string | null;
}

/** What a person proposed for something in suspense. */
export interface SuspenseRelease {
  readonly proposed: AccountsEvents['SuspenseReleaseProposed'];
  readonly proposer: string;
  readonly approved: boolean;
}

/** A question to the fund whose answer is expected. */
export interface FundDraw {
  readonly order: Place | null;
}

/** State of one numbered partition of accounts. Mutable, private to its machine. */
export interface AccountsState {
  readonly rules: HouseRules;
  readonly partition: number;
  readonly partitions: number;
  readonly accounts: Map<AccountId, Account>;
  readonly ledger: Ledger;
  readonly instruments: Map<InstrumentId, InstrumentBook>;
  /** Contracts that are cleared: what pricing admitted. */
  readonly contracts: Map<InstrumentId, ContractSpecification>;
  /** Last published index, USD. */
  readonly indexes: Map<Underlying, Decimal>;
  /** Those that are held, by account and withdrawal id; what is done with is remembered beside the state (`accountsPast`). */
  readonly withdrawals: Map<string, Withdrawal>;
  /** The last fills by account, instrument, trade id, side and number, oldest first, for who takes one back. */
  readonly trades: Map<string, RememberedFill>;
  /** Those of them that stay because persons proposed to take them back, by the same key, with the ids of the corrections. */
  readonly correcting: Map<string, readonly string[]>;
  /** What suspense keeps, by the position of its `SuspenseBooked`, oldest first. */
  readonly suspended: Map<number, SuspendedItem>;
  /** Where each account's part of it is, by what it is known by: an account that nobody opens may come to many thousand fills. */
  readonly suspendedFor: Map<AccountId, Map<string, number>>;
  /** What persons proposed for it, by release id. */
  readonly releases: Map<string, SuspenseRelease>;
  /** Messages that wait for what their basis names, by the position of their `MessageDeferred`, oldest first. */
  readonly deferred: Map<number, DeferredMessage>;
  /** Accounts that are not open to everything, with the person who saw to that. */
  readonly standings: Map<AccountId, { readonly standing: AccountStanding; readonly by: string }>;
  /** A book that an exchange brings: accounts of it that would live here, until it is approved or given up. */
  importing: { readonly importId: string; readonly accounts: Map<AccountId, ImportedAccount> } | null;
  /** Accounts that margin has in LIQUIDATING. */
  readonly liquidating: Set<AccountId>;
  /** Close-out orders of open cases by their position in liquidation p. */
  readonly orders: Map<number, CloseOutOrder>;
  /** What the waterfall has paid of deficits of accounts and has not got back, USD above zero. */
  readonly claims: Map<AccountId, Decimal>;
  /** Requests to the fund by their position in liquidation p. */
  readonly draws: Map<number, FundDraw>;
  /** What owners traded, by clearing day. */
  readonly volumes: Map<OwnerId, DailyVolumes>;
  /** USD of volume from which the fee tier of an owner applies; absent: that of everybody. */
  readonly feeTiers: Map<OwnerId, Decimal>;
  /** What the house does at all. */
  houseMode: HouseMode;
  /** By which it sees that a clearing day has ended. */
  priceTimes: PriceTimes;
  /** Follows from `trades`: which of them goes next. */
  oldestTrades: OldestFirst<string> | null;
}

/**
 * How many fills a partition remembers as they can be taken back: a technical limit, about 10 MB. That none is booked twice does not hang
 * on it (`accountsPast`).
 */
export const REMEMBERED_TRADES = 65_536;

export const initialAccountsState = (partition: number, partitions: number): AccountsState => ({
  rules: noRules(),
  partition,
  partitions,
  accounts: new Map(),
  ledger: new Map(),
  instruments: new Map(),
  contracts: new Map(),
  indexes: new Map(),
  withdrawals: new Map(),
  trades: new Map(),
  correcting: new Map(),
  suspended: new Map(),
  suspendedFor: new Map(),
  deferred: new Map(),
  releases: new Map(),
  standings: new Map(),
  importing: null,
  liquidating: new Set(),
  orders: new Map(),
  claims: new Map(),
  draws: new Map(),
  volumes: new Map(),
  feeTiers: new Map(),
  houseMode: 'normal',
  priceTimes: { before: null, last: null },
  oldestTrades: null,
});

/** A fact of accounts p, not yet placed. */
export type AccountsFact = {
  [Type in keyof AccountsEvents]: NewEvent<Type, AccountsEvents[Type]>;
}[keyof AccountsEvents];

/** Builds a fact; its stream follows from type and payload. */
export const fact = factsOf(ACCOUNTS_EVENTS);

/** How the state follows from events of the given types. */
export type Evolution<Types extends keyof AccountsEvents> = {
  readonly [T in Types]: (state: AccountsState, event: LogEntry<T, AccountsEvents[T]>) => void;
};

/** Notes the stream's version; `figures` when collateral or positions changed other than by an own withdrawal. */
export function touch(state: AccountsState, accountId: AccountId, version: number, figures: boolean): Account {
  const account = state.accounts.get(accountId);
  invariant(account, `an event of an account that is not open: ${accountId}`);
  invariant(version === account.version + 1, `account ${accountId} goes from version ${account.version} to ${version}`);
  account.version = version;
  if (figures) account.figuresVersion = version;
  return account;
}

/** What a person lets an account do. */
export const standingOf = ({ standings }: AccountsState, accountId: AccountId): AccountStanding =>
  standings.get(accountId)?.standing ?? 'open';

/** Why the standing of an account forbids something; null when it does not. */
export const forbidden = (state: AccountsState, accountId: AccountId, act: AccountAct): StandingRefusal | null =>
  refusedByStanding(standingOf(state, accountId), act);

/** Ids hold no blanks, so that no two pairs look alike. */
export const perAccount = (accountId: AccountId, id: string): string => `${accountId} ${id}`;

export const positionIn = (account: Account, instrument: InstrumentId): Position =>
  account.positions.get(instrument) ?? FLAT;

export function hold(account: Account, instrument: InstrumentId, position: Position): void {
  if (position.quantity.isZero()) account.positions.delete(instrument);
  else account.positions.set(instrument, position);
}

/** Money of the client that nothing holds; may be negative after losses. */
export const freeCollateral = ({ ledger }: AccountsState, accountId: AccountId, asset: Asset): Decimal =>
  balanceOf(ledger, clientLedger(accountId), asset);

/** Dollars that nothing holds, in whole cents, none below zero. */
export const freeDollars = (state: AccountsState, accountId: AccountId): Decimal =>
  roundUsd(maxOf(freeCollateral(state, accountId, SETTLEMENT_ASSET), ZERO), 'credit');

/** Everything credited to the client, held money included. */
export const collateralOf = ({ ledger }: AccountsState, accountId: AccountId, asset: Asset): Decimal =>
  balanceOf(ledger, clientLedger(accountId), asset).plus(balanceOf(ledger, heldLedger(accountId), asset));

/** Balances as events say them: those of zero are absent. */
export function amountsOf(balances: AssetBalances): AmountByAsset {
  const amounts: Record<Asset, string> = {};
  for (const [asset, amount] of Object.entries(balances)) if (!amount.isZero()) amounts[asset] = text(amount);
  return amounts;
}

/** Changes of a client's collateral by asset. */
export type CollateralChanges = Readonly<Record<Asset, Decimal>>;

/** Collateral of an account after changes that are about to be booked. */
export function collateralAfter(
  { ledger }: AccountsState,
  accountId: AccountId,
  changes: CollateralChanges = {},
): AmountByAsset {
  let balances = balancesOf(ledger, clientLedger(accountId));
  for (const more of [balancesOf(ledger, heldLedger(accountId)), changes]) {
    for (const [asset, amount] of Object.entries(more)) balances = changed(balances, asset, amount);
  }
  return amountsOf(balances);
}
