import type { AccountsEvents, AmountByAsset, InstrumentId, Instant, Place, TradeSide } from '@ballast/facts';
import type { NewEvent } from '@ballast/event-sourcing';
import { ASSETS, text, ZERO, type AccountId, type Asset, type Decimal } from '@ballast/kernel';
import { balanceOf, clientLedger, heldLedger, type Ledger } from './ledger.js';
import { FLAT, type Position } from './position.js';

/** A client account; its money is in the ledger. */
export interface Account {
  /** Version of the stream `account-<accountId>`. */
  version: number;
  /** Version at which collateral or positions last changed other than by a withdrawal of the account itself. */
  figuresVersion: number;
  /** Positions that are not flat. */
  readonly positions: Map<InstrumentId, Position>;
}

/** What a partition knows about one instrument as a whole. */
export interface InstrumentBook {
  /** Position of the house, base units: minus the sum of the clients and of suspense. */
  houseQuantity: Decimal;
  /** Part of `house/pnl` that this instrument caused, USD, exact. */
  housePnl: Decimal;
  /**
   * Sum of signed quantity * price on the exchange over all trades booked here, USD. The explicit term of one-sided
   * trades: over all partitions it is zero as soon as both sides of every trade are booked.
   */
  tradedValue: Decimal;
  /** Position of unknown accounts; it realises nothing, so its cost is the sum of its traded values. */
  suspense: Position;
  /** Last settled funding; a rate for this or an earlier time is not settled again. */
  fundedUpTo: Instant;
  /** Running sum of the funding being settled, and the sum of the last one closed, which must be zero. */
  fundingOpen: Decimal;
  fundingClosed: Decimal;
}

export interface Withdrawal {
  readonly accountId: AccountId;
  readonly withdrawalId: string;
  readonly asset: Asset;
  readonly amount: Decimal;
  status: 'held' | 'settled' | 'released';
  /** 1 for the first question to margin. */
  attempt: number;
}

/** A close-out order as accounts needs it to book its fills. */
export interface CloseOutOrder {
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** USD per base unit; the client is closed at it. */
  readonly mark: Decimal;
  /** Fraction of the closed notional at the mark. */
  readonly provisionalRate: Decimal;
  /** What the ledger account `liquidation` holds for this order, USD; zero once the slice is paid for. */
  ledgerBalance: Decimal;
}

/** A question to the fund whose answer is expected. */
export interface FundDraw {
  readonly order: Place | null;
}

/** State of one numbered partition of accounts. Mutable, private to its machine. */
export interface AccountsState {
  readonly partition: number;
  readonly partitions: number;
  readonly accounts: Map<AccountId, Account>;
  readonly ledger: Ledger;
  readonly instruments: Map<InstrumentId, InstrumentBook>;
  /** Content of every deposit by `<accountId>/<depositId>`. */
  readonly deposits: Map<string, string>;
  /** By `<accountId>/<withdrawalId>`. */
  readonly withdrawals: Map<string, Withdrawal>;
  /** Codes of withdrawals that were refused at once, by `<accountId>/<withdrawalId>`. */
  readonly rejectedWithdrawals: Map<string, string>;
  /** Amount of every contribution to the fund by its id. */
  readonly contributions: Map<string, string>;
  /** Content of the last fills by `<accountId>/<tradeId>/<side>`, oldest first. */
  readonly trades: Map<string, string>;
  /** Accounts that margin has in LIQUIDATING. */
  readonly liquidating: Set<AccountId>;
  /** Close-out orders of open cases by their position in liquidation p. */
  readonly orders: Map<number, CloseOutOrder>;
  /** Requests to the fund by their position in liquidation p. */
  readonly draws: Map<number, FundDraw>;
}

/**
 * How many fills a partition remembers by id. The log of the exchange delivers each position once; this guards
 * against an exchange that sends the same trade again under a new position soon after.
 */
export const REMEMBERED_TRADES = 65_536;

export const initialAccountsState = (partition: number, partitions: number): AccountsState => ({
  partition,
  partitions,
  accounts: new Map(),
  ledger: new Map(),
  instruments: new Map(),
  deposits: new Map(),
  withdrawals: new Map(),
  rejectedWithdrawals: new Map(),
  contributions: new Map(),
  trades: new Map(),
  liquidating: new Set(),
  orders: new Map(),
  draws: new Map(),
});

/** A fact of accounts p, not yet placed. */
export type AccountsFact = {
  [Type in keyof AccountsEvents]: NewEvent<Type, AccountsEvents[Type]>;
}[keyof AccountsEvents];

export const accountStream = (accountId: AccountId): string => `account-${accountId}`;

/** Builds a fact of version 1 in the given stream. */
export function fact<Type extends keyof AccountsEvents>(
  type: Type,
  stream: string,
  payload: AccountsEvents[Type],
): NewEvent<Type, AccountsEvents[Type]> {
  return { stream, type, schemaVersion: 1, payload };
}

export const perAccount = (accountId: AccountId, id: string): string => `${accountId}/${id}`;

export const tradeKey = (accountId: AccountId, tradeId: string, side: TradeSide): string =>
  `${accountId}/${tradeId}/${side}`;

/** Content by which the second delivery of a trade is told from the reuse of its id. */
export const tradeContent = (instrument: InstrumentId, signed: Decimal, value: Decimal): string =>
  `${text(signed)} ${instrument} for ${text(value)}`;

export const positionIn = (account: Account, instrument: InstrumentId): Position =>
  account.positions.get(instrument) ?? FLAT;

/** Money of the client that nothing holds; may be negative in USD after losses. */
export const freeCollateral = ({ ledger }: AccountsState, accountId: AccountId, asset: Asset): Decimal =>
  balanceOf(ledger, clientLedger(accountId), asset);

/** Everything credited to the client, held money included. */
export const collateralOf = ({ ledger }: AccountsState, accountId: AccountId, asset: Asset): Decimal =>
  balanceOf(ledger, clientLedger(accountId), asset).plus(balanceOf(ledger, heldLedger(accountId), asset));

/** Collateral of an account after a change of one asset that is about to be booked. */
export function collateralAfter(
  state: AccountsState,
  accountId: AccountId,
  asset: Asset = 'USD',
  change: Decimal = ZERO,
): AmountByAsset {
  const client = state.ledger.get(clientLedger(accountId));
  const held = state.ledger.get(heldLedger(accountId));
  const collateral: { [A in Asset]?: string } = {};
  for (const each of ASSETS) {
    let amount = client?.[each] ?? ZERO;
    if (held !== undefined) amount = amount.plus(held[each]);
    if (each === asset) amount = amount.plus(change);
    if (!amount.isZero()) collateral[each] = text(amount);
  }
  return collateral;
}
