import type { AssessmentDetail, Instant } from '@ballast/facts';
import { floatOf } from '@ballast/risk-schedule';
import { OWN_MODEL, type AccountAssessment } from '../assess/assess.js';
import { writeAssessment, type Assessment } from '../assess/assessment.js';
import type { AccountBook, AccountRecord } from '../assess/account-book.js';
import type { Assessor } from '../assess/assessor.js';
import {
  CLEAR_OF_ALL,
  decideState,
  HEALTHY,
  isQuiet,
  levelsOf,
  plainMemory,
  LIQUIDATING,
  type StateDecision,
  type StateMemory,
} from '../call/margin-state.js';
import { AssessmentRecords } from './assessment-records.js';
import { ContractScreen } from './contract-screen.js';
import { blankFigures, screenLevels, screenRow } from './row-screen.js';

/** An account decided in exact decimals. */
interface DecidedAccount {
  readonly account: AccountRecord;
  readonly memory: StateMemory;
  readonly decision: StateDecision;
  readonly assessment: AccountAssessment;
}

/** An account about which a run has something to say. */
export interface AccountOutcome extends Pick<DecidedAccount, 'account' | 'memory' | 'decision'> {
  readonly model: string;
  readonly failure: AccountAssessment['failure'];
  readonly detail: Assessment;
  /** `detail` as events tell it. */
  readonly told: AssessmentDetail;
}

export interface MarginRun {
  readonly records: AssessmentRecords;
  readonly decidedExactly: number;
  /** How many accounts each model assessed, by id. */
  readonly models: ReadonlyMap<string, number>;
  /** In account-id order: changes, accounts that no model could decide, and those that are LIQUIDATING after the run. */
  readonly outcomes: readonly AccountOutcome[];
  /** Accounts of the whole partition per state after the run. */
  readonly stateCounts: readonly number[];
}

/**
 * Assesses the accounts in the given slots on the schedule in force: float64 first, and exact decimals for whatever lies nearer to
 * a level than the proven bound, would change, or is LIQUIDATING. Reads only; the caller appends what follows.
 * @param slots in account-id order
 * @param now clearing time, against which open calls fall due
 */
export function runMargin(book: AccountBook, slots: Uint32Array, assessor: Assessor, now: Instant): MarginRun {
  const { halted } = assessor.market.schedule;
  const { layout, rows } = book;
  const schedule = assessor.rowsFor(layout);
  const figures = blankFigures();
  const contracts = new ContractScreen(book, assessor.market, schedule);
  const records = new AssessmentRecords(slots.length);
  const outcomes: AccountOutcome[] = [];
  const stateCounts = [...book.stateCounts];
  const models = new Map<string, number>();
  let screened = 0;
  for (let index = 0; index < slots.length; index += 1) {
    const slot = slots[index] as number;
    records.setAccount(index, book.words, (slot * layout.width + layout.idHashAt) * 2);
    const state = book.states[slot] as number;
    const isScreened =
      state !== LIQUIDATING &&
      (book.inRows[slot] === 1 ? screenRow(book, schedule, slot, figures) : contracts.screen(slot, figures));
    if (isScreened) {
      const levels = screenLevels(figures, schedule);
      if (levels >= 0 && staysAsItIs(book, slot, state, levels, halted, now)) {
        const { equity, initial, call, liquidation } = figures;
        const version = rows[slot * layout.width + layout.versionAt] as number;
        records.setFigures(index, version, equity, initial, call, liquidation, state, 0);
        screened += 1;
        continue;
      }
    }
    const decided = decideExactly(book, slot, assessor, now);
    const { account, memory, decision, assessment } = decided;
    models.set(assessment.model, (models.get(assessment.model) ?? 0) + 1);
    const { equity, initial, call, liquidation } = assessment.figures;
    records.setFigures(
      index,
      account.version,
      floatOf(equity),
      floatOf(initial),
      floatOf(call),
      floatOf(liquidation),
      decision.state,
      1,
    );
    stateCounts[state] = (stateCounts[state] ?? 0) - 1;
    stateCounts[decision.state] = (stateCounts[decision.state] ?? 0) + 1;
    const isSettled = (assessment.failure?.model ?? null) === account.failedModel;
    if (decision.state !== LIQUIDATING && isQuiet(memory, decision) && isSettled) continue;
    outcomes.push(toldOutcome(decided));
  }
  if (screened > 0) models.set(OWN_MODEL, (models.get(OWN_MODEL) ?? 0) + screened);
  return { records, decidedExactly: slots.length - screened, models, outcomes, stateCounts };
}

/** True if the float64 levels are certain and nothing follows from them. */
function staysAsItIs(
  book: AccountBook,
  slot: number,
  state: number,
  levels: number,
  halted: boolean,
  now: Instant,
): boolean {
  if (book.memorable[slot] === 0 && state === HEALTHY && levels === CLEAR_OF_ALL) return true;
  if (book.memorable[slot] === 0) return isQuiet(plainMemory(state), decideState(plainMemory(state), levels, halted));
  const memory = book.memoryOf(slot, now);
  return isQuiet(memory, decideState(memory, levels, halted));
}

/** Decides one account in exact decimals. */
function decideExactly(book: AccountBook, slot: number, assessor: Assessor, now: Instant): DecidedAccount {
  const account = book.accounts[slot] as AccountRecord;
  const assessment = assessor.assess(account);
  const memory = book.memoryOf(slot, now);
  const { parameters, halted } = assessor.market.schedule;
  const decision = decideState(memory, levelsOf(assessment.figures, parameters), halted);
  return { account, memory, decision, assessment };
}

/** Told at once: a run holds thousands of outcomes, and what an assessment was made of weighs many times what it says. */
function toldOutcome({ account, memory, decision, assessment }: DecidedAccount): AccountOutcome {
  const detail = assessment.detail();
  const { model, failure } = assessment;
  return { account, memory, decision, model, failure, detail, told: writeAssessment(detail) };
}
