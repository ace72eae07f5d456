import type { AccountsEvents } from '@ballast/facts';
import type { LogEntry, Past } from '@ballast/event-sourcing';
import { ACCOUNT_ID, IDENTIFIER, INSTRUMENT_ID, matches, text, type AccountId } from '@ballast/kernel';
import { depositKey } from '../accounts.past.js';
import { fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import type { Movement } from '../deposit/movement.js';
import type { ToldFill } from '../fill/fill-booking.js';
import { fieldsOf } from '../reading/input-reading.js';
import { depositReference, suspenseReference } from '../suspense/suspense-reference.js';
import { deferralInForce } from './deferral-policy.js';

type Deferral = AccountsEvents['MessageDeferred'];

/** What a message says that the exchange knew. What cannot be read says nothing. */
export interface MessageBasis {
  readonly account: boolean;
  readonly contract: boolean;
  readonly depositId: string | null;
}

export function readBasis(message: unknown): MessageBasis {
  const basis = fieldsOf(fieldsOf(message)?.['basis']) ?? {};
  const depositId = basis['depositId'];
  return {
    account: basis['account'] === true,
    contract: basis['contract'] === true,
    depositId: matches(IDENTIFIER, depositId) ? depositId : null,
  };
}

/** The part of a message that a deferral keeps. */
type Kept = Pick<Deferral, 'accountId' | 'reference' | 'fill' | 'deposit'>;

/** Defers a message if something is missing that its basis names, the house lets it wait, and not too many do already. */
function deferred(
  { rules, deferred: waiting }: AccountsState,
  { log, position, time }: LogEntry,
  waitsFor: Deferral['waitsFor'],
  kept: Kept,
): AccountsFact | null {
  if (!waitsFor.account && !waitsFor.contract && waitsFor.depositId === null) return null;
  const policy = deferralInForce(rules);
  if (policy === undefined || waiting.size >= policy.most || !matches(ACCOUNT_ID, kept.accountId)) return null;
  return fact('MessageDeferred', {
    source: { log, position },
    ...kept,
    waitsFor,
    until: time.clearing + policy.longestMs,
    policy: policy.id,
  });
}

const missesAccount = ({ accounts }: AccountsState, basis: MessageBasis, accountId: AccountId): boolean =>
  basis.account && !accounts.has(accountId);

/**
 * Lets a fill wait that came before its account, its contract or the deposit that it stands behind. What executes a close-out order never
 * waits: whatever it needs is there.
 * @returns null when it is to be decided now
 * @see docs/spec/accounts.md CLR-ACC-050
 */
export function deferFill(state: AccountsState, input: LogEntry, fill: ToldFill, past: Past): AccountsFact | null {
  const { accountId, instrument, tradeId, part, side, quantity, price, liquidity, orderId } = fill;
  if (fill.closeOutOrder !== null || !matches(INSTRUMENT_ID, instrument)) return null;
  const basis = readBasis(input.payload);
  const { depositId } = basis;
  const waitsFor = {
    account: missesAccount(state, basis, accountId),
    contract: basis.contract && !state.contracts.has(instrument),
    depositId: depositId !== null && past(depositKey(accountId, depositId)) === undefined ? depositId : null,
  };
  return deferred(state, input, waitsFor, {
    accountId,
    reference: suspenseReference(fill),
    fill: {
      tradeId,
      ...(part === undefined ? {} : { fill: part }),
      ...{ instrument, side, quantity: text(quantity), price: text(price), liquidity },
      ...(orderId === undefined ? {} : { orderId }),
    },
    deposit: null,
  });
}

/** Lets a deposit wait that came before its account. @returns null when it does not wait @see docs/spec/accounts.md CLR-ACC-050 */
export function deferDeposit(
  state: AccountsState,
  input: LogEntry,
  { id: depositId, accountId, asset, amount }: Movement,
): AccountsFact | null {
  const waitsFor = {
    account: missesAccount(state, readBasis(input.payload), accountId),
    contract: false,
    depositId: null,
  };
  return deferred(state, input, waitsFor, {
    accountId,
    reference: depositReference(depositId),
    fill: null,
    deposit: { depositId, asset, amount: text(amount) },
  });
}
