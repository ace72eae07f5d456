import { dec, text, type AccountId, type Instant } from '@ballast/kernel';
import { fact, standingOf, type AccountsFact, type AccountsState, type SuspendedItem } from '../accounts.state.js';
import { creditedDeposit } from '../deposit/deposit.decider.js';
import { readMovement } from '../deposit/movement.js';
import { bookWaitingFill } from '../fill/fill.decider.js';
import { keptAsset } from '../ledger/assets.js';
import { positionOf } from '../ledger/position.js';
import { readReference } from './suspense.evolve.js';

/**
 * What suspense keeps for an account is booked when the account is opened: each item leaves suspense and is booked as if it came now,
 * in the order in which it came. What cannot be booked now either (the contract has expired, the asset is no longer taken) stays.
 * @see docs/spec/accounts.md CLR-ACC-018
 */
export function* releaseSuspense(state: AccountsState, accountId: AccountId, at: Instant): Generator<AccountsFact> {
  if (!state.accounts.has(accountId) || standingOf(state, accountId) === 'closed') return;
  for (const item of state.suspended.get(accountId) ?? []) {
    yield* item.kept.position === null ? releaseDeposit(state, item) : releaseFill(state, item, at);
  }
}

function* releaseDeposit(state: AccountsState, item: SuspendedItem): Generator<AccountsFact> {
  const { accountId, reference, postings } = item.kept;
  const money = postings.find(({ ledgerAccount }) => ledgerAccount === 'suspense');
  if (money === undefined || keptAsset(state, money.asset)?.depositsOpen !== true) return;
  const { id: depositId } = readReference(reference ?? '');
  const { asset, amount } = money;
  const deposit = readMovement(state, { depositId, accountId, asset, amount }, 'deposit');
  // Finer than the asset is kept now: only a person can say what becomes of it.
  if (!deposit.readable) return;
  yield released(item);
  yield creditedDeposit(state, deposit.value);
}

function* releaseFill(state: AccountsState, item: SuspendedItem, at: Instant): Generator<AccountsFact> {
  const { accountId, reference, position, fill } = item.kept;
  const contract = position === null ? undefined : state.contracts.get(position.instrument);
  // What is settled while it waits was settled with suspense: only a person can say whose that is.
  if (position === null || fill === undefined || contract?.cashStyle !== 'marked-to-market') return;
  const { id: tradeId, part } = readReference(reference ?? '');
  const { quantity } = positionOf(position);
  const booking = bookWaitingFill(
    state,
    {
      ...{ tradeId, part, accountId, contract, price: dec(fill.price), liquidity: fill.liquidity },
      ...{
        side: quantity.isNegative() ? 'sell' : 'buy',
        quantity: quantity.abs(),
        closeOutOrder: null,
        orderId: fill.orderId,
      },
    },
    at,
  );
  if (booking === undefined) return;
  yield released(item);
  yield booking();
}

/** The exact opposite of what suspense took. */
const released = ({ position: suspense, kept }: SuspendedItem): AccountsFact =>
  fact('SuspenseReleased', {
    accountId: kept.accountId,
    suspense,
    reference: kept.reference ?? '',
    position: kept.position,
    postings: kept.postings.map(({ amount, ...line }) => ({ ...line, amount: text(dec(amount).neg()) })),
  });
