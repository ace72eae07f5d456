import type {
  AccountId,
  AccountMarginState,
  AssessmentDetail,
  InstrumentId,
  MarginFigures,
  MarginGlobalEvents,
  PricingEvents,
} from '@ballast/facts';
import { text } from '@ballast/kernel';
import { writeAssessment, writeFigures } from './assess/assessment.js';
import type { ExplainedOn } from './assess/explain-assessment.js';
import { MARGIN_STATES } from './call/margin-state.js';
import { assessorOf, riskArraysBefore, type MarginState } from './margin.state.js';
import { parametersOf } from './schedule/margin-global.state.js';

// What other parts may ask of a partition of margin. Nobody else reads its state.

/** How an account stands. */
export interface AccountStanding {
  readonly accountId: AccountId;
  /** Version of the account that margin has. */
  readonly version: number;
  readonly state: AccountMarginState;
  readonly openCall: { readonly callId: string; readonly dueAt: number; readonly expired: boolean } | null;
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
    openCall: openCall === null ? null : { callId: openCall.callId, dueAt: openCall.dueAt, expired: openCall.expired },
  };
}

/** What an account holds. */
export interface AccountHoldings {
  readonly version: number;
  /** By asset, everything credited. */
  readonly collateral: Readonly<Record<string, string>>;
  readonly positions: readonly {
    readonly instrument: InstrumentId;
    readonly quantity: string;
    readonly cost: string;
  }[];
}

/** Undefined when margin does not know the account. */
export function holdingsOf(state: MarginState, accountId: AccountId): AccountHoldings | undefined {
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  return {
    version: account.version,
    collateral: Object.fromEntries([...account.collateral].map(([asset, amount]) => [asset, text(amount)])),
    positions: [...account.holdings].map(([instrument, { quantity, cost }]) => ({
      instrument,
      quantity: text(quantity),
      cost: text(cost),
    })),
  };
}

/** An account assessed on the schedule in force. */
export interface AssessedNow {
  /** Position of the schedule in margin global. */
  readonly schedule: number;
  readonly figures: MarginFigures;
  /** All that stands behind the figures; costs more than they do. */
  readonly detail: () => AssessmentDetail;
}

/** Null before the first schedule, and for an account that margin does not know. */
export function assessedNow(state: MarginState, accountId: AccountId): AssessedNow | null {
  const account = state.book.find(accountId);
  const assessor = assessorOf(state);
  if (account === undefined || assessor === null) return null;
  const assessment = assessor.assess(account);
  return {
    schedule: assessor.market.schedule.position,
    figures: writeFigures(assessment.figures),
    detail: () => writeAssessment(assessment.detail()),
  };
}

/** The whole assessment of an account on the schedule in force; null as `assessedNow`. */
export const assessmentOf = (state: MarginState, accountId: AccountId): AssessmentDetail | null =>
  assessedNow(state, accountId)?.detail() ?? null;

/** What an assessment on a schedule is explained by. */
export const explainedOn = (state: MarginState, schedule: MarginGlobalEvents['ScheduleInForce']): ExplainedOn => ({
  schedule,
  parameters: parametersOf(state, schedule.parameters),
  contracts: state.contracts,
  riskArrays: riskArraysBefore(state, schedule.priceSet),
});

/** The schedule in force with its position in margin global; null before the first. */
export const scheduleOf = ({
  schedule,
}: MarginState): { readonly position: number; readonly source: MarginGlobalEvents['ScheduleInForce'] } | null =>
  schedule;

/** The risk arrays that margin computes with, oldest first. */
export const riskArraysOf = ({ riskArrays }: MarginState): readonly PricingEvents['RiskArraysPublished'][] =>
  riskArrays.map(({ source }) => source);
