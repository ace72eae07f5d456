import { ownerOf } from '@ballast/kernel';
import { fact, type AccountsState } from '../accounts.state.js';
import { fieldsOf, readAccountId } from '../reading/input-reading.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';
import { WATERFALL_DOCUMENTS } from '../waterfall/loss-waterfall.js';

/**
 * Records that an account answers for debts of its owner's other accounts, or no longer does. It can be agreed only where the waterfall of
 * the house asks other accounts, and not be ended while one of them is liquidated. The same again brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-071
 */
export function decideSetOffAgreement(state: AccountsState, message: unknown): TransferDecision {
  const fields = fieldsOf(message);
  const accountId = readAccountId(fields?.['accountId']);
  if (!accountId.readable) return refused(accountId.code);
  const answers = fields?.['answers'];
  if (typeof answers !== 'boolean') return refused('answers-invalid');
  const account = state.accounts.get(accountId.value);
  if (account === undefined) return refused('account-unknown');
  const answer = { accountId: accountId.value, answers };
  if (account.answers === answers) return booked(answer);
  const owner = ownerOf(accountId.value);
  if (answers && !WATERFALL_DOCUMENTS.inForce(state.rules).asksOtherAccounts) return refused('set-off-not-offered');
  if (!answers && [...state.liquidating].some((each) => ownerOf(each) === owner)) {
    return refused('set-off-while-liquidating');
  }
  return booked(answer, fact('SetOffAgreementChanged', { accountId: accountId.value, answers }));
}
