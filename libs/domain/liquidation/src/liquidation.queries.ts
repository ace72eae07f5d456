import type { AccountId } from '@ballast/facts';
import type { LiquidationState } from './liquidation.process.js';

// What other parts may ask of a partition of liquidation. Nobody else reads its state.

/** Id of the open case of an account; null when there is none. */
export const openCaseOf = ({ cases }: LiquidationState, accountId: AccountId): string | null =>
  cases.get(accountId)?.caseId ?? null;
