import type {
  AccountId,
  AccountMarginState,
  AssessmentDetail,
  MarginGlobalEvents,
  PricingEvents,
} from '@ballast/facts';
import { writeAssessment } from './assess/assessment.js';
import { MARGIN_STATES } from './call/margin-state.js';
import { assessorOf, type MarginState } from './margin.state.js';

// What other parts may ask of a partition of margin. Nobody else reads its state.

/** How an account stands. */
export interface AccountStanding {
  readonly accountId: AccountId;
  /** Version of the account that margin has. */
  readonly version: number;
  readonly state: AccountMarginState;
  readonly openCall: { readonly callId: string; readonly dueAt: number } | null;
}

/** Undefined when margin does not know the account. */
export function standingOf(state: MarginState, accountId: AccountId): AccountStanding | undefined {
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  const { openCall } = account;
  return {
    accountId,
    version: account.version,
    state: MARGIN_STATES[state.book.stateOf(account)] as AccountMarginState,
    openCall: openCall === null ? null : { callId: openCall.callId, dueAt: openCall.dueAt },
  };
}

/** An account assessed on the schedule in force; null before the first, and for an account that margin does not know. */
export function assessmentOf(state: MarginState, accountId: AccountId): AssessmentDetail | null {
  const account = state.book.find(accountId);
  const assessor = assessorOf(state);
  return account === undefined || assessor === null ? null : writeAssessment(assessor.assess(account).detail());
}

/** The schedule in force with its position in margin global; null before the first. */
export const scheduleOf = ({
  schedule,
}: MarginState): { readonly position: number; readonly source: MarginGlobalEvents['ScheduleInForce'] } | null =>
  schedule;

/** The risk arrays that margin computes with, oldest first. */
export const riskArraysOf = ({ riskArrays }: MarginState): readonly PricingEvents['RiskArraysPublished'][] =>
  riskArrays.map(({ source }) => source);
