import type { z } from 'zod';
import type { preTradeCheckRequest, preTradeCheckResponse } from '@ballast/contracts';
import { dec, invariant, text, type AccountId } from '@ballast/kernel';
import { preTradeCheck, scheduleOf, standingOf, type MarginState, type PreTradeRefusal } from '@ballast/margin-domain';

type Answer = z.infer<typeof preTradeCheckResponse>;

/** Asks margin about an order and tells the answer in the words of the interface. */
export function checkBeforeTrade(
  margin: MarginState,
  accountId: AccountId,
  { instrument, side, quantity, price }: z.infer<typeof preTradeCheckRequest>,
): Answer {
  const signed = side === 'buy' ? quantity : `-${quantity}`;
  const answer = preTradeCheck(margin, {
    accountId,
    instrument,
    quantity: signed,
    ...(price === undefined ? {} : { price }),
  });
  const standing = standingOf(margin, accountId);
  invariant(standing, `${accountId} was checked and is unknown`);
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

function codeOf(refusal: PreTradeRefusal, liquidating: boolean): NonNullable<Answer['code']> {
  switch (refusal) {
    case 'account-reduce-only':
      return liquidating ? 'account-liquidating' : 'account-restricted';
    case 'below-initial-requirement':
      return 'below-initial-requirement';
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
