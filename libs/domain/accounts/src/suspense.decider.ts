import type { AccountsEvents } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsRejectionCode } from './accounts.rejections.js';
import { fact, type AccountsFact } from './accounts.state.js';
import { fieldsOf, quoted } from './input-reading.js';
import { postingsOf } from './ledger.js';
import { readMovement } from './transfers.decider.js';

type Suspense = AccountsEvents['SuspenseBooked'];

/** Books a message that cannot be booked where it belongs; what it brought, if anything, is kept in suspense. */
export function suspenseBooked(
  input: LogEntry,
  reason: Suspense['reason'],
  code: AccountsRejectionCode,
  kept: Partial<Pick<Suspense, 'postings' | 'reference' | 'position'>> = {},
): AccountsFact {
  return fact('SuspenseBooked', 'suspense', {
    reason,
    source: { log: input.log, position: input.position },
    accountId: quoted(fieldsOf(input.payload)?.['accountId']),
    detail: code,
    reference: kept.reference ?? null,
    position: kept.position ?? null,
    postings: kept.postings ?? [],
  });
}

/**
 * What becomes of a transfer of the exchange that cannot be booked: an opening for an open account is a repetition and
 * brings nothing; a deposit for an unknown account is kept, since the money did arrive; the rest is only recorded.
 */
export function decideUnbookableTransfer(input: LogEntry, code: AccountsRejectionCode): AccountsFact | null {
  if (code === 'account-exists') return null;
  if (code !== 'account-unknown') return suspenseBooked(input, 'malformed', code);
  const deposit = input.type === 'DepositReceived' ? readMovement(input.payload, 'deposit') : null;
  if (deposit === null || !deposit.readable) return suspenseBooked(input, 'unknown-account', code);
  const { id, asset, amount } = deposit.value;
  return suspenseBooked(input, 'unknown-account', code, {
    reference: `deposit ${id}`,
    postings: postingsOf(['custody', asset, amount.neg()], ['suspense', asset, amount]),
  });
}
