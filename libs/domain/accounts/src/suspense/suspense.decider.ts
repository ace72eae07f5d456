import type { AccountsEvents } from '@ballast/facts';
import type { AccountsRejectionCode } from '../accounts.rejections.js';
import { fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import type { ToldMessage } from '../deferral/deferred-messages.js';
import { readMovement } from '../deposit/movement.js';
import { postingsOf } from '../ledger/ledger.js';
import { fieldsOf, quoted } from '../reading/input-reading.js';
import { depositReference } from './suspense-reference.js';

type Suspense = AccountsEvents['SuspenseBooked'];

/** What the message is about, when it could be read; the code is the detail. */
const REASONS: { readonly [C in AccountsRejectionCode]?: Suspense['reason'] } = {
  'account-unknown': 'unknown-account',
  'instrument-unknown': 'unknown-instrument',
  'quantity-off-lot': 'quantity-off-lot',
  'fill-repeated': 'fill-repeated',
  'trade-id-reused': 'fill-repeated',
  'asset-not-kept': 'asset-not-kept',
  'deposits-closed': 'deposits-closed',
  'account-closed': 'account-closed',
};

/** Books a message that cannot be booked where it belongs; what it brought, if anything, is kept in suspense. */
export function suspenseBooked(
  input: Pick<ToldMessage, 'log' | 'position' | 'payload'>,
  code: AccountsRejectionCode,
  kept: Partial<Pick<Suspense, 'postings' | 'reference' | 'position' | 'fill'>> = {},
): AccountsFact {
  return fact('SuspenseBooked', {
    reason: REASONS[code] ?? 'malformed',
    source: { log: input.log, position: input.position },
    accountId: quoted(fieldsOf(input.payload)?.['accountId']),
    detail: code,
    reference: kept.reference ?? null,
    position: kept.position ?? null,
    postings: kept.postings ?? [],
    ...(kept.fill === undefined ? {} : { fill: kept.fill }),
  });
}

/** A deposit of which everything can be read did arrive, whatever keeps it from its account. */
const MONEY_ARRIVED: readonly AccountsRejectionCode[] = [
  'account-unknown',
  'account-closed',
  'asset-not-kept',
  'deposits-closed',
];

/**
 * What becomes of a transfer of the exchange that cannot be booked: an opening for an open account is a repetition and
 * brings nothing; a deposit for an unknown account or of an asset that is not taken is kept, since the money did arrive; the
 * rest is only recorded.
 * @see docs/spec/accounts.md CLR-ACC-016
 */
export function decideUnbookableTransfer(
  state: AccountsState,
  input: ToldMessage,
  code: AccountsRejectionCode,
): AccountsFact | null {
  // An opening that comes again, as an exchange that begins anew sends it.
  if (code === 'account-exists') return null;
  const deposit =
    input.type === 'DepositReceived' && MONEY_ARRIVED.includes(code)
      ? readMovement(state, input.payload, 'deposit')
      : null;
  if (deposit === null || !deposit.readable) return suspenseBooked(input, code);
  const { id, asset, amount } = deposit.value;
  return suspenseBooked(input, code, {
    reference: depositReference(id),
    postings: postingsOf(['custody', asset, amount.neg()], ['suspense', asset, amount]),
  });
}
