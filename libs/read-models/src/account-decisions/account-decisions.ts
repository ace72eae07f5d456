import type { AccountId } from '@ballast/kernel';
import type { AccountDecision, DecisionLog } from '@ballast/contracts';
import type { Filled } from '../same-history.js';

/** End of what was taken from a log partition. */
export interface ProjectionCursor extends Filled {
  readonly log: DecisionLog;
}

/** Which facts about an account are asked for; newest first. */
export interface DecisionQuery {
  readonly log: DecisionLog;
  readonly accountId: AccountId;
  /** Only those before this position. */
  readonly before?: number | undefined;
  readonly types?: readonly string[] | undefined;
  /** Calls, deposits or withdrawals that they are about. */
  readonly subjects?: readonly string[] | undefined;
  readonly limit: number;
}

/** The list of decisions as a reader sees it. */
export interface AccountDecisions {
  find(query: DecisionQuery): Promise<readonly AccountDecision[]>;
}

/** Where the list is kept. Cursors move in the same transaction as what they stand for. */
export interface AccountDecisionStore extends AccountDecisions {
  cursors(): Promise<readonly ProjectionCursor[]>;
  save(decisions: readonly AccountDecision[], cursors: readonly ProjectionCursor[]): Promise<void>;
  /** Forgets everything, to be filled again from the logs. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
