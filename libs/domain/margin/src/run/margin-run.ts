import type { Instant } from '@ballast/facts';
import type { Assessment, ExactFigures } from '../assessment/assess.js';
import {
  CLEAR_OF_ALL,
  decideState,
  HEALTHY,
  isQuiet,
  levelsOf,
  LIQUIDATING,
  type StateDecision,
  type StateMemory,
} from '../assessment/margin-state.js';
import type { ScheduleFigures } from '../assessment/schedule-figures.js';
import type { AccountAssessor } from '../portfolio/portfolio-accounts.js';
import { DEFAULT_PORTFOLIO_MODEL } from '../portfolio/model-choice.js';
import { ID_HASH_AT, ROW, VERSION_AT, type AccountBook, type AccountRecord } from './account-book.js';
import { AssessmentRecords } from './assessment-records.js';
import { nearestFloat } from './nearest-float.js';
import { screenSchedule } from './screen-schedule.js';
import { blankFigures, screenAccount, screenLevels, takeScreened } from './screen.js';

/** An account about which a run has something to say. */
export interface AccountOutcome {
  readonly account: AccountRecord;
  readonly memory: StateMemory;
  readonly decision: StateDecision;
  readonly assessment: Assessment;
}

export interface MarginRun {
  readonly records: AssessmentRecords;
  readonly decidedExactly: number;
  /** How many accounts portfolio models assessed, by id. */
  readonly otherModels: ReadonlyMap<string, number>;
  /** In account-id order: changes, and accounts that are LIQUIDATING after the run. */
  readonly outcomes: readonly AccountOutcome[];
  /** Accounts of the whole partition per state after the run. */
  readonly stateCounts: readonly number[];
}

/**
 * Assesses the accounts in the given slots on one schedule: float64 first, and exact decimals for whatever lies nearer to
 * a level than the proven bound, would change, or is LIQUIDATING. Reads only; the caller appends what follows.
 * @param slots in account-id order
 * @param assessor of the same schedule
 * @param now clearing time, against which open calls fall due
 */
export function runMargin(
  book: AccountBook,
  slots: Uint32Array,
  schedule: ScheduleFigures,
  now: Instant,
  assessor: AccountAssessor,
): MarginRun {
  const screened = screenSchedule(schedule);
  const records = new AssessmentRecords(slots.length);
  const outcomes: AccountOutcome[] = [];
  const stateCounts = [...book.stateCounts];
  const figures = blankFigures();
  const otherModels = new Map<string, number>();
  const anyPortfolio = book.portfolios.size > 0;
  let decidedExactly = 0;
  const count = (model: string): void => void otherModels.set(model, (otherModels.get(model) ?? 0) + 1);
  /** Fills `figures`; false where float64 can't. */
  const screen = (slot: number, isPortfolio: boolean): boolean => {
    if (!isPortfolio) {
      screenAccount(book, screened, slot, figures);
      return true;
    }
    const ofPortfolio = assessor.screenPortfolio(slot);
    if (ofPortfolio !== null) takeScreened(ofPortfolio, figures);
    return ofPortfolio !== null;
  };
  for (let index = 0; index < slots.length; index += 1) {
    const slot = slots[index] as number;
    records.setAccount(index, book.words, (slot * ROW + ID_HASH_AT) * 2);
    const state = book.states[slot] as number;
    const isPortfolio = anyPortfolio && book.portfolios.has(slot);
    if (state !== LIQUIDATING && screen(slot, isPortfolio)) {
      const levels = screenLevels(figures, screened);
      if (levels >= 0 && staysAsItIs(book, slot, state, levels, schedule.halted, now)) {
        const { equity, initial, call, liquidation } = figures;
        const version = book.rows[slot * ROW + VERSION_AT] as number;
        records.setFigures(index, version, equity, initial, call, liquidation, state, 0);
        if (isPortfolio) count(DEFAULT_PORTFOLIO_MODEL.model.id);
        continue;
      }
    }
    const decided = decideExactly(book, slot, schedule, now, assessor);
    decidedExactly += 1;
    const { account, memory, decision, model } = decided;
    if (model !== null) count(model);
    const { equity, initial, call, liquidation } = decided.figures;
    records.setFigures(
      index,
      account.version,
      nearestFloat(equity),
      nearestFloat(initial),
      nearestFloat(call),
      nearestFloat(liquidation),
      decision.state,
      1,
    );
    stateCounts[state] = (stateCounts[state] ?? 0) - 1;
    stateCounts[decision.state] = (stateCounts[decision.state] ?? 0) + 1;
    if (decision.state !== LIQUIDATING && isQuiet(memory, decision)) continue;
    outcomes.push({ account, memory, decision, assessment: decided.detail() });
  }
  return { records, decidedExactly, otherModels, outcomes, stateCounts };
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
  if (book.memorable[slot] === 0) return isQuiet(plain(state), decideState(plain(state), levels, halted));
  const memory = book.memoryOf(slot, now);
  return isQuiet(memory, decideState(memory, levels, halted));
}

const PLAIN_MEMORIES: readonly StateMemory[] = [0, 1, 2, 3, 4].map((state) => ({
  state,
  callOpen: false,
  callOverdue: false,
  restrictedByExpiry: false,
  liquidationClosed: false,
}));
/** Memory of an account whose state depends on nothing but its figures and its present state. */
const plain = (state: number): StateMemory => PLAIN_MEMORIES[state] as StateMemory;

/** A decision in exact decimals, with what it was made on. */
export interface ExactDecision extends Omit<AccountOutcome, 'assessment'> {
  readonly figures: ExactFigures;
  /** Portfolio model that decided; null for adaptive-linear. */
  readonly model: string | null;
  readonly detail: () => Assessment;
}

/** Decides one account in exact decimals. */
export function decideExactly(
  book: AccountBook,
  slot: number,
  schedule: ScheduleFigures,
  now: Instant,
  { assessExactly }: AccountAssessor,
): ExactDecision {
  const account = book.accounts[slot] as AccountRecord;
  const assessed = assessExactly(account);
  const memory = book.memoryOf(slot, now);
  const decision = decideState(memory, levelsOf(assessed.figures, schedule.parameters), schedule.halted);
  return { account, memory, decision, ...assessed };
}
