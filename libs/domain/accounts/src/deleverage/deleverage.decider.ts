import type { AdlEvents, InstrumentId, Place, TradeSide } from '@ballast/facts';
import { dec, minOf, text, ZERO, type Decimal } from '@ballast/kernel';
import { fact, positionIn, type Account, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { closingSide, counterSide, openAccount, settledTrade } from './house-trade.js';

/** Unsigned quantity that a trade of this side would close. */
function closable(account: Account, instrument: InstrumentId, side: TradeSide): Decimal {
  const { quantity } = positionIn(account, instrument);
  return (side === 'buy') === quantity.isNegative() ? quantity.abs() : ZERO;
}

interface Close {
  readonly roundId: string;
  readonly role: 'candidate' | 'bankrupt';
  readonly request: Place;
  readonly accountId: string;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly executedQuantity: Decimal;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/** Books one close of a round at its price, without a fee and in the settlement asset, against the house like a trade. */
function adlBooked(state: AccountsState, close: Close): AccountsFact {
  const { accountId, instrument, side, quantity, price } = close;
  return fact('AdlBooked', {
    accountId,
    roundId: close.roundId,
    role: close.role,
    request: close.request,
    instrument,
    side,
    executedQuantity: text(close.executedQuantity),
    quantity: text(quantity),
    price: text(price),
    ...settledTrade(state, { accountId, instrument, side, quantity, price }),
  });
}

/**
 * Books the closes of a round that fall on this partition, in the order of the round. Each closes at most what the
 * candidate still holds on that side, perhaps nothing; the round needs an answer for every close.
 */
export function* decideExecutedRound(state: AccountsState, round: AdlEvents['AdlExecuted']): Generator<AccountsFact> {
  const { roundId, instrument } = round;
  const side = counterSide(round.side);
  for (const { partition, accountId, request, quantity, price } of round.closes) {
    if (partition !== state.partition) continue;
    const account = openAccount(state, accountId);
    const executedQuantity = dec(quantity);
    yield adlBooked(state, {
      roundId,
      role: 'candidate',
      request,
      accountId,
      instrument,
      side,
      executedQuantity,
      quantity: minOf(executedQuantity, closable(account, instrument, side)),
      price: dec(price),
    });
  }
}

/**
 * Books the bankrupt side of a closed round: exactly the quantity that the candidates gave up, whatever is held, since
 * only then the two sides cancel.
 */
export function* decideClosedRound(state: AccountsState, round: AdlEvents['AdlRoundClosed']): Generator<AccountsFact> {
  const { roundId, instrument } = round;
  const side = closingSide(round.side);
  for (const { request, accountId, closedQuantity, price } of round.bankrupt) {
    if (request.partition !== state.partition) continue;
    const quantity = dec(closedQuantity);
    yield adlBooked(state, {
      roundId,
      role: 'bankrupt',
      request,
      accountId,
      instrument,
      side,
      executedQuantity: quantity,
      quantity,
      price: dec(price),
    });
    yield* deliverLate(state, accountId, instrument);
  }
}
