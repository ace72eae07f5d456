import { accountStatement, averageEntryOf, isOpenAccount, withdrawalAnswer } from '@ballast/accounts-domain';
import type { AccountDecision } from '@ballast/contracts';
import type { AssessmentDetail, PositionFigures } from '@ballast/facts';
import { dec, ownerOf, text, type AccountId, type Decimal } from '@ballast/kernel';
import { openCaseOf } from '@ballast/liquidation-domain';
import { assessmentOf, standingOf } from '@ballast/margin-domain';
import type { ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

const DISPLAYED_DIGITS = 8;

/** Everything there is to say about an account now. */
export async function accountView(clearing: ClearingGateway, accountId: AccountId): Promise<object> {
  const partition = clearing.partitionOf(accountId);
  const statement = clearing.ask('accounts', partition, accountStatement, accountId);
  if (statement === undefined) throw unknownAccount(accountId);
  const standing = clearing.ask('margin', partition, standingOf, accountId);
  const assessment = clearing.ask('margin', partition, assessmentOf, accountId);
  const asOf = {
    clearing: clearing.clearing,
    accounts: clearing.sizeOf('accounts', partition),
    margin: clearing.sizeOf('margin', partition),
    liquidation: clearing.sizeOf('liquidation', partition),
  };
  const state = assessment === null ? null : (standing?.state ?? null);
  const openCall = standing?.openCall ?? null;
  const liquidationCase = clearing.ask('liquidation', partition, openCaseOf, accountId);
  const positions = statement.positions.map((position) => {
    const entry = clearing.ask('accounts', partition, averageEntryOf, accountId, position.instrument);
    return positionView(position, entry, assessment);
  });
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
    positions,
    margin: assessment,
    call: openCall === null || issued === undefined ? null : callView(openCall.callId, openCall.dueAt, issued),
    liquidationCase,
  };
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
  if (!clearing.ask('accounts', partition, isOpenAccount, accountId)) throw unknownAccount(accountId);
  const [latest] = await clearing.decisions.find({ log: 'accounts', accountId, subject: withdrawalId, limit: 1 });
  if (latest === undefined) {
    throw new Problem('withdrawal-unknown', `${accountId} never asked for a withdrawal ${withdrawalId}`);
  }
  const answer = clearing.ask('accounts', partition, withdrawalAnswer, accountId, withdrawalId);
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
  const [event] = await clearing.house.logs.log('accounts').read(partition, released.position - 1, 1);
  return (event?.payload as { readonly code?: string } | undefined)?.code ?? null;
}

export const unknownAccount = (accountId: AccountId): Problem =>
  new Problem('account-unknown', `no account ${accountId} is open`);
