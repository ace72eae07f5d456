import { accountStatement, contractOf, rejectionOf, withdrawalOf, type AccountsState } from '@ballast/accounts-domain';
import type { AccountDecision } from '@ballast/contracts';
import { averageEntryPrice } from '@ballast/instruments';
import { dec, ownerOf, text, type AccountId } from '@ballast/kernel';
import { MARGIN_STATES, assessorOf, writeAssessment, type MarginState } from '@ballast/margin-domain';
import type { AssessmentDetail, PositionFigures } from '@ballast/facts';
import type { ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

const DISPLAYED_DIGITS = 8;

/** The assessment of an account on the schedule in force; null before the first one. */
export function assessmentNow(margin: MarginState, accountId: AccountId): AssessmentDetail | null {
  const account = margin.book.find(accountId);
  const assessor = assessorOf(margin);
  if (account === undefined || assessor === null) return null;
  return writeAssessment(assessor.assess(account).detail());
}

/** Everything there is to say about an account now. */
export async function accountView(clearing: ClearingGateway, accountId: AccountId): Promise<object> {
  const partition = clearing.partitionOf(accountId);
  const statement = accountStatement(clearing.accounts(partition), accountId);
  if (statement === undefined) throw unknownAccount(accountId);
  const margin = clearing.margin(partition);
  const record = margin.book.find(accountId);
  const assessment = assessmentNow(margin, accountId);
  const asOf = {
    clearing: clearing.clearing,
    accounts: clearing.sizeOf('accounts', partition),
    margin: clearing.sizeOf('margin', partition),
    liquidation: clearing.sizeOf('liquidation', partition),
  };
  const state = record === undefined || assessment === null ? null : MARGIN_STATES[margin.book.stateOf(record)];
  const openCall = record?.openCall ?? null;
  const liquidationCase = clearing.liquidation(partition).cases.get(accountId)?.caseId ?? null;
  // Everything above was read at one moment; only what a call was issued with is looked up.
  const issued =
    openCall === null
      ? undefined
      : (await clearing.decisions.find({ log: 'margin', accountId, subject: openCall.callId, limit: 100 })).find(
          ({ type }) => type === 'MarginCallIssued',
        );
  return {
    accountId,
    owner: ownerOf(accountId),
    partition,
    version: statement.version,
    asOf,
    state,
    marginModel: statement.model,
    collateral: statement.collateral,
    held: statement.held,
    positions: statement.positions.map((position) => positionView(clearing.accounts(partition), position, assessment)),
    margin: assessment,
    call: openCall === null || issued === undefined ? null : callView(openCall.callId, openCall.dueAt, issued),
    liquidationCase,
  };
}

/** A position with the price it was opened at and what margin last made of it. */
function positionView(
  accounts: AccountsState,
  { instrument: id, quantity, cost }: PositionFigures,
  assessment: AssessmentDetail | null,
): object {
  const { instrument, cashStyle } = contractOf(accounts, id);
  const entry =
    cashStyle === 'premium' ? null : averageEntryPrice(instrument, { quantity: dec(quantity), cost: dec(cost) });
  const assessed = assessment?.positions.find((position) => position.instrument === id);
  return {
    instrument: id,
    quantity,
    cost,
    averageEntry: entry === null ? null : text(entry.toDecimalPlaces(DISPLAYED_DIGITS)),
    mark: assessed?.mark ?? null,
    unrealisedPnl: assessed?.unrealisedPnl ?? null,
  };
}

function callView(callId: string, dueAt: number, { at, figures }: AccountDecision): object {
  const deficit = figures === null ? '0' : text(dec(figures.call).minus(figures.equity));
  return { callId, issuedAt: at, dueAt, deficit, figures };
}

/** How far a withdrawal came. */
export async function withdrawalView(
  clearing: ClearingGateway,
  accountId: AccountId,
  withdrawalId: string,
): Promise<object> {
  const partition = clearing.partitionOf(accountId);
  const accounts = clearing.accounts(partition);
  if (!accounts.accounts.has(accountId)) throw unknownAccount(accountId);
  const [latest] = await clearing.decisions.find({ log: 'accounts', accountId, subject: withdrawalId, limit: 1 });
  if (latest === undefined) {
    throw new Problem('withdrawal-unknown', `${accountId} never asked for a withdrawal ${withdrawalId}`);
  }
  const withdrawal = withdrawalOf(accounts, accountId, withdrawalId);
  const refusal =
    withdrawal === undefined
      ? (rejectionOf(accounts, accountId, withdrawalId) ?? null)
      : withdrawal.status === 'released'
        ? await releasedBecause(clearing, accountId, withdrawalId, partition)
        : null;
  return {
    withdrawalId,
    accountId,
    status: withdrawal?.status ?? 'rejected',
    asset: withdrawal?.asset ?? null,
    amount: withdrawal === undefined ? null : text(withdrawal.amount),
    attempt: withdrawal?.attempt ?? 0,
    code: refusal,
    partition,
    position: latest.position,
  };
}

async function releasedBecause(
  clearing: ClearingGateway,
  accountId: AccountId,
  withdrawalId: string,
  partition: number,
): Promise<string | null> {
  const found = await clearing.decisions.find({ log: 'accounts', accountId, subject: withdrawalId, limit: 10 });
  const released = found.find(({ type }) => type === 'WithdrawalReleased');
  if (released === undefined) return null;
  const [event] = await clearing.house.logs.log('accounts').read(partition, released.position - 1, 1);
  return (event?.payload as { readonly code?: string } | undefined)?.code ?? null;
}

export const unknownAccount = (accountId: AccountId): Problem =>
  new Problem('account-unknown', `no account ${accountId} is open`);
