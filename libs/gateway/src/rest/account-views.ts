import type { AccountDecision } from '@ballast/contracts';
import type { AssessmentDetail, PositionFigures } from '@ballast/facts';
import { dec, ownerOf, text, type AccountId, type Decimal } from '@ballast/kernel';
import { questions } from '@ballast/services';
import type { ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

const DISPLAYED_DIGITS = 8;

/** Everything there is to say about an account now. */
export async function accountView(clearing: ClearingGateway, accountId: AccountId): Promise<object> {
  const partition = clearing.partitionOf(accountId);
  const [accounts, margin, liquidation] = await Promise.all([
    clearing.tell(questions.accounts.account, partition, accountId),
    clearing.tell(questions.margin.account, partition, accountId),
    clearing.tell(questions.liquidation.openCase, partition, accountId),
  ]);
  const statement = accounts.answer;
  if (statement === undefined) throw unknownAccount(accountId);
  const { standing, assessment } = margin.answer;
  const asOf = {
    clearing: Math.max(accounts.clearing, margin.clearing, liquidation.clearing),
    accounts: accounts.position,
    margin: margin.position,
    liquidation: liquidation.position,
  };
  const state = assessment === null ? null : (standing?.state ?? null);
  const openCall = standing?.openCall ?? null;
  const positions = statement.positions.map((position) => positionView(position, position.averageEntry, assessment));
  // What a call was issued with stands in no state; it is looked up.
  const issued =
    openCall === null ? undefined : await issuedCall(clearing, accountId, openCall.callId, margin.position);
  return {
    accountId,
    owner: ownerOf(accountId),
    partition,
    version: statement.version,
    asOf,
    state,
    marginModel: statement.model,
    answersForOwner: statement.answers,
    collateral: statement.collateral,
    held: statement.held,
    positions,
    margin: assessment,
    call: openCall === null || issued === undefined ? null : callView(openCall.callId, openCall.dueAt, issued),
    liquidationCase: liquidation.answer,
  };
}

async function issuedCall(
  clearing: ClearingGateway,
  accountId: AccountId,
  callId: string,
  position: number,
): Promise<AccountDecision | undefined> {
  await clearing.reached('margin', clearing.partitionOf(accountId), position);
  const found = await clearing.decisions.find({ log: 'margin', accountId, subject: callId, limit: 100 });
  return found.find(({ type }) => type === 'MarginCallIssued');
}

/** A position with the price it was opened at and what margin last made of it. */
function positionView(
  { instrument, quantity, cost }: PositionFigures,
  entry: Decimal | null,
  assessment: AssessmentDetail | null,
): object {
  const assessed = assessment?.positions.find((position) => position.instrument === instrument);
  return {
    instrument,
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
  const { answer, position } = await clearing.tell(questions.accounts.withdrawal, partition, accountId, withdrawalId);
  if (answer === undefined) throw unknownAccount(accountId);
  await clearing.reached('accounts', partition, position);
  const [latest] = await clearing.decisions.find({ log: 'accounts', accountId, subject: withdrawalId, limit: 1 });
  if (latest === undefined) {
    throw new Problem('withdrawal-unknown', `${accountId} never asked for a withdrawal ${withdrawalId}`);
  }
  const code =
    answer.status === 'released' ? await releasedBecause(clearing, accountId, withdrawalId, partition) : answer.code;
  return { withdrawalId, accountId, ...answer, code, partition, position: latest.position };
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
  const [event] = await clearing.logs.log('accounts').read(partition, released.position - 1, 1);
  return (event?.payload as { readonly code?: string } | undefined)?.code ?? null;
}

export const unknownAccount = (accountId: AccountId): Problem =>
  new Problem('account-unknown', `no account ${accountId} is open`);
