import type { AmountByAsset, PositionFigures } from '@ballast/facts';
import { compareText, text, type AccountId, type Asset } from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import { amountsOf, collateralAfter, perAccount, type AccountsState, type Withdrawal } from './accounts.state.js';
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
  /** Margin model that the owner chose; null: margin's own. */
  readonly model: string | null;
}

/** Collateral, holds, positions and version of an account now; undefined when it is not open. */
export function accountStatement(state: AccountsState, accountId: AccountId): AccountStatement | undefined {
  const account = state.accounts.get(accountId);
  if (account === undefined) return undefined;
  const held = [...state.withdrawals.values()].filter(
    (withdrawal) => withdrawal.accountId === accountId && withdrawal.status === 'held',
  );
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
    model: account.model,
  };
}

/** A withdrawal that was held at some time; undefined when it never was. */
export const withdrawalOf = (
  { withdrawals }: AccountsState,
  accountId: AccountId,
  withdrawalId: string,
): Withdrawal | undefined => withdrawals.get(perAccount(accountId, withdrawalId));

/** Why a withdrawal was refused at once; undefined when it was not. */
export const rejectionOf = (
  { rejectedWithdrawals }: AccountsState,
  accountId: AccountId,
  withdrawalId: string,
): AccountsRejectionCode | undefined => rejectedWithdrawals.get(perAccount(accountId, withdrawalId));
