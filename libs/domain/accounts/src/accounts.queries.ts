import type { AccountsEvents, AccountStanding, AmountByAsset, InstrumentId, PositionFigures } from '@ballast/facts';
import { averageEntryPrice } from '@ballast/instruments';
import { compareText, text, type AccountId, type Asset, type Decimal, type Instant } from '@ballast/kernel';
import { amountsOf, collateralAfter, standingOf, type AccountsState } from './accounts.state.js';
import { claimOn } from './claim/claim.decider.js';
import { contractOf } from './ledger/contracts.js';
import { balancesOf, clientLedger, heldLedger } from './ledger/ledger.js';
import { figuresOf } from './ledger/position.js';

/** A withdrawal that waits for margin. */
export interface HeldWithdrawal {
  readonly withdrawalId: string;
  readonly asset: Asset;
  readonly amount: string;
  readonly attempt: number;
}

/** An account as other parts may read it. Absent assets are zero. */
export interface AccountStatement {
  readonly accountId: AccountId;
  /** Version of the account's stream; assessments and withdrawals cite it. */
  readonly version: number;
  /** Everything credited to the client, held money included. */
  readonly collateral: AmountByAsset;
  /** Part of it that waits in withdrawals. */
  readonly held: AmountByAsset;
  /** Part of it that may be withdrawn if margin agrees. */
  readonly free: AmountByAsset;
  readonly positions: readonly PositionFigures[];
  readonly heldWithdrawals: readonly HeldWithdrawal[];
  readonly liquidating: boolean;
  /** What a person lets it do. */
  readonly standing: AccountStanding;
  /** Margin model that the owner chose; null: margin's own. */
  readonly model: string | null;
  /** Whether it answers for debts of its owner's other accounts. */
  readonly answers: boolean;
  /** What the waterfall has paid of its deficits and has not got back, USD; nothing leaves the account before. */
  readonly claim: string;
}

/** Collateral, holds, positions and version of an account now; undefined when it is not open. */
export function accountStatement(state: AccountsState, accountId: AccountId): AccountStatement | undefined {
  const account = state.accounts.get(accountId);
  if (account === undefined) return undefined;
  const held = [...state.withdrawals.values()].filter((withdrawal) => withdrawal.accountId === accountId);
  return {
    accountId,
    version: account.version,
    collateral: collateralAfter(state, accountId),
    held: amountsOf(balancesOf(state.ledger, heldLedger(accountId))),
    free: amountsOf(balancesOf(state.ledger, clientLedger(accountId))),
    positions: [...account.positions]
      .sort(([a], [b]) => compareText(a, b))
      .map(([instrument, position]) => figuresOf(instrument, position)),
    heldWithdrawals: held.map(({ withdrawalId, asset, amount, attempt }) => ({
      withdrawalId,
      asset,
      amount: text(amount),
      attempt,
    })),
    liquidating: state.liquidating.has(accountId),
    standing: standingOf(state, accountId),
    model: account.model,
    answers: account.answers,
    claim: text(claimOn(state, accountId)),
  };
}

/** Ids of all accounts of the partition, in the order in which they were opened. */
export const accountIds = ({ accounts }: AccountsState): readonly AccountId[] => [...accounts.keys()];

export const isOpenAccount = ({ accounts }: AccountsState, accountId: AccountId): boolean => accounts.has(accountId);

/** Whether fills of an instrument are cleared. */
export const isCleared = ({ contracts }: AccountsState, instrument: InstrumentId): boolean => contracts.has(instrument);

/** Price at which a position was opened on average; null for a premium that was paid, and where nothing is held. */
export function averageEntryOf(state: AccountsState, accountId: AccountId, id: InstrumentId): Decimal | null {
  const position = state.accounts.get(accountId)?.positions.get(id);
  if (position === undefined) return null;
  const { instrument, cashStyle } = contractOf(state, id);
  return cashStyle === 'premium' ? null : averageEntryPrice(instrument, position);
}

/** An account that a person froze or closed. */
export interface StandingLine {
  readonly accountId: AccountId;
  readonly standing: AccountStanding;
  /** Who saw to that; only somebody else releases what he froze. */
  readonly by: string;
}

/** Accounts that are not open to everything. */
export const accountStandings = ({ standings }: Pick<AccountsState, 'standings'>): readonly StandingLine[] =>
  [...standings].map(([accountId, { standing, by }]) => ({ accountId, standing, by }));

/** Something that waits in suspense for a person. */
export interface SuspenseLine {
  /** Of its `SuspenseBooked` in this partition. */
  readonly position: number;
  readonly reason: AccountsEvents['SuspenseBooked']['reason'];
  readonly accountId: AccountId;
  readonly reference: string;
  /** Null for a fill. */
  readonly money: { readonly asset: Asset; readonly amount: string } | null;
  /** Null for money. */
  readonly fill: PositionFigures | null;
}

/** Something that one person proposed and another one has not approved yet. */
export interface ReleaseLine {
  readonly releaseId: string;
  readonly position: number;
  readonly outcome: AccountsEvents['SuspenseReleaseProposed']['outcome'];
  readonly reason: string;
  readonly proposer: string;
}

/** A message of the exchange that waits for what its basis names. */
export interface DeferredLine {
  /** Of its `MessageDeferred` in this partition. */
  readonly position: number;
  readonly accountId: AccountId;
  readonly reference: string;
  readonly waitsFor: AccountsEvents['MessageDeferred']['waitsFor'];
  /** Clearing time. */
  readonly until: Instant;
}

/** What waits in suspense for a person, oldest first. @see docs/spec/accounts.md CLR-ACC-019 */
export function* suspendedLines({ suspended }: Pick<AccountsState, 'suspended'>): Generator<SuspenseLine> {
  for (const { position, kept } of suspended.values()) {
    const money = kept.postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
    yield {
      position,
      reason: kept.reason,
      accountId: kept.accountId,
      reference: kept.reference ?? '',
      money: money === undefined ? null : { asset: money.asset, amount: money.amount },
      fill: kept.position,
    };
  }
}

/** What persons want to become of it and nobody has approved. @see docs/spec/accounts.md CLR-ACC-019 */
export const openReleases = ({
  suspended,
  releases,
}: Pick<AccountsState, 'suspended' | 'releases'>): readonly ReleaseLine[] =>
  [...releases.values()]
    .filter(({ proposed, approved }) => !approved && suspended.has(proposed.suspense))
    .map(({ proposed: { releaseId, suspense, outcome, reason }, proposer }) => ({
      releaseId,
      position: suspense,
      outcome,
      reason,
      proposer,
    }));

/** Messages that wait, oldest first. @see docs/spec/accounts.md CLR-ACC-050 */
export const deferredLines = ({ deferred }: Pick<AccountsState, 'deferred'>): readonly DeferredLine[] =>
  [...deferred.values()].map(({ position, message: { accountId, reference, waitsFor, until } }) => ({
    ...{ position, accountId, reference, waitsFor, until },
  }));
