import { listingState, type ContractSpecification } from '@ballast/instruments';
import type { AccountsEvents, FundEvents, InstrumentId } from '@ballast/facts';
import {
  compareText,
  dec,
  invariant,
  ownerOf,
  text,
  ZERO,
  type Asset,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import { ACCOUNTS_REJECTIONS, type AccountsRejectionCode } from '../accounts.rejections.js';
import { SELECTABLE_MODEL_DOCUMENTS } from '../choose-model/selectable-models.js';
import { amountsOf, fact, type AccountsFact, type AccountsState } from '../accounts.state.js';
import { deliverLate } from '../expiry/expiry.decider.js';
import { judgedTiers } from '../fees/fee-tiers.js';
import { keptAsset, roundMoney } from '../ledger/assets.js';
import { contractOf } from '../ledger/contracts.js';
import { deliveryPriceOf } from '../ledger/instrument-book.js';
import { clientLedger, postingsOf, type JournalLine } from '../ledger/ledger.js';
import { applyTrade, figuresOf, FLAT, type Position } from '../ledger/position.js';
import { takenId } from '../open/open-account.decider.js';
import {
  LARGEST_AMOUNT,
  LARGEST_VALUE,
  ORDER_BOOK_DIGITS,
  readPositive,
  unreadable,
  type Reading,
} from '../reading/input-reading.js';
import { bookWaiting } from '../suspense/release.decider.js';
import { MOST_FAULTS, type ImportedAccount, type JudgedAccounts } from './book.js';

/** Digits after the point of an average price; with those of a quantity its products stay exact. */
const AVERAGE_PRICE_DIGITS = 12;

type ImportedPosition = ImportedAccount['positions'][number];
type ImportedOrder = NonNullable<ImportedAccount['orders']>[number];

/** A position as it is opened at its average price; against premium, which was paid, it costs nothing. */
const openedAt = (contract: ContractSpecification, { quantity, averagePrice }: ImportedPosition): Position =>
  applyTrade(contract, FLAT, dec(quantity), dec(averagePrice)).position;

/** What the custodian has to keep less, because the holder has not paid it yet: rounded so that no unit is missing. */
const roundedCost = (state: AccountsState, { settlementAsset }: ContractSpecification, cost: Decimal): Decimal =>
  roundMoney(state, cost, settlementAsset, 'fee');

/**
 * Whether accounts of a book could be opened here now, and what their positions cost.
 * @param at what contracts are listed then
 * @see docs/spec/accounts.md CLR-ACC-090
 */
export function judgeImported(state: AccountsState, accounts: readonly ImportedAccount[], at: Instant): JudgedAccounts {
  const faults: JudgedAccounts['faults'][number][] = [];
  const costs = new Map<Asset, Decimal>();
  for (const { accountId, collateral, positions, marginModel, orders = [], volumes = [] } of accounts) {
    const refuse = (code: AccountsRejectionCode, what: string): void =>
      void faults.push({ accountId, code, detail: `${what}: ${ACCOUNTS_REJECTIONS[code]}` });
    const taken = takenId(state, accountId);
    if (taken !== null) refuse(taken, 'id');
    if (marginModel !== undefined && !SELECTABLE_MODEL_DOCUMENTS.inForce(state.rules).has(marginModel)) {
      refuse('model-not-offered', marginModel);
    }
    for (const [asset, amount] of Object.entries(collateral)) {
      const kept = keptAsset(state, asset);
      if (kept === undefined) refuse('asset-not-kept', asset);
      else if (dec(amount).isZero()) refuse('collateral-of-nothing', `${amount} ${asset}`);
      else {
        const reading = readPositive(text(dec(amount).abs()), kept.minorUnitDigits);
        if (!reading.readable) refuse(reading.code, `${amount} ${asset}`);
      }
    }
    for (const position of positions) {
      const code = positionFault(state, position, at);
      if (code !== null) refuse(code, `${position.quantity} ${position.instrument} at ${position.averagePrice}`);
      else {
        const contract = contractOf(state, position.instrument);
        const { settlementAsset } = contract;
        const cost = roundedCost(state, contract, openedAt(contract, position).cost);
        costs.set(settlementAsset, (costs.get(settlementAsset) ?? ZERO).plus(cost));
      }
    }
    for (const order of orders) {
      const code = orderFault(state, order, at);
      if (code !== null) refuse(code, `order ${order.orderId}`);
    }
    for (const { day, volume } of volumes) {
      const reading = readPositive(volume, ORDER_BOOK_DIGITS);
      if (!reading.readable) refuse(reading.code, `volume of the day ${day}`);
    }
  }
  const inOrder = [...costs].sort(([a], [b]) => compareText(a, b));
  return { faults, costs: Object.fromEntries(inOrder.map(([asset, cost]) => [asset, text(cost)])) };
}

/** A contract that is cleared, listed and not delivered. */
function openContract(
  state: AccountsState,
  instrument: InstrumentId,
  at: Instant,
): ContractSpecification | AccountsRejectionCode {
  const contract = state.contracts.get(instrument);
  if (contract === undefined) return 'instrument-unknown';
  if (keptAsset(state, contract.settlementAsset) === undefined) return 'asset-not-kept';
  if (deliveryPriceOf(state, instrument) !== null) return 'instrument-expired';
  const listing = listingState(contract, at);
  if (listing !== 'listed') return listing === 'expired' ? 'instrument-expired' : 'instrument-not-listed';
  return contract;
}

/** Whole lots, above zero. */
function readLots({ lot }: ContractSpecification, quantity: string): Reading<Decimal> {
  const contracts = readPositive(quantity, ORDER_BOOK_DIGITS);
  return !contracts.readable || contracts.value.mod(lot).isZero() ? contracts : unreadable('quantity-off-lot');
}

function orderFault(
  state: AccountsState,
  { instrument, quantity, filledQuantity, price }: ImportedOrder,
  at: Instant,
): AccountsRejectionCode | null {
  const contract = openContract(state, instrument, at);
  if (typeof contract === 'string') return contract;
  const isFilledInPart = !dec(filledQuantity).isZero();
  for (const reading of [
    readLots(contract, quantity),
    ...(isFilledInPart ? [readLots(contract, filledQuantity)] : []),
    readPositive(price, ORDER_BOOK_DIGITS),
  ]) {
    if (!reading.readable) return reading.code;
  }
  return dec(filledQuantity).gte(quantity) ? 'order-filled' : null;
}

function positionFault(
  state: AccountsState,
  { instrument, quantity, averagePrice }: ImportedPosition,
  at: Instant,
): AccountsRejectionCode | null {
  const contract = openContract(state, instrument, at);
  if (typeof contract === 'string') return contract;
  const contracts = readLots(contract, text(dec(quantity).abs()));
  if (!contracts.readable) return contracts.code;
  const price = readPositive(averagePrice, AVERAGE_PRICE_DIGITS);
  if (!price.readable) return price.code;
  const value = applyTrade(contract, FLAT, contracts.value, price.value).value.abs();
  return value.gt(LARGEST_VALUE[contract.instrument.settlement]) || value.gt(LARGEST_AMOUNT)
    ? 'amount-too-large'
    : null;
}

function waiting({ importing }: AccountsState, importId: string): readonly ImportedAccount[] {
  invariant(importing?.importId === importId, `the book ${importId} has not come here`);
  return [...importing.accounts.values()];
}

/** With the last part of a book the partition says whether its accounts could be opened. */
export function decideJudgement(
  state: AccountsState,
  { importId, part, parts }: FundEvents['BookPartAdded'],
  at: Instant,
): AccountsFact | null {
  if (part !== parts) return null;
  const accounts = waiting(state, importId);
  const { faults, costs } = judgeImported(state, accounts, at);
  return fact('BookPartitionJudged', {
    importId,
    accounts: accounts.length,
    costs,
    faults: faults.slice(0, MOST_FAULTS),
  });
}

const byAsset = ([a]: readonly [Asset, unknown], [b]: readonly [Asset, unknown]): number => compareText(a, b);

/** What an account brings: its collateral against custody, and positions whose cost, which `house/pnl` has to collect yet, is not in custody. */
function broughtBy(
  state: AccountsState,
  importId: string,
  { accountId, collateral, positions, orders = [], volumes = [] }: ImportedAccount,
): AccountsEvents['AccountImported'] {
  const amounts = Object.entries(collateral)
    .map(([asset, amount]) => [asset, dec(amount)] as const)
    .sort(byAsset);
  const costs = new Map<Asset, { readonly exact: Decimal; readonly rounded: Decimal }>();
  const opened = positions.map((imported) => {
    const { instrument, averagePrice } = imported;
    const contract = contractOf(state, instrument);
    const position = openedAt(contract, imported);
    const { exact, rounded } = costs.get(contract.settlementAsset) ?? { exact: ZERO, rounded: ZERO };
    costs.set(contract.settlementAsset, {
      exact: exact.plus(position.cost),
      rounded: rounded.plus(roundedCost(state, contract, position.cost)),
    });
    return { ...figuresOf(instrument, position), averagePrice };
  });
  return {
    ...{ accountId, importId, positions: opened, orders, volumes },
    collateral: amountsOf(Object.fromEntries(amounts)),
    postings: postingsOf(
      ...amounts.flatMap(([asset, amount]): JournalLine[] => [
        ['custody', asset, amount.neg()],
        [clientLedger(accountId), asset, amount],
      ]),
      ...[...costs].sort(byAsset).flatMap(([asset, { exact, rounded }]): JournalLine[] => [
        ['custody', asset, rounded],
        ['house/pnl', asset, exact.neg()],
        ['house/rounding', asset, exact.minus(rounded)],
      ]),
    ),
  };
}

/**
 * Opens the accounts of an approved book that live here, each with all that it has in one event: consumers draw conclusions between two, and of half
 * an account they would be wrong. What they traded before counts for the tiers of their owners at once, and their orders are facts.
 * @see docs/spec/accounts.md CLR-ACC-091
 */
export function* decideImportedAccounts(
  state: AccountsState,
  { importId }: FundEvents['BookImportApproved'],
  at: Instant,
): Generator<AccountsFact> {
  const accounts = waiting(state, importId);
  for (const account of accounts) {
    const { accountId, positions, marginModel } = account;
    yield fact('AccountOpened', { accountId });
    // Before it holds anything, so that no other model judges what it holds; one taken off the list since the book was judged stays with who has it.
    if (marginModel !== undefined) yield fact('MarginModelChosen', { accountId, model: marginModel });
    yield fact('AccountImported', broughtBy(state, importId, account));
    // It may have been delivered since the book was judged.
    for (const { instrument } of positions) yield* deliverLate(state, accountId, instrument);
  }
  const traded = accounts.filter(({ volumes }) => volumes !== undefined);
  yield* judgedTiers(
    state,
    at,
    traded.map(({ accountId }) => ownerOf(accountId)),
  );
  // What came for them before is booked now, as when an account is opened by hand.
  for (const { accountId } of accounts) yield* bookWaiting(state, accountId, at);
}
