import { choice, readBody, record, textOf, whole } from '@ballast/documents';
import type { CommandHandler } from '@ballast/event-sourcing';
import { SUSPENSE_OUTCOMES } from '@ballast/facts';
import { IDENTIFIER, REASON, isNobody, subjectOf, type Instant } from '@ballast/kernel';
import { refusedCommand, type AccountsRejectionCode } from '../accounts.rejections.js';
import {
  fact,
  type AccountsFact,
  type AccountsState,
  type SuspendedItem,
  type SuspenseRelease,
} from '../accounts.state.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { fillKey } from '../ledger/instrument-book.js';
import { asMoney, bookingOf, released, undelivered } from './release.decider.js';
import { fillOf } from './suspended-items.js';

type Outcome = SuspenseRelease['proposed']['outcome'];

const PROPOSAL = record({
  releaseId: textOf(IDENTIFIER),
  suspense: whole(1, Number.MAX_SAFE_INTEGER),
  outcome: choice(SUSPENSE_OUTCOMES),
  reason: textOf(REASON),
});
const APPROVAL = record({ releaseId: textOf(IDENTIFIER) });

/** How something leaves suspense. */
interface Exit {
  /** With what goes out of suspense. */
  readonly item: SuspendedItem;
  /** Null when its money goes back. */
  readonly booking: (() => AccountsFact) | null;
}

/** Whether a fill is kept in reach for a correction. */
function isCorrecting(
  { correcting }: AccountsState,
  { kept: { accountId, reference, position } }: SuspendedItem,
): boolean {
  return position !== null && reference !== null && correcting.has(fillKey(fillOf(accountId, reference, position)));
}

/** How an item leaves suspense in this way, or what keeps it there, as things stand. */
function exitOf(
  state: AccountsState,
  item: SuspendedItem,
  outcome: Outcome,
  at: Instant,
): Exit | AccountsRejectionCode {
  if (outcome === 'send-back') {
    // A correction that is approved takes it back itself: what went out would be paid twice.
    if (isCorrecting(state, item)) return 'account-correcting';
    const money = asMoney(state, item);
    return money === null ? 'suspense-not-money' : { item: money, booking: null };
  }
  const booking = bookingOf(state, item, at);
  return booking === undefined ? 'suspense-not-bookable' : { item: undelivered(state, item), booking };
}

/**
 * A person says what becomes of something in suspense: it is booked where it says, or its money goes back to where it came from.
 * @see docs/spec/accounts.md CLR-ACC-019
 */
export const proposeRelease: CommandHandler<AccountsState> = (state, { payload, actor }, context) => {
  const command = readBody(payload, PROPOSAL);
  if ('defects' in command) return refusedCommand('release-invalid', command.defects.join('; '));
  const { releaseId, suspense, outcome } = command.figures;
  if (isNobody(actor)) return refusedCommand('actor-missing');
  if (state.releases.has(releaseId)) return refusedCommand('release-exists');
  const item = state.suspended.get(suspense);
  const exit = item === undefined ? 'suspense-unknown' : exitOf(state, item, outcome, context.time.clearing);
  if (typeof exit === 'string') return refusedCommand(exit);
  context.emit(fact('SuspenseReleaseProposed', command.figures));
  return { outcome: 'accepted', data: { releaseId } };
};

/** Another person approves it, if it is still there and still possible. @see docs/spec/accounts.md CLR-ACC-019 */
export const approveRelease: CommandHandler<AccountsState> = (state, { payload, actor }, context) => {
  const command = readBody(payload, APPROVAL);
  if ('defects' in command) return refusedCommand('release-invalid', command.defects.join('; '));
  const release = state.releases.get(command.figures.releaseId);
  if (release === undefined) return refusedCommand('release-unknown');
  if (isNobody(actor)) return refusedCommand('actor-missing');
  if (release.approved) return refusedCommand('release-approved');
  if (subjectOf(release.proposer) === subjectOf(actor)) return refusedCommand('proposer-may-not-approve');
  const { releaseId, suspense, outcome } = release.proposed;
  const item = state.suspended.get(suspense);
  if (item === undefined) return refusedCommand('suspense-unknown');
  const exit = exitOf(state, item, outcome, context.time.clearing);
  if (typeof exit === 'string') return refusedCommand(exit);
  context.emit(released(exit.item, { outcome: exit.booking === null ? 'sent-back' : 'booked', id: releaseId }));
  if (exit.booking !== null) {
    context.emit(exit.booking());
    const { accountId, position } = item.kept;
    // A contract that is delivered by now is delivered to the account at once.
    if (position !== null) for (const late of deliverLate(state, accountId, position.instrument)) context.emit(late);
  }
  return { outcome: 'accepted', data: { releaseId } };
};
