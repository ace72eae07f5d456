import type { z } from 'zod';
import type { preTradeCheckRequest, preTradeCheckResponse } from '@ballast/contracts';
import { dec, text, type AccountId } from '@ballast/kernel';
import type { PreTradeRefusal } from '@ballast/margin-domain';
import { questions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import type { ClearingGateway } from './clearing.gateway.js';
import { answered } from './what-if.js';

type Answer = z.infer<typeof preTradeCheckResponse>;

/**
 * Asks margin about an order and tells the answer in the words of the interface. While prices are too old, new risk is refused, whatever
 * margin thinks of them.
 * @throws Problem when margin has not read of the account yet, or its model can't work on the order
 */
export async function checkBeforeTrade(
  clearing: ClearingGateway,
  accountId: AccountId,
  { instrument, side, quantity, price }: z.infer<typeof preTradeCheckRequest>,
): Promise<Answer> {
  const signed = side === 'buy' ? quantity : `-${quantity}`;
  const order = { accountId, instrument, quantity: signed, ...(price === undefined ? {} : { price }) };
  const asked = clearing.ask(questions.margin.check, clearing.partitionOf(accountId), order);
  const [told, trouble] = await Promise.all([answered(asked), clearing.market.trouble()]);
  // Opened a moment ago: accounts knows it, margin does not yet.
  if (told === undefined) throw unknownAccount(accountId);
  const { standing, checked, schedule } = told;
  const stopped = trouble !== null && checked.accepted && !checked.riskReducing;
  const answer = stopped ? { ...checked, accepted: false, code: 'prices-halted' as const } : checked;
  const { after } = answer;
  const short = answer.headroom === null || answer.accepted ? dec(0) : dec(answer.headroom).neg();
  return {
    accountId,
    allowed: answer.accepted,
    code: answer.code === null ? null : codeOf(answer.code, standing.state === 'LIQUIDATING'),
    reducesRisk: answer.riskReducing,
    before: answer.before,
    after,
    headroom: answer.headroom,
    limit: answer.limit,
    missing: text(short.isNegative() ? dec(0) : short),
    accountVersion: standing.version,
    schedule,
  };
}

function codeOf(refusal: PreTradeRefusal, liquidating: boolean): NonNullable<Answer['code']> {
  switch (refusal) {
    case 'account-reduce-only':
      return liquidating ? 'account-liquidating' : 'account-restricted';
    case 'below-initial-requirement':
    case 'owner-below-initial-requirement':
    case 'account-frozen':
    case 'account-closed':
    case 'position-limit':
    case 'concentration-limit':
    case 'open-interest-limit':
    case 'house-reduce-only':
    case 'house-withdrawals-stopped':
    case 'house-halted':
    case 'instrument-halted':
    case 'instrument-delisted':
      return refusal;
    case 'no-prices':
    case 'prices-halted':
      return 'prices-halted';
    case 'instrument-unknown':
      return 'instrument-unknown';
    case 'account-unknown':
    case 'quantity-zero':
      // Both are turned away before margin is asked.
      throw new Error(`${refusal} after the request was checked`);
  }
}
