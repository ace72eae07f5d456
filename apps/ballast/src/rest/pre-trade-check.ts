import type { z } from 'zod';
import type { preTradeCheckRequest, preTradeCheckResponse } from '@ballast/contracts';
import { dec, ModelInputError, text, type AccountId } from '@ballast/kernel';
import {
  preTradeCheck,
  scheduleOf,
  standingOf,
  type MarginState,
  type OrderToCheck,
  type PreTradeAnswer,
  type PreTradeRefusal,
} from '@ballast/margin-domain';
import { unknownAccount } from './account-views.js';
import { Problem } from './problem.js';

type Answer = z.infer<typeof preTradeCheckResponse>;

/**
 * Asks margin about an order and tells the answer in the words of the interface.
 * @param pricesOld prices are too old for new risk, whatever margin thinks of them
 * @throws Problem when margin has not read of the account yet, or its model can't work on the order
 */
export function checkBeforeTrade(
  margin: MarginState,
  accountId: AccountId,
  { instrument, side, quantity, price }: z.infer<typeof preTradeCheckRequest>,
  pricesOld = false,
): Answer {
  const signed = side === 'buy' ? quantity : `-${quantity}`;
  const standing = standingOf(margin, accountId);
  // Opened a moment ago: accounts knows it, margin does not yet.
  if (standing === undefined) throw unknownAccount(accountId);
  const checked = checkedBy(margin, {
    accountId,
    instrument,
    quantity: signed,
    ...(price === undefined ? {} : { price }),
  });
  const stopped = pricesOld && checked.accepted && !checked.riskReducing;
  const answer = stopped ? { ...checked, accepted: false, code: 'prices-halted' as const } : checked;
  const { after } = answer;
  const short = after === null || answer.accepted ? dec(0) : dec(after.initial).minus(after.equity);
  return {
    accountId,
    allowed: answer.accepted,
    code: answer.code === null ? null : codeOf(answer.code, standing.state === 'LIQUIDATING'),
    reducesRisk: answer.riskReducing,
    before: answer.before,
    after,
    missing: text(short.isNegative() ? dec(0) : short),
    accountVersion: standing.version,
    schedule: scheduleOf(margin)?.position ?? null,
  };
}

function checkedBy(margin: MarginState, order: OrderToCheck): PreTradeAnswer {
  try {
    return preTradeCheck(margin, order);
  } catch (error) {
    if (!(error instanceof ModelInputError)) throw error;
    const { code, field, message } = error;
    throw new Problem('what-if-impossible', message, [{ field, message: code, remedy: message }]);
  }
}

function codeOf(refusal: PreTradeRefusal, liquidating: boolean): NonNullable<Answer['code']> {
  switch (refusal) {
    case 'account-reduce-only':
      return liquidating ? 'account-liquidating' : 'account-restricted';
    case 'below-initial-requirement':
    case 'house-reduce-only':
    case 'house-withdrawals-stopped':
    case 'house-halted':
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
