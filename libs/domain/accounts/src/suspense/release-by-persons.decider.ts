import { choice, readBody, record, textOf, whole } from '@ballast/documents';
import type { CommandHandler, CommandResult } from '@ballast/event-sourcing';
import { SUSPENSE_OUTCOMES } from '@ballast/facts';
import { IDENTIFIER, REASON, subjectOf, type Instant } from '@ballast/kernel';
import { ACCOUNTS_REJECTIONS, type AccountsRejectionCode } from '../accounts.rejections.js';
import { fact, type AccountsState, type SuspendedItem, type SuspenseRelease } from '../accounts.state.js';
import { bookingOf, released } from './release.decider.js';
import { suspendedAt } from './suspended-items.js';

type Outcome = SuspenseRelease['proposed']['outcome'];

const PROPOSAL = record({
  releaseId: textOf(IDENTIFIER),
  suspense: whole(1, Number.MAX_SAFE_INTEGER),
  outcome: choice(SUSPENSE_OUTCOMES),
  reason: textOf(REASON),
});
const APPROVAL = record({ releaseId: textOf(IDENTIFIER) });

const refused = (code: AccountsRejectionCode, detail: string = ACCOUNTS_REJECTIONS[code]): CommandResult => ({
  outcome: 'rejected',
  code,
  detail,
});

/** What keeps an item from leaving suspense in this way, as things stand. */
function refusalOf(
  state: AccountsState,
  item: SuspendedItem,
  outcome: Outcome,
  at: Instant,
): AccountsRejectionCode | null {
  if (outcome === 'send-back') return item.kept.position === null ? null : 'suspense-not-money';
  return bookingOf(state, item, at) === undefined ? 'suspense-not-bookable' : null;
}

/**
 * A person says what becomes of something in suspense: it is booked where it says, or its money goes back to where it came from.
 * @see docs/spec/accounts.md CLR-ACC-019
 */
export const proposeRelease: CommandHandler<AccountsState> = (state, { payload, actor }, context) => {
  const command = readBody(payload, PROPOSAL);
  if ('defects' in command) return refused('release-invalid', command.defects.join('; '));
  const { releaseId, suspense, outcome } = command.figures;
  if (actor === null || subjectOf(actor) === '') return refused('actor-missing');
  if (state.releases.has(releaseId)) return refused('release-exists');
  const item = suspendedAt(state, suspense);
  const code = item === undefined ? 'suspense-unknown' : refusalOf(state, item, outcome, context.time.clearing);
  if (code !== null) return refused(code);
  context.emit(fact('SuspenseReleaseProposed', command.figures));
  return { outcome: 'accepted', data: { releaseId } };
};

/** Another person approves it, if it is still there and still possible. @see docs/spec/accounts.md CLR-ACC-019 */
export const approveRelease: CommandHandler<AccountsState> = (state, { payload, actor }, context) => {
  const command = readBody(payload, APPROVAL);
  if ('defects' in command) return refused('release-invalid', command.defects.join('; '));
  const release = state.releases.get(command.figures.releaseId);
  if (release === undefined) return refused('release-unknown');
  if (actor === null || subjectOf(actor) === '') return refused('actor-missing');
  if (release.approved) return refused('release-approved');
  if (subjectOf(release.proposer) === subjectOf(actor)) return refused('proposer-may-not-approve');
  const { releaseId, suspense, outcome } = release.proposed;
  const item = suspendedAt(state, suspense);
  if (item === undefined) return refused('suspense-unknown');
  const code = refusalOf(state, item, outcome, context.time.clearing);
  if (code !== null) return refused(code);
  const booking = outcome === 'book' ? bookingOf(state, item, context.time.clearing) : undefined;
  context.emit(released(item, { outcome: booking === undefined ? 'sent-back' : 'booked', id: releaseId }));
  if (booking !== undefined) context.emit(booking());
  return { outcome: 'accepted', data: { releaseId } };
};
