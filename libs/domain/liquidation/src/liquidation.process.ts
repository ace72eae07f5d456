import { compareText } from '@ballast/kernel';
import type { DecisionContext, LogEntry, PartitionProcess } from '@ballast/event-sourcing';
import type { AccountId, AssessmentDetail, InstrumentId, MarginGlobalEvents } from '@ballast/facts';
import { LINEAR_PERPETUALS, closeableContract, type CloseableContract } from './closeable-contracts.js';
import { caseEvent, caseInput, placeOf } from './known-inputs.js';
import { concludeSlice, openCase, proceed, type CaseFact } from './liquidation-case/liquidation-case.decider.js';
import { evolveCase, noteInCase, type LiquidationCase } from './liquidation-case/liquidation-case.state.js';
import { LIQUIDATION_POLICY } from './liquidation-policy.js';

type Schedule = MarginGlobalEvents['ScheduleInForce'];

/** State of a numbered partition: the open cases, and what the other services said about their accounts. */
export interface LiquidationState {
  /** Open cases by account: never more than one each. */
  readonly cases: Map<AccountId, LiquidationCase>;
  /** Number of cases an account has had so far. */
  readonly caseCounts: Map<AccountId, number>;
  /** Newest assessment of each account that margin holds LIQUIDATING. */
  readonly assessments: Map<AccountId, AssessmentDetail>;
  /** Version of each account: that of its stream in accounts p. */
  readonly accountVersions: Map<AccountId, number>;
  /** The last schedules by position in margin global, oldest first. */
  readonly schedules: Map<number, Schedule>;
  /** Terms of every contract that was admitted, the linear perpetuals from the start. */
  readonly contracts: Map<InstrumentId, CloseableContract>;
  /** True while the newest schedule is on HALT. */
  halted: boolean;
}

/** How many schedules stay known; an assessment on an older one waits for the next run. */
const SCHEDULES_KEPT = 64;

const ACCOUNT_STREAM = 'account-';

/** Closes out accounts below their liquidation level, slice by slice, at least cost. */
export const liquidationProcess: PartitionProcess<LiquidationState> = {
  log: 'liquidation',

  initialState: () => ({
    cases: new Map(),
    caseCounts: new Map(),
    assessments: new Map(),
    accountVersions: new Map(),
    schedules: new Map(),
    contracts: new Map(LINEAR_PERPETUALS),
    halted: false,
  }),

  observe(state, entry) {
    const input = caseInput(entry);
    if (input.type === 'ScheduleInForce') {
      noteSchedule(state, input.position, input.payload);
      return;
    }
    if (input.log === 'accounts' && input.stream.startsWith(ACCOUNT_STREAM)) {
      state.accountVersions.set(input.stream.slice(ACCOUNT_STREAM.length), input.version);
    }
    switch (input.type) {
      case 'InstrumentAdmitted':
        state.contracts.set(input.payload.specification.id, closeableContract(input.payload.specification));
        break;
      case 'LiquidationTriggered':
      case 'LiquidatingAccountAssessed':
        state.assessments.set(input.payload.accountId, input.payload.assessment);
        break;
      case 'AccountStateChanged':
        if (input.payload.from === 'LIQUIDATING') state.assessments.delete(input.payload.accountId);
        break;
      default: {
        const current = caseOf(state, entry);
        if (current !== undefined) state.cases.set(current.accountId, noteInCase(current, input));
      }
    }
  },

  decide(state, entry, context) {
    const input = caseInput(entry);
    if (input.type === 'LiquidationTriggered') {
      const { accountId } = input.payload;
      const number = (state.caseCounts.get(accountId) ?? 0) + 1;
      const decision = openCase(state.cases.get(accountId), input.payload, placeOf(input), number);
      if (decision.accepted) emitAll(decision.facts, context);
    }
    if (input.type === 'ScheduleInForce') {
      for (const accountId of [...state.cases.keys()].sort(compareText)) advance(state, accountId, context);
      return undefined;
    }
    const current = caseOf(state, entry);
    if (current !== undefined) advance(state, current.accountId, context);
    return undefined;
  },

  /** Every case acts on the input that completes its condition; nothing is left for the end of an item. */
  settle: () => undefined,

  evolve(state, entry) {
    const event = caseEvent(entry);
    const { accountId } = event.payload;
    const next = evolveCase(state.cases.get(accountId), event);
    if (next === undefined) state.cases.delete(accountId);
    else state.cases.set(accountId, next);
    if (event.type === 'LiquidationOpened') {
      state.caseCounts.set(accountId, (state.caseCounts.get(accountId) ?? 0) + 1);
    }
  },

  dueTimers: () => [],

  fire: () => undefined,
};

/** The open case that an input is about, by its account. */
function caseOf(state: LiquidationState, { payload }: LogEntry): LiquidationCase | undefined {
  const { accountId } = payload as { readonly accountId?: unknown };
  return typeof accountId === 'string' ? state.cases.get(accountId) : undefined;
}

function noteSchedule(state: LiquidationState, position: number, schedule: Schedule): void {
  state.schedules.set(position, schedule);
  state.halted = schedule.status === 'HALT';
  for (const oldest of state.schedules.keys()) {
    if (state.schedules.size <= SCHEDULES_KEPT) break;
    state.schedules.delete(oldest);
  }
}

/** Takes a case as far as it can go on what is known now: first the cost of a finished slice, then the next step. */
function advance(state: LiquidationState, accountId: AccountId, context: DecisionContext): void {
  const current = state.cases.get(accountId);
  if (current === undefined) return;
  emitAll(concludeSlice(current, LIQUIDATION_POLICY), context);
  const concluded = state.cases.get(accountId) ?? current;
  const assessment = state.assessments.get(accountId);
  const basis = {
    assessment,
    accountVersion: state.accountVersions.get(accountId) ?? 0,
    schedule: assessment === undefined ? undefined : state.schedules.get(assessment.schedule),
    contracts: state.contracts,
    halted: state.halted,
  };
  emitAll(proceed(concluded, basis, LIQUIDATION_POLICY), context);
}

function emitAll(facts: readonly CaseFact[], context: DecisionContext): void {
  for (const { type, payload } of facts) {
    context.emit({ stream: `liquidation-${payload.caseId}`, type, schemaVersion: 1, payload });
  }
}
