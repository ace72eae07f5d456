import { settleExpiry, settleVariation, type ContractSpecification, type ExpiryLeg } from '@ballast/instruments';
import type { AccountId, InstrumentId, PricingEvents } from '@ballast/facts';
import { compareText, dec, roundMoney, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import { accountStream, collateralAfter, fact, type AccountsFact, type AccountsState } from './accounts.state.js';
import { contractOf } from './cleared-contracts.js';
import { clientLedger, postingsOf } from './ledger.js';
import { figuresOf, FLAT, type Position } from './position.js';

interface Holding {
  readonly holder: AccountId;
  readonly position: Position;
}

/** Who of the partition holds which of the contracts, in the order of ids; the accounts are looked through once. */
function holdingsIn(state: AccountsState, instruments: readonly InstrumentId[]): ReadonlyMap<InstrumentId, Holding[]> {
  const holdings = new Map<InstrumentId, Holding[]>(instruments.map((instrument) => [instrument, []]));
  for (const holder of [...state.accounts.keys()].sort(compareText)) {
    for (const [instrument, position] of state.accounts.get(holder)?.positions ?? []) {
      holdings.get(instrument)?.push({ holder, position });
    }
  }
  return holdings;
}

/** Sums of a settlement so far: what was due exactly, and what was paid. */
interface Settled {
  readonly exact: Decimal;
  readonly paid: Decimal;
}

/**
 * Figures and entry of the house leg. Each client's event was posted exactly against `house/pnl` already, so only
 * suspense is left; the house takes the exact opposite of all others, and clients + suspense + house + rounding = 0.
 */
function houseLeg({ settlementAsset }: ContractSpecification, clients: Settled, suspenseExact: Decimal) {
  const suspensePaid = roundMoney(suspenseExact, settlementAsset, 'credit');
  const exact = clients.exact.plus(suspenseExact);
  const unpaid = suspenseExact.minus(suspensePaid);
  return {
    asset: settlementAsset,
    houseAmount: text(exact.neg()),
    rounding: text(exact.minus(clients.paid).minus(suspensePaid)),
    postings: postingsOf(
      ['suspense', settlementAsset, suspensePaid],
      ['house/pnl', settlementAsset, suspenseExact.neg()],
      ['house/rounding', settlementAsset, unpaid],
    ),
  };
}

/**
 * Settles one cycle of a contract with variation margin: every holder of the partition is paid q * V(price) - cost,
 * rounded down, and the cost moves to the price; then the house leg. A price for a time that was settled already, and one of
 * a contract that is delivered or has another cash style, brings nothing.
 * @see docs/spec/accounts.md CLR-ACC-061 (W90)
 */
export function* decideVariation(
  state: AccountsState,
  { instrument, dueAt, price }: PricingEvents['VariationPriceFixed'],
): Generator<AccountsFact> {
  const contract = contractOf(state, instrument);
  const book = state.instruments.get(instrument);
  if (contract.cashStyle !== 'variation-margin') return;
  if (book !== undefined && (dueAt <= book.settledUpTo || book.deliveryPrice !== null)) return;
  const { settlementAsset: asset } = contract;
  const holdings = holdingsIn(state, [instrument]).get(instrument) ?? [];
  const { legs } = settleVariation(contract.instrument, asset, holdings, dec(price));
  let clients: Settled = { exact: ZERO, paid: ZERO };
  for (const [index, { holder: accountId, position, variation }] of legs.entries()) {
    const exact = position.cost.minus(holdings[index]?.position.cost ?? ZERO);
    clients = { exact: clients.exact.plus(exact), paid: clients.paid.plus(variation) };
    yield fact('VariationSettled', accountStream(accountId), {
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
  const kept = settleVariation(contract.instrument, asset, [{ holder: null, position: suspense }], dec(price)).legs;
  const suspenseExact = sum(kept.map(({ position }) => position.cost.minus(suspense.cost)));
  yield fact('VariationClosed', 'house', {
    instrument,
    dueAt,
    price,
    clients: legs.length,
    ...houseLeg(contract, clients, suspenseExact),
  });
}

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
  return fact('ContractDelivered', accountStream(accountId), {
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
  yield fact('ExpiryClosed', 'house', {
    instrument,
    deliveryPrice: text(deliveryPrice),
    houseQuantity: text(houseQuantity),
    clients: holdings.length,
    ...houseLeg(contract, clients, suspenseExact),
  });
}

/**
 * Delivers everything of one underlying that expires at one time: per contract (in the order of ids) every holder of the
 * partition in the order of ids, then the house leg. Afterwards nobody holds the contract. Against premium a holder is paid
 * the payoff, otherwise the profit since the last entry, rounded down, less the delivery fee. What is delivered already
 * is not delivered again.
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
    .filter(({ instrument }) => (state.instruments.get(instrument.id)?.deliveryPrice ?? null) === null)
    .sort((a, b) => compareText(a.instrument.id, b.instrument.id));
  const holdings = holdingsIn(
    state,
    expiring.map(({ instrument }) => instrument.id),
  );
  for (const contract of expiring) {
    yield* deliverContract(state, contract, holdings.get(contract.instrument.id) ?? [], dec(price));
  }
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
  const deliveryPrice = state.instruments.get(instrument)?.deliveryPrice ?? null;
  const position = state.accounts.get(accountId)?.positions.get(instrument);
  if (deliveryPrice === null || position === undefined) return;
  const contract = contractOf(state, instrument);
  const opposite = { holder: HOUSE, position: { quantity: position.quantity.neg(), cost: ZERO } } as const;
  const [leg] = settleExpiry<Holder>(contract, [{ holder: accountId, position }, opposite], deliveryPrice).legs;
  if (leg !== undefined) yield delivered(state, contract, accountId, leg, deliveryPrice);
}
