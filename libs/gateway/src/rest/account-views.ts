import type { AccountDecision } from '@ballast/contracts';
import type { AssessmentDetail, PositionFigures } from '@ballast/facts';
import { dec, ownerOf, text, type AccountId, type Decimal } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { asOfTold, type ClearingGateway } from './clearing.gateway.js';
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
  const asOf = asOfTold([
    { ...accounts, log: 'accounts', partition },
    { ...margin, log: 'margin', partition },
    { ...liquidation, log: 'liquidation', partition },
  ]);
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
    standing: statement.standing,
    marginModel: statement.model,
    answersForOwner: statement.answers,
    claim: statement.claim,
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
  const found = await clearing.decisions.find({ log: 'margin', accountId, subjects: [callId], limit: 100 });
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

export const unknownAccount = (accountId: AccountId): Problem =>
  new Problem('account-unknown', `no account ${accountId} is open`);
