import type { AccountsEvents, InstrumentId, Side, TradeSide } from '@ballast/facts';
import { invariant, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { collateralAfter, positionIn, type Account, type AccountsState } from '../accounts.state.js';
import { roundMoney } from '../ledger/assets.js';
import { contractOf, settlementOf } from '../ledger/contracts.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { applyTrade, figuresOf, signedQuantity } from '../ledger/position.js';

// What the house trades between its own accounts, beside the exchange: deleveraging, and take-overs by providers.

/** What a position of that side trades when it is closed; its counterparties trade the other way. */
export const closingSide = (side: Side): TradeSide => (side === 'long' ? 'sell' : 'buy');
export const counterSide = (side: Side): TradeSide => (side === 'long' ? 'buy' : 'sell');

/** @throws InvariantViolation when it is not open */
export function openAccount(state: AccountsState, accountId: AccountId): Account {
  const account = state.accounts.get(accountId);
  invariant(account, `a trade of the house with an account that is not open: ${accountId}`);
  return account;
}

interface HouseTrade {
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** Contracts, >= 0. */
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/** What a trade makes of an account, without a fee and in the settlement asset, against the house like a trade at the exchange. */
export function settledTrade(
  state: AccountsState,
  { accountId, instrument, side, quantity, price }: HouseTrade,
): Pick<AccountsEvents['AdlBooked'], 'realisedPnl' | 'position' | 'settlement' | 'collateral' | 'postings'> {
  const contract = contractOf(state, instrument);
  const { settlementAsset: asset } = contract;
  const before = positionIn(openAccount(state, accountId), instrument);
  const { position, realised, cash } = quantity.isZero()
    ? { position: before, realised: ZERO, cash: ZERO }
    : applyTrade(contract, before, signedQuantity(side, quantity), price);
  const credit = roundMoney(state, cash, asset, 'credit');
  return {
    realisedPnl: text(realised),
    position: figuresOf(instrument, position),
    settlement: settlementOf(contract, credit),
    collateral: collateralAfter(state, accountId, { [asset]: credit }),
    postings: postingsOf(
      [clientLedger(accountId), asset, credit],
      ['house/pnl', asset, cash.neg()],
      ['house/rounding', asset, cash.minus(credit)],
    ),
  };
}
