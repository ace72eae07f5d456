import { choice, readBody, record, textOf } from '@ballast/documents';
import type { CommandHandler } from '@ballast/event-sourcing';
import { ACCOUNT_STANDINGS, type AccountStanding } from '@ballast/facts';
import { ACCOUNT_ID, REASON, isNobody, subjectOf, type AccountId } from '@ballast/kernel';
import { refusedCommand, type AccountsRejectionCode } from '../accounts.rejections.js';
import { fact, standingOf, type AccountsState } from '../accounts.state.js';
import { balancesOf, clientLedger, heldLedger } from '../ledger/ledger.js';

const CHANGE = record({ accountId: textOf(ACCOUNT_ID), standing: choice(ACCOUNT_STANDINGS), reason: textOf(REASON) });

/**
 * A person freezes an account, at once; releases it, who must be another one than who froze it; or closes it for good, which must be flat, with
 * no trade that may be taken back, and no money in it, out of it or under way.
 * @see docs/spec/accounts.md CLR-ACC-035
 */
export const changeStanding: CommandHandler<AccountsState> = (state, { payload, actor }, context) => {
  const command = readBody(payload, CHANGE);
  if ('defects' in command) return refusedCommand('standing-invalid', command.defects.join('; '));
  const { accountId, standing: to, reason } = command.figures;
  if (isNobody(actor)) return refusedCommand('actor-missing');
  const code = refusalOf(state, accountId, to, actor);
  if (code !== null) return refusedCommand(code);
  context.emit(fact('AccountStandingChanged', { accountId, from: standingOf(state, accountId), to, reason }));
  return { outcome: 'accepted', data: { accountId, standing: to } };
};

function refusalOf(
  state: AccountsState,
  accountId: AccountId,
  to: AccountStanding,
  actor: string,
): AccountsRejectionCode | null {
  const account = state.accounts.get(accountId);
  if (account === undefined) return 'account-unknown';
  const from = standingOf(state, accountId);
  if (from === to) return 'standing-unchanged';
  if (from === 'closed') return 'account-closed';
  if (to === 'open') {
    const freezer = state.standings.get(accountId)?.by ?? '';
    return subjectOf(freezer) === subjectOf(actor) ? 'freezer-may-not-release' : null;
  }
  if (to === 'frozen') return null;
  if (state.liquidating.has(accountId)) return 'account-liquidating';
  if (account.positions.size > 0) return 'account-not-flat';
  if (isCorrecting(state, accountId)) return 'account-correcting';
  return isEmpty(state, accountId) ? null : 'account-not-empty';
}

/**
 * Whether a trade of it may be taken back: that would give it a position. What suspense keeps for it would not, and is not booked once it
 * is closed.
 */
const isCorrecting = ({ trades, correcting }: AccountsState, accountId: AccountId): boolean =>
  [...correcting.keys()].some((key) => {
    const fill = trades.get(key);
    return fill?.accountId === accountId && fill.kept === 'trade';
  });

/** No money of the account, none that it owes, to the waterfall neither, none that is held, and no transfer to it that margin has not answered yet. */
function isEmpty({ ledger, withdrawals, claims }: AccountsState, accountId: AccountId): boolean {
  const balances = [clientLedger(accountId), heldLedger(accountId)].flatMap((name) =>
    Object.values(balancesOf(ledger, name)),
  );
  if (claims.has(accountId) || balances.some((amount) => !amount.isZero())) return false;
  return ![...withdrawals.values()].some(({ to }) => to === accountId);
}
