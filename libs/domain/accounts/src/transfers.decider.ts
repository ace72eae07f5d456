import { partitionOfAccount, text, type Asset, type Decimal } from '@ballast/kernel';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import {
  accountStream,
  collateralAfter,
  fact,
  freeCollateral,
  perAccount,
  type AccountsFact,
  type AccountsState,
} from './accounts.state.js';
import {
  fieldsOf,
  readAccountId,
  readAmount,
  readAsset,
  readId,
  readModel,
  readable,
  unreadable,
  type Reading,
} from './input-reading.js';
import { clientLedger, heldLedger, postingsOf } from './ledger.js';

/**
 * What follows from an opening, a deposit, a withdrawal or a contribution, the same for a command and for a message
 * of the exchange. A refusal may come with a fact (a withdrawal refused is on record); a repetition brings neither.
 */
export interface TransferDecision {
  readonly facts: readonly AccountsFact[];
  readonly refusal: AccountsRejectionCode | null;
  /** Answer of an accepted command. */
  readonly answer: { readonly [key: string]: string };
}

const booked = (answer: TransferDecision['answer'], ...facts: readonly AccountsFact[]): TransferDecision => ({
  facts,
  refusal: null,
  answer,
});
const refused = (refusal: AccountsRejectionCode, ...facts: readonly AccountsFact[]): TransferDecision => ({
  facts,
  refusal,
  answer: {},
});

export function decideOpening(state: AccountsState, message: unknown): TransferDecision {
  const reading = readAccountId(fieldsOf(message)?.['accountId']);
  if (!reading.readable) return refused(reading.code);
  const accountId = reading.value;
  if (partitionOfAccount(accountId, state.partitions) !== state.partition) return refused('account-of-other-partition');
  if (state.accounts.has(accountId)) return refused('account-exists');
  return booked({ accountId }, fact('AccountOpened', accountStream(accountId), { accountId }));
}

/** A deposit or withdrawal as it can be booked. */
export interface Movement {
  readonly id: string;
  readonly accountId: string;
  readonly asset: Asset;
  readonly amount: Decimal;
}

/** Reads a deposit or withdrawal of an untrusted message. */
export function readMovement(message: unknown, kind: 'deposit' | 'withdrawal'): Reading<Movement> {
  const fields = fieldsOf(message);
  if (fields === null) return unreadable('message-unreadable');
  const id = readId(fields[`${kind}Id`], `${kind}-id-invalid`);
  if (!id.readable) return id;
  const accountId = readAccountId(fields['accountId']);
  if (!accountId.readable) return accountId;
  const asset = readAsset(fields['asset']);
  if (!asset.readable) return asset;
  const amount = readAmount(fields['amount'], asset.value);
  if (!amount.readable) return amount;
  return readable({ id: id.value, accountId: accountId.value, asset: asset.value, amount: amount.value });
}

/** Content by which the second delivery of an id is told from its reuse. */
export const contentOf = (asset: Asset, amount: Decimal): string => `${text(amount)} ${asset}`;

export function decideDeposit(state: AccountsState, message: unknown): TransferDecision {
  const reading = readMovement(message, 'deposit');
  if (!reading.readable) return refused(reading.code);
  const { id: depositId, accountId, asset, amount } = reading.value;
  const known = state.deposits.get(perAccount(accountId, depositId));
  if (known !== undefined) {
    return known === contentOf(asset, amount) ? booked({ depositId, accountId }) : refused('deposit-id-reused');
  }
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  return booked(
    { depositId, accountId },
    fact('CollateralCredited', accountStream(accountId), {
      accountId,
      depositId,
      asset,
      amount: text(amount),
      collateral: collateralAfter(state, accountId, { [asset]: amount }),
      postings: postingsOf(['custody', asset, amount.neg()], [clientLedger(accountId), asset, amount]),
    }),
  );
}

/**
 * Holds the money of a withdrawal, so that it cannot be held twice; margin answers. Refused at once: more than the free
 * collateral of that asset (unrealised profit is in no ledger account, so it never counts), or an account in liquidation.
 * An id is used up by its first decision: the same withdrawal again gets the same answer and holds nothing.
 */
export function decideWithdrawal(state: AccountsState, message: unknown): TransferDecision {
  const reading = readMovement(message, 'withdrawal');
  if (!reading.readable) return refused(reading.code);
  const { id: withdrawalId, accountId, asset, amount } = reading.value;
  if (!state.accounts.has(accountId)) return refused('account-unknown');
  const key = perAccount(accountId, withdrawalId);
  const rejection = state.rejectedWithdrawals.get(key);
  if (rejection !== undefined) return refused(rejection as AccountsRejectionCode);
  const known = state.withdrawals.get(key);
  if (known !== undefined) {
    return known.asset === asset && known.amount.eq(amount)
      ? booked({ withdrawalId, accountId, status: known.status })
      : refused('withdrawal-id-reused');
  }
  const stream = accountStream(accountId);
  const code = state.liquidating.has(accountId)
    ? 'account-liquidating'
    : amount.gt(freeCollateral(state, accountId, asset))
      ? 'insufficient-collateral'
      : null;
  if (code !== null) {
    return refused(code, fact('WithdrawalRejected', stream, { accountId, withdrawalId, code }));
  }
  return booked(
    { withdrawalId, accountId, status: 'held' },
    fact('WithdrawalHeld', stream, {
      accountId,
      withdrawalId,
      attempt: 1,
      asset,
      amount: text(amount),
      collateral: collateralAfter(state, accountId),
      postings: postingsOf([clientLedger(accountId), asset, amount.neg()], [heldLedger(accountId), asset, amount]),
    }),
  );
}

/**
 * Records which margin model the owner of an account chose. Only the form `<name>@<version>` is checked here: which models
 * exist is margin's to know. The same choice again brings nothing; while the account is liquidated its model stays.
 */
export function decideMarginModel(state: AccountsState, message: unknown): TransferDecision {
  const accountId = readAccountId(fieldsOf(message)?.['accountId']);
  if (!accountId.readable) return refused(accountId.code);
  const model = readModel(fieldsOf(message)?.['model']);
  if (!model.readable) return refused(model.code);
  const account = state.accounts.get(accountId.value);
  if (account === undefined) return refused('account-unknown');
  const answer = { accountId: accountId.value, model: model.value };
  if (account.model === model.value) return booked(answer);
  if (state.liquidating.has(accountId.value)) return refused('model-while-liquidating');
  return booked(answer, fact('MarginModelChosen', accountStream(accountId.value), answer));
}

/** Passes the operator's money on to the fund, through in-transit. */
export function decideContribution(state: AccountsState, message: unknown): TransferDecision {
  const fields = fieldsOf(message);
  if (fields === null) return refused('message-unreadable');
  const id = readId(fields['contributionId'], 'contribution-id-invalid');
  if (!id.readable) return refused(id.code);
  const amount = readAmount(fields['amount'], 'USD');
  if (!amount.readable) return refused(amount.code);
  const contributionId = id.value;
  const known = state.contributions.get(contributionId);
  if (known !== undefined)
    return known === text(amount.value) ? booked({ contributionId }) : refused('contribution-id-reused');
  return booked(
    { contributionId },
    fact('FundContributionForwarded', 'fund-transit', {
      contributionId,
      amount: text(amount.value),
      postings: postingsOf(['custody', 'USD', amount.value.neg()], ['in-transit', 'USD', amount.value]),
    }),
  );
}
