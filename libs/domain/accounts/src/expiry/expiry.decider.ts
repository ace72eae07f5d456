import { settleExpiry, type ContractSpecification, type ExpiryLeg } from '@ballast/instruments';
import type { AccountId, InstrumentId, PricingEvents } from '@ballast/facts';
import { compareText, dec, text, ZERO, type Decimal } from '@ballast/kernel';
import { collateralAfter, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { keptAsset, minorUnitDigits } from '../ledger/assets.js';
import { contractOf } from '../ledger/contracts.js';
import { deliveryPriceOf } from '../ledger/instrument-book.js';
import { clientLedger, postingsOf } from '../ledger/ledger.js';
import { figuresOf, FLAT } from '../ledger/position.js';
import { holdingsIn, houseLeg, type Holding, type Settled } from '../ledger/settlement.js';

const HOUSE = Symbol('house');
const SUSPENSE = Symbol('suspense');
type Holder = AccountId | typeof HOUSE | typeof SUSPENSE;

/** Closes one client's position at its delivered value; the exact profit comes from the house. */
function delivered(
  state: AccountsState,
  { instrument, settlementAsset: asset }: ContractSpecification,
  accountId: AccountId,
  { closing, payment, fee, realised, position }: ExpiryLeg<Holder>,
  deliveryPrice: Decimal,
): AccountsFact {
  const toClient = payment.minus(fee);
  return fact('ContractDelivered', {
    accountId,
    instrument: instrument.id,
    deliveryPrice: text(deliveryPrice),
    quantity: text(closing.neg()),
    asset,
    amount: text(payment),
    fee: text(fee),
    position: figuresOf(instrument.id, position),
    collateral: collateralAfter(state, accountId, { [asset]: toClient }),
    postings: postingsOf(
      [clientLedger(accountId), asset, toClient],
      ['house/pnl', asset, realised.neg()],
      ['house/rounding', asset, realised.minus(payment)],
      ['house/fees', asset, fee],
    ),
  });
}

function* deliverContract(
  state: AccountsState,
  contract: ContractSpecification,
  holdings: readonly Holding[],
  deliveryPrice: Decimal,
): Generator<AccountsFact> {
  const instrument = contract.instrument.id;
  const book = state.instruments.get(instrument);
  const houseQuantity = book?.houseQuantity ?? ZERO;
  const { legs } = settleExpiry<Holder>(
    contract,
    minorUnitDigits(state, contract.settlementAsset),
    [
      ...holdings,
      { holder: SUSPENSE, position: book?.suspense ?? FLAT },
      { holder: HOUSE, position: { quantity: houseQuantity, cost: ZERO } },
    ],
    deliveryPrice,
  );
  let clients: Settled = { exact: ZERO, paid: ZERO };
  let suspenseExact = ZERO;
  for (const leg of legs) {
    if (leg.holder === SUSPENSE) suspenseExact = leg.realised;
    else if (leg.holder !== HOUSE) {
      clients = { exact: clients.exact.plus(leg.realised), paid: clients.paid.plus(leg.payment) };
      yield delivered(state, contract, leg.holder, leg, deliveryPrice);
    }
  }
  yield fact('ExpiryClosed', {
    instrument,
    deliveryPrice: text(deliveryPrice),
    houseQuantity: text(houseQuantity),
    clients: holdings.length,
    ...houseLeg(state, contract, clients, suspenseExact),
  });
}

/**
 * Delivers everything of one underlying that expires at one time: per contract (in the order of ids) every holder of the
 * partition in the order of ids, then the house leg. Afterwards nobody holds the contract. Against premium a holder is paid
 * the payoff, otherwise the profit since the last entry, rounded down, less the delivery fee. What is delivered already
 * is not delivered again, and nobody holds what pays in an asset that is not kept.
 * @see docs/spec/accounts.md CLR-ACC-062
 */
export function* decideExpiry(
  state: AccountsState,
  { underlying, expiry, price }: PricingEvents['SettlementPriceFixed'],
): Generator<AccountsFact> {
  const expiring = [...state.contracts.values()]
    .filter(
      ({ instrument }) =>
        instrument.kind !== 'perpetual' && instrument.underlying === underlying && instrument.expiry === expiry,
    )
    .filter(({ instrument }) => deliveryPriceOf(state, instrument.id) === null)
    .filter(({ settlementAsset }) => keptAsset(state, settlementAsset) !== undefined)
    .sort((a, b) => compareText(a.instrument.id, b.instrument.id));
  yield* deliverAll(state, expiring, dec(price));
}

/** @param contracts in the order of ids */
function* deliverAll(
  state: AccountsState,
  contracts: readonly ContractSpecification[],
  price: Decimal,
): Generator<AccountsFact> {
  const holdings = holdingsIn(
    state,
    contracts.map(({ instrument }) => instrument.id),
  );
  for (const contract of contracts) {
    yield* deliverContract(state, contract, holdings.get(contract.instrument.id) ?? [], price);
  }
}

/**
 * Closes everything of a perpetual that has ended, as an expiry would: every holder of the partition at the price, free of charge,
 * then the house leg. Afterwards nobody holds it, and what comes of it goes to suspense.
 * @see docs/spec/delisting.md CLR-DEL-002
 */
export function* decideDelisting(
  state: AccountsState,
  { instrument, price }: PricingEvents['InstrumentDelisted'],
): Generator<AccountsFact> {
  const contract = state.contracts.get(instrument);
  if (contract === undefined || deliveryPriceOf(state, instrument) !== null) return;
  if (keptAsset(state, contract.settlementAsset) !== undefined) yield* deliverAll(state, [contract], dec(price));
}

/**
 * Delivers a position that came about after its contract was delivered here: the last fill of a close-out order, or the
 * bankrupt side of a deleveraging, whose other side was booked before. So both sides end at the same delivered value.
 */
export function* deliverLate(
  state: AccountsState,
  accountId: AccountId,
  instrument: InstrumentId,
): Generator<AccountsFact> {
  const deliveryPrice = deliveryPriceOf(state, instrument);
  const position = state.accounts.get(accountId)?.positions.get(instrument);
  if (deliveryPrice === null || position === undefined) return;
  const contract = contractOf(state, instrument);
  const opposite = { holder: HOUSE, position: { quantity: position.quantity.neg(), cost: ZERO } } as const;
  const digits = minorUnitDigits(state, contract.settlementAsset);
  const [leg] = settleExpiry<Holder>(contract, digits, [{ holder: accountId, position }, opposite], deliveryPrice).legs;
  if (leg !== undefined) yield delivered(state, contract, accountId, leg, deliveryPrice);
}
