import type { ContractSpecification } from '@ballast/instruments';
import type {
  AccountsEvents,
  AmountByAsset,
  InstrumentId,
  Instant,
  Place,
  TradeSide,
  Underlying,
} from '@ballast/facts';
import type { NewEvent } from '@ballast/event-sourcing';
import { ASSETS, text, ZERO, type AccountId, type Asset, type Decimal } from '@ballast/kernel';
import { LINEAR_PERPETUALS } from './cleared-contracts.js';
import { balanceOf, clientLedger, heldLedger, type Ledger } from './ledger.js';
import { FLAT, type Position } from './position.js';

/** A client account; its money is in the ledger. */
export interface Account {
  /** Version of the stream `account-<accountId>`. */
  version: number;
  /** Version at which collateral or positions last changed other than by a withdrawal of the account itself. */
  figuresVersion: number;
  /** Margin model that its owner chose, `<name>@<version>`; null: margin's own. */
  model: string | null;
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
  /** As the contract is quoted; the client is closed at it. */
  readonly mark: Decimal;
  /** Fraction of the closed notional at the mark. */
  readonly provisionalRate: Decimal;
  /** USD per contract that the rate is a fraction of; null: the value of a contract at the mark. */
  readonly notional: Decimal | null;
  /** USD per unit of the settlement asset. */
  readonly assetPrice: Decimal;
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
  /** Contracts that are cleared: the linear perpetuals, and what pricing admitted. */
  readonly contracts: Map<InstrumentId, ContractSpecification>;
  /** Last published index, USD. */
  readonly indexes: Map<Underlying, Decimal>;
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
  contracts: new Map(LINEAR_PERPETUALS),
  indexes: new Map(),
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

/** Collateral of an account after changes that are about to be booked. */
export function collateralAfter(
  state: AccountsState,
  accountId: AccountId,
  changes: { readonly [A in Asset]?: Decimal } = {},
): AmountByAsset {
  const client = state.ledger.get(clientLedger(accountId));
  const held = state.ledger.get(heldLedger(accountId));
  const collateral: { [asset: Asset]: string } = {};
  for (const each of ASSETS) {
    let amount = client?.[each] ?? ZERO;
    if (held !== undefined) amount = amount.plus(held[each] ?? ZERO);
    const change = changes[each];
    if (change !== undefined) amount = amount.plus(change);
    if (!amount.isZero()) collateral[each] = text(amount);
  }
  return collateral;
}
