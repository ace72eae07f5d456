import type { AccountsEvents } from '@ballast/facts';
import type { Timer } from '@ballast/event-sourcing';
import { invariant, type Instant } from '@ballast/kernel';
import { fact, type AccountsFact, type AccountsState, type DeferredMessage } from '../accounts.state.js';
import { decideDeposit } from '../deposit/deposit.decider.js';
import { bookToldFill } from '../fill/fill.decider.js';
import { decideUnbookableTransfer } from '../suspense/suspense.decider.js';
import { isComplete, toldAgain } from './deferred-messages.js';

/** When it came nobody had booked its id, and since then it stood for what waits. */
const UNKNOWN_BEFORE = (): undefined => undefined;

/** A message that waited is decided as if it came now, and waits no more. */
export function* takeDeferred(
  state: AccountsState,
  waiting: DeferredMessage,
  because: AccountsEvents['DeferredMessageTaken']['because'],
  at: Instant,
): Generator<AccountsFact> {
  const { position, message } = waiting;
  const { accountId, reference } = message;
  yield fact('DeferredMessageTaken', { accountId, deferred: position, reference, because });
  const told = toldAgain(waiting);
  if (message.fill !== null) {
    yield* bookToldFill(state, told, at, UNKNOWN_BEFORE);
    return;
  }
  const decision = decideDeposit(state, told.payload, UNKNOWN_BEFORE);
  if (decision.accepted) yield* decision.facts;
  else {
    const unbookable = decideUnbookableTransfer(state, told, decision.rejection.code);
    invariant(unbookable, `${reference} of ${accountId} waited and came to nothing`);
    yield unbookable;
  }
}

/** Takes every message whose basis is complete now, oldest first; one may complete another. @see docs/spec/accounts.md CLR-ACC-050 */
export function* takeComplete(state: AccountsState, at: Instant): Generator<AccountsFact> {
  for (;;) {
    const next = [...state.deferred.values()].find((waiting) => isComplete(state, waiting));
    if (next === undefined) return;
    yield* takeDeferred(state, next, 'complete', at);
  }
}

const nextToEnd = ({ deferred }: AccountsState): DeferredMessage | undefined => {
  let next: DeferredMessage | undefined;
  for (const each of deferred.values()) if (next === undefined || each.message.until < next.message.until) next = each;
  return next;
};

/** The message whose time is over at a clearing time, if one is. */
export function overdueMessages(state: AccountsState, now: Instant): readonly Timer[] {
  const next = nextToEnd(state);
  return next === undefined || next.message.until > now
    ? []
    : [{ id: `deferred-${next.position}`, due: next.message.until }];
}

/** What its basis names has not come in time: it is decided as things stand. */
export function takeOverdue(state: AccountsState, timer: Timer, at: Instant): Iterable<AccountsFact> {
  const next = nextToEnd(state);
  invariant(next, `no message waits for ${timer.id}`);
  return takeDeferred(state, next, 'time-over', at);
}
