import { accepted, rejected, type Decision } from '@ballast/event-sourcing';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import type { AccountsFact } from './accounts.state.js';

/** A refusal; one that is on record comes with its fact. */
export interface TransferRejection {
  readonly code: AccountsRejectionCode;
  readonly recorded: AccountsFact | null;
}

/** What the stored answer carries. */
type Answer = Readonly<Record<string, string | boolean>>;

/**
 * What follows from an opening, a deposit, a withdrawal or a contribution, the same for a command and for a message of the
 * exchange. A repetition is accepted and brings no fact.
 */
export type TransferDecision = Decision<AccountsFact, TransferRejection> &
  ({ readonly accepted: false } | { readonly accepted: true; readonly answer: Answer });

export const booked = (
  answer: Answer,
  ...facts: readonly AccountsFact[]
): TransferDecision => ({ ...accepted(...facts), answer });

export const refused = (code: AccountsRejectionCode, recorded: AccountsFact | null = null): TransferDecision =>
  rejected({ code, recorded });
