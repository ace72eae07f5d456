import type { AccountMarginState } from '@ballast/facts';
import type { Decimal } from '@ballast/kernel';
import type { ParameterFigures } from '../parameters/parameter-figures.js';
import type { ExactFigures } from '../assess/assessment.js';

/** The states from best to worst; their index is the code in an assessment record. */
export const MARGIN_STATES: readonly AccountMarginState[] = [
  'HEALTHY',
  'WARN',
  'MARGIN_CALL',
  'RESTRICTED',
  'LIQUIDATING',
];
export const HEALTHY = 0;
export const WARN = 1;
export const MARGIN_CALL = 2;
export const RESTRICTED = 3;
export const LIQUIDATING = 4;

/** Answers to the questions a state is decided by, one bit each: the same for float64 and for decimals. */
export const BELOW_LIQUIDATION = 1;
export const BELOW_MIDPOINT = 2;
export const BELOW_CALL = 4;
export const BELOW_INITIAL = 8;
export const CLEAR_OF_MIDPOINT = 16;
export const CLEAR_OF_CALL = 32;
export const CLEAR_OF_INITIAL = 64;
/** Above every level. */
export const CLEAR_OF_ALL = CLEAR_OF_MIDPOINT | CLEAR_OF_CALL | CLEAR_OF_INITIAL;

/** What an account's next state depends on besides its figures. */
export interface StateMemory {
  /** Index into MARGIN_STATES. */
  readonly state: number;
  readonly callOpen: boolean;
  /** The open call is due and was not yet declared expired. */
  readonly callOverdue: boolean;
  /** RESTRICTED since a call expired: it ends at the call level and not at the midpoint. */
  readonly restrictedByExpiry: boolean;
  /** LIQUIDATING, and liquidation has closed the case. */
  readonly liquidationClosed: boolean;
}

const PLAIN_MEMORIES: readonly StateMemory[] = MARGIN_STATES.map((_, state) => ({
  state,
  callOpen: false,
  callOverdue: false,
  restrictedByExpiry: false,
  liquidationClosed: false,
}));

/** Memory of an account whose state depends on nothing but its figures and its present state. */
export const plainMemory = (state: number): StateMemory => PLAIN_MEMORIES[state] as StateMemory;

export type CallAction = 'none' | 'issue' | 'meet' | 'expire';

export interface StateDecision {
  readonly state: number;
  readonly call: CallAction;
  /** A liquidation begins, also when another one has just been closed. */
  readonly liquidate: boolean;
}

/**
 * The questions, exact on the figures as published:
 *   equity < liquidation, also of a debt without a position: what secures it is taken over;
 *   equity < (call + liquidation) / 2;  equity < call, and equity < initial, where something is required (a debt that nothing secures is not called);
 *   and for leaving: equity >= exitFactor * (midpoint; call; initial).
 */
export function levelsOf(
  { equity, initial, call, liquidation }: ExactFigures,
  { exitFactor }: Pick<ParameterFigures, 'exitFactor'>,
): number {
  const twice = equity.times(2);
  const both = call.plus(liquidation);
  const bit = (value: boolean, flag: number): number => (value ? flag : 0);
  const exit = (level: Decimal): Decimal => level.times(exitFactor);
  return (
    bit(equity.lt(liquidation), BELOW_LIQUIDATION) |
    bit(twice.lt(both), BELOW_MIDPOINT) |
    bit(call.gt(0) && equity.lt(call), BELOW_CALL) |
    bit(call.gt(0) && equity.lt(initial), BELOW_INITIAL) |
    bit(twice.gte(exit(both)), CLEAR_OF_MIDPOINT) |
    bit(equity.gte(exit(call)), CLEAR_OF_CALL) |
    bit(equity.gte(exit(initial)), CLEAR_OF_INITIAL)
  );
}

/** State by the entry levels alone. On a halted schedule nobody enters LIQUIDATING. */
function enteredState(levels: number, expired: boolean, halted: boolean): number {
  if ((levels & BELOW_LIQUIDATION) !== 0) return halted ? RESTRICTED : LIQUIDATING;
  if ((levels & BELOW_MIDPOINT) !== 0) return RESTRICTED;
  if ((levels & BELOW_CALL) !== 0) return expired ? RESTRICTED : MARGIN_CALL;
  return (levels & BELOW_INITIAL) !== 0 ? WARN : HEALTHY;
}

/** Whether the figures are far enough above the level a state was entered at. */
function mayLeave(state: number, levels: number, expired: boolean): boolean {
  switch (state) {
    case RESTRICTED:
      return (levels & (expired ? CLEAR_OF_CALL : CLEAR_OF_MIDPOINT)) !== 0;
    case MARGIN_CALL:
      return (levels & CLEAR_OF_CALL) !== 0;
    default:
      return (levels & CLEAR_OF_INITIAL) !== 0;
  }
}

function callAction(state: number, { callOpen, callOverdue }: StateMemory, levels: number): CallAction {
  // While an account is liquidated, its call stays as it is: nobody expects money from its owner now.
  if (state === LIQUIDATING) return 'none';
  const belowCall = (levels & BELOW_CALL) !== 0;
  if (!callOpen) return belowCall ? 'issue' : 'none';
  // A call that ended at its own level would be issued again by the next breath of the price.
  if ((levels & CLEAR_OF_CALL) !== 0) return 'meet';
  return belowCall && callOverdue ? 'expire' : 'none';
}

/**
 * Next state of an account. A worse state is entered at its level at once; a better one is reached only as far as each
 * state in between may be left (1.05 times its level). LIQUIDATING is left only after the case was closed, and then by
 * the entry levels alone. One call is open at a time; it is met at 1.05 times the call requirement.
 * @param levels bits as of `levelsOf`
 * @see docs/spec/margin.md
 */
export function decideState(memory: StateMemory, levels: number, halted: boolean): StateDecision {
  const { state, callOpen, callOverdue, restrictedByExpiry, liquidationClosed } = memory;
  if (state === LIQUIDATING && !liquidationClosed) return { state, call: 'none', liquidate: false };
  const expired = restrictedByExpiry || (callOpen && callOverdue);
  const entered = enteredState(levels, expired, halted);
  let next = entered;
  if (state !== LIQUIDATING && entered < state) {
    next = state;
    while (next > entered && mayLeave(next, levels, expired)) next -= 1;
  }
  return { state: next, call: callAction(next, memory, levels), liquidate: next === LIQUIDATING };
}

/** True if nothing follows from a decision. */
export const isQuiet = (memory: StateMemory, { state, call, liquidate }: StateDecision): boolean =>
  state === memory.state && call === 'none' && !liquidate;
