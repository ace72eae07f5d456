import type { AccountsEvents, FundEvents } from '@ballast/facts';
import { dec, invariant, text } from '@ballast/kernel';
import {
  collateralAfter,
  fact,
  positionIn,
  standingOf,
  type AccountsFact,
  type AccountsState,
  type RememberedFill,
} from '../accounts.state.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { roundMoney } from '../ledger/assets.js';
import { contractOf, settlementOf } from '../ledger/contracts.js';
import { deliveryPriceOf, fillKey } from '../ledger/instrument-book.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { applyTrade, figuresOf, signedQuantity } from '../ledger/position.js';
import { released, undelivered } from '../suspense/release.decider.js';
import { suspendedFill } from '../suspense/suspended-items.js';
import type { CorrectionRefusal } from './trade-correction.decider.js';

type Side = AccountsEvents['TradeSidesReported']['sides'][number];

const refusalOf = (state: AccountsState, fill: RememberedFill): CorrectionRefusal | null => {
  const { kept, instrument, accountId } = fill;
  if (kept === 'reversed') return 'trade-reversed';
  if (kept === 'close-out') return 'trade-of-close-out';
  if (kept === 'trade' && standingOf(state, accountId) === 'closed') return 'account-closed';
  if (deliveryPriceOf(state, instrument) !== null) return 'instrument-expired';
  // Variation has moved the cost of what suspense holds, and nobody says by how much that of one fill in it.
  const isMixed = kept === 'suspense' && contractOf(state, instrument).cashStyle === 'variation-margin';
  return isMixed ? 'trade-in-suspense' : null;
};

/** What the partition booked of a trade that is to be cancelled, among the fills that it remembers. */
export function decideSides(
  state: AccountsState,
  { correctionId, tradeId, instrument }: FundEvents['TradeCorrectionProposed'],
): AccountsFact {
  const fills = [...state.trades.values()].filter((fill) => fill.tradeId === tradeId && fill.instrument === instrument);
  const refusals = fills.map((fill) => refusalOf(state, fill));
  return fact('TradeSidesReported', {
    correctionId,
    tradeId,
    instrument,
    sides: fills.map(({ accountId, side, part, quantity }): Side => ({
      accountId,
      side,
      ...(part === undefined ? {} : { fill: part }),
      quantity,
    })),
    refusal: refusals.find((refusal) => refusal !== null) ?? null,
  });
}

/**
 * Takes back the sides of a trade that live here: each is traded back against the house at the price it was booked at, so that at any
 * mark the client stands as if he had not traded, and its fee is returned. Funding that was paid meanwhile is not. A side in suspense
 * leaves it; of a contract that was delivered meanwhile with what the delivery paid.
 * @see docs/spec/accounts.md CLR-ACC-017
 */
export function* decideReversal(
  state: AccountsState,
  { correctionId, tradeId, instrument, sides }: FundEvents['TradeCorrectionApproved'],
): Generator<AccountsFact> {
  for (const { partition, accountId, side, fill } of sides) {
    if (partition !== state.partition) continue;
    const identity = { accountId, instrument, tradeId, side, fill: fill ?? 1 };
    const remembered = state.trades.get(fillKey(identity));
    invariant(remembered, `${tradeId} ${side} of ${accountId} is to be taken back and is not remembered`);
    if (remembered.kept === 'suspense') {
      const item = suspendedFill(state, identity);
      invariant(item, `${tradeId} ${side} of ${accountId} is to be taken back and is not in suspense`);
      yield released(undelivered(state, item), { outcome: 'cancelled', id: correctionId });
      continue;
    }
    yield reversed(state, correctionId, remembered);
    yield* deliverLate(state, accountId, instrument);
  }
}

function reversed(state: AccountsState, correctionId: string, fill: RememberedFill): AccountsFact {
  const { accountId, instrument, tradeId, side, part, quantity, price, fee } = fill;
  const account = state.accounts.get(accountId);
  invariant(account, `a trade of an account that is not open: ${accountId}`);
  const contract = contractOf(state, instrument);
  const { settlementAsset: asset } = contract;
  const signed = signedQuantity(side, dec(quantity)).neg();
  const { position, realised, cash } = applyTrade(contract, positionIn(account, instrument), signed, dec(price));
  const credit = roundMoney(state, cash, asset, 'credit');
  const returned = dec(fee);
  const toClient = credit.plus(returned);
  return fact('TradeReversed', {
    accountId,
    correctionId,
    tradeId,
    ...(part === undefined ? {} : { fill: part }),
    side,
    quantity,
    price,
    realisedPnl: text(realised),
    fee,
    position: figuresOf(instrument, position),
    settlement: settlementOf(contract, credit),
    collateral: collateralAfter(state, accountId, { [asset]: toClient }),
    postings: postingsOf(
      [clientLedger(accountId), asset, toClient],
      ['house/pnl', asset, cash.neg()],
      ['house/rounding', asset, cash.minus(credit)],
      ['house/fees', asset, returned.neg()],
    ),
  });
}
