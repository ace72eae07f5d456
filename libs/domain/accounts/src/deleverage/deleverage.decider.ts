import type { AdlEvents, InstrumentId, Place, Side, TradeSide } from '@ballast/facts';
import { dec, invariant, minOf, text, ZERO, type Decimal } from '@ballast/kernel';
import {
  collateralAfter,
  fact,
  positionIn,
  type Account,
  type AccountsFact,
  type AccountsState,
} from '../accounts.state.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { roundMoney } from '../ledger/assets.js';
import { contractOf, settlementOf } from '../ledger/contracts.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { applyTrade, figuresOf, signedQuantity } from '../ledger/position.js';

/** What a bankrupt position of that side trades when it is closed; its counterparties trade the other way. */
const closingSide = (bankrupt: Side): TradeSide => (bankrupt === 'long' ? 'sell' : 'buy');
const counterSide = (bankrupt: Side): TradeSide => (bankrupt === 'long' ? 'buy' : 'sell');

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
function adlBooked(state: AccountsState, account: Account, close: Close): AccountsFact {
  const { accountId, instrument, side, quantity, price } = close;
  const contract = contractOf(state, instrument);
  const { settlementAsset: asset } = contract;
  const before = positionIn(account, instrument);
  const { position, realised, cash } = quantity.isZero()
    ? { position: before, realised: ZERO, cash: ZERO }
    : applyTrade(contract, before, signedQuantity(side, quantity), price);
  const credit = roundMoney(state, cash, asset, 'credit');
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
    realisedPnl: text(realised),
    position: figuresOf(instrument, position),
    settlement: settlementOf(contract, credit),
    collateral: collateralAfter(state, accountId, { [asset]: credit }),
    postings: postingsOf(
      [clientLedger(accountId), asset, credit],
      ['house/pnl', asset, cash.neg()],
      ['house/rounding', asset, cash.minus(credit)],
    ),
  });
}

function openAccount(state: AccountsState, accountId: string): Account {
  const account = state.accounts.get(accountId);
  invariant(account, `deleveraging of an account that is not open: ${accountId}`);
  return account;
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
    yield adlBooked(state, account, {
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
    yield adlBooked(state, openAccount(state, accountId), {
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
