import type { Past } from '@ballast/event-sourcing';
import { SETTLEMENT_ASSET, text } from '@ballast/kernel';
import { contributionKey } from '../accounts.past.js';
import { fact, type AccountsState } from '../accounts.state.js';
import { minorUnitDigits } from '../ledger/assets.js';
import { postingsOf } from '../ledger/ledger.js';
import { fieldsOf, readId, readPositive } from '../reading/input-reading.js';
import { booked, refused, type TransferDecision } from '../transfer-decision.js';

/** Passes the operator's money on to the fund, through in-transit. */
export function decideContribution(state: AccountsState, message: unknown, past: Past): TransferDecision {
  const fields = fieldsOf(message);
  if (fields === null) return refused('message-unreadable');
  const id = readId(fields['contributionId'], 'contribution-id-invalid');
  if (!id.readable) return refused(id.code);
  const reading = readPositive(fields['amount'], minorUnitDigits(state, SETTLEMENT_ASSET));
  if (!reading.readable) return refused(reading.code);
  const contributionId = id.value;
  const amount = reading.value;
  const known = past(contributionKey(contributionId));
  if (known !== undefined)
    return known === text(amount) ? booked({ contributionId }) : refused('contribution-id-reused');
  return booked(
    { contributionId },
    fact('FundContributionForwarded', {
      contributionId,
      amount: text(amount),
      postings: postingsOf(['custody', 'USD', amount.neg()], ['in-transit', 'USD', amount]),
    }),
  );
}
