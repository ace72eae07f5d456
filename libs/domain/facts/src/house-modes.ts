import type { HouseMode } from './pricing/index.js';

/** What a mode may forbid. Deposits are never refused: they only make the house safer. */
export type HouseAct = 'open-account' | 'choose-model' | 'withdraw' | 'transfer' | 'take-risk' | 'close-out';

const ALL: readonly HouseAct[] = ['open-account', 'choose-model', 'withdraw', 'transfer', 'take-risk', 'close-out'];

/** @see docs/spec/house-modes.md CLR-HMD-001 */
const ALLOWED: Readonly<Record<HouseMode, readonly HouseAct[]>> = {
  normal: ALL,
  'reduce-only': ['open-account', 'withdraw', 'transfer', 'close-out'],
  'withdrawals-stopped': ['open-account', 'choose-model', 'transfer', 'take-risk', 'close-out'],
  halt: [],
};

/** Whether a mode lets something happen. */
export const houseAllows = (mode: HouseMode, act: HouseAct): boolean => ALLOWED[mode].includes(act);

/** True when a mode lets nothing happen that another does not: one person may choose it alone. */
export const isNoLooser = (mode: HouseMode, than: HouseMode): boolean =>
  ALLOWED[mode].every((act) => houseAllows(than, act));

/** Code of a refusal because of the mode. */
export type HouseModeRefusal = 'house-reduce-only' | 'house-withdrawals-stopped' | 'house-halted';

/** Why something is refused in a mode; null when it may happen. */
export function refusedByMode(mode: HouseMode, act: HouseAct): HouseModeRefusal | null {
  if (mode === 'normal' || houseAllows(mode, act)) return null;
  return mode === 'halt' ? 'house-halted' : `house-${mode}`;
}
