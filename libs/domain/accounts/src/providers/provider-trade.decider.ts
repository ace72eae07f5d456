import type { ProviderEvents, TradeSide } from '@ballast/facts';
import { dec, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { closingSide, counterSide, openAccount, settledTrade } from '../deleverage/house-trade.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { deliveryPriceOf } from '../ledger/instrument-book.js';

type Round = Pick<ProviderEvents['ProviderRoundExecuted'], 'roundId' | 'request' | 'instrument'>;

interface Take {
  readonly role: 'provider' | 'debtor';
  readonly accountId: AccountId;
  readonly side: TradeSide;
  readonly executedQuantity: Decimal;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

function tradeBooked(state: AccountsState, { roundId, request, instrument }: Round, take: Take): AccountsFact {
  const { role, accountId, side, quantity, price } = take;
  return fact('ProviderTradeBooked', {
    accountId,
    roundId,
    role,
    request,
    instrument,
    side,
    executedQuantity: text(take.executedQuantity),
    quantity: text(quantity),
    price: text(price),
    ...settledTrade(state, { accountId, instrument, side, quantity, price }),
  });
}

/**
 * Books what providers of this partition take over, in the order of the round: all of it, or nothing when an account has changed since margin
 * judged it (money that has left it counts), is liquidated by now, or the contract is delivered. The round needs an answer for every take.
 * @see docs/spec/liquidation.md CLR-LIQ-055
 */
export function* decideTakeOvers(
  state: AccountsState,
  round: ProviderEvents['ProviderRoundExecuted'],
): Generator<AccountsFact> {
  for (const { partition, accountId, accountVersion, quantity, price } of round.takes) {
    if (partition !== state.partition) continue;
    const isAsJudged = openAccount(state, accountId).version <= accountVersion && !state.liquidating.has(accountId);
    const canBeHeld = deliveryPriceOf(state, round.instrument) === null;
    const executedQuantity = dec(quantity);
    yield tradeBooked(state, round, {
      role: 'provider',
      accountId,
      side: counterSide(round.side),
      executedQuantity,
      quantity: isAsJudged && canBeHeld ? executedQuantity : ZERO,
      price: dec(price),
    });
  }
}

/** Books the debtor of a closed round: at each price exactly what providers have booked, since only then the two sides cancel. */
export function* decideClosedTakeOver(
  state: AccountsState,
  round: ProviderEvents['ProviderRoundClosed'],
): Generator<AccountsFact> {
  const { request, accountId, instrument, takenOver } = round;
  if (request.partition !== state.partition) return;
  for (const { quantity: booked, price } of takenOver) {
    const quantity = dec(booked);
    const side = closingSide(round.side);
    const take = { role: 'debtor', accountId, side, executedQuantity: quantity, quantity, price: dec(price) } as const;
    yield tradeBooked(state, round, take);
  }
  if (takenOver.length > 0) yield* deliverLate(state, accountId, instrument);
}
