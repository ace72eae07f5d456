import { matches, VERSIONED_NAME } from '@ballast/kernel';
import { fact, forbidden, type AccountsState } from '../accounts.state.js';
import { fieldsOf, readAccountId } from '../reading/input-reading.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';
import { SELECTABLE_MODEL_DOCUMENTS } from './selectable-models.js';

/**
 * Records which margin model the owner of an account chose, of those that the house offers. The same choice again brings
 * nothing; while the account is liquidated its model stays. What a model asks for is margin's to know.
 * @see docs/spec/accounts.md CLR-ACC-033
 */
export function decideMarginModel(state: AccountsState, message: unknown): TransferDecision {
  const fields = fieldsOf(message);
  const accountId = readAccountId(fields?.['accountId']);
  if (!accountId.readable) return refused(accountId.code);
  const model = fields?.['model'];
  if (!matches(VERSIONED_NAME, model)) return refused('model-invalid');
  const account = state.accounts.get(accountId.value);
  if (account === undefined) return refused('account-unknown');
  const code = forbidden(state, accountId.value, 'choose-model');
  if (code !== null) return refused(code);
  const choice = { accountId: accountId.value, model };
  if (account.model === model) return booked(choice);
  if (!SELECTABLE_MODEL_DOCUMENTS.inForce(state.rules).has(model)) return refused('model-not-offered');
  if (state.liquidating.has(accountId.value)) return refused('model-while-liquidating');
  return booked(choice, fact('MarginModelChosen', choice));
}
