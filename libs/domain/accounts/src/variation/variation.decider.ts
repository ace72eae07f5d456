import { settleVariation } from '@ballast/instruments';
import type { PricingEvents } from '@ballast/facts';
import { dec, sum, text, ZERO } from '@ballast/kernel';
import { collateralAfter, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { keptAsset, minorUnitDigits } from '../ledger/assets.js';
import { contractOf } from '../ledger/contracts.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { figuresOf, FLAT } from '../ledger/position.js';
import { holdingsIn, houseLeg, type Settled } from '../ledger/settlement.js';

/**
 * Settles one cycle of a contract with variation margin: every holder of the partition is paid q * V(price) - cost,
 * rounded down, and the cost moves to the price; then the house leg. A price for a time that was settled already, and one of
 * a contract that is delivered, has another cash style or pays in an asset that is not kept, brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-061 (W90)
 */
export function* decideVariation(
  state: AccountsState,
  { instrument, dueAt, price }: PricingEvents['VariationPriceFixed'],
): Generator<AccountsFact> {
  const contract = contractOf(state, instrument);
  const book = state.instruments.get(instrument);
  if (contract.cashStyle !== 'variation-margin' || keptAsset(state, contract.settlementAsset) === undefined) return;
  if (book !== undefined && (dueAt <= book.settledUpTo || book.deliveryPrice !== null)) return;
  const { settlementAsset: asset } = contract;
  const holdings = holdingsIn(state, [instrument]).get(instrument) ?? [];
  const digits = minorUnitDigits(state, asset);
  const { legs } = settleVariation(contract.instrument, digits, holdings, dec(price));
  let clients: Settled = { exact: ZERO, paid: ZERO };
  for (const [index, { holder: accountId, position, variation }] of legs.entries()) {
    const exact = position.cost.minus(holdings[index]?.position.cost ?? ZERO);
    clients = { exact: clients.exact.plus(exact), paid: clients.paid.plus(variation) };
    yield fact('VariationSettled', {
      accountId,
      instrument,
      dueAt,
      price,
      asset,
      amount: text(variation),
      position: figuresOf(instrument, position),
      collateral: collateralAfter(state, accountId, { [asset]: variation }),
      postings: postingsOf(
        [clientLedger(accountId), asset, variation],
        ['house/pnl', asset, exact.neg()],
        ['house/rounding', asset, exact.minus(variation)],
      ),
    });
  }
  const suspense = book?.suspense ?? FLAT;
  const kept = settleVariation(contract.instrument, digits, [{ holder: null, position: suspense }], dec(price)).legs;
  const suspenseExact = sum(kept.map(({ position }) => position.cost.minus(suspense.cost)));
  yield fact('VariationClosed', {
    instrument,
    dueAt,
    price,
    clients: legs.length,
    ...houseLeg(state, contract, clients, suspenseExact),
  });
}
