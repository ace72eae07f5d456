import type {
  AccountStanding,
  AccountId,
  AmountByAsset,
  InstrumentId,
  Instant,
  PositionFigures,
  Side,
  Underlying,
} from '@ballast/facts';
import {
  compareText,
  dec,
  invariant,
  ownerOf,
  sha256,
  ZERO,
  type Asset,
  type Decimal,
  type OwnerId,
} from '@ballast/kernel';
import { stateClass } from '@ballast/event-sourcing';
import { adaptivePortfolio } from '@ballast/margin-models';
import { floatOf } from '@ballast/risk-schedule';
import { LIQUIDATING, type StateMemory } from '../call/margin-state.js';
import type { AssessedAccount, Holdings } from './assessment.js';

/** Money of a withdrawal that is held; it stops to be equity when it is cleared. */
export interface Hold {
  readonly asset: Asset;
  readonly amount: Decimal;
  readonly cleared: boolean;
}

export interface OpenCall {
  readonly callId: string;
  readonly issuedAt: Instant;
  readonly dueAt: Instant;
  readonly expired: boolean;
}

/** What margin knows of one account. */
export interface AccountRecord {
  readonly accountId: AccountId;
  readonly ownerId: OwnerId;
  /** Version of the account's stream in accounts p. */
  version: number;
  readonly collateral: Map<Asset, Decimal>;
  /** In the order of ids; replaced as a whole when a position changes. */
  holdings: Holdings;
  /** The owner's choice of a margin model; null: the house's own. */
  model: string | null;
  /** What a person lets it do. */
  standing: AccountStanding;
  readonly holds: Map<string, Hold>;
  openCall: OpenCall | null;
  callsIssued: number;
  restrictedByExpiry: boolean;
  /** While LIQUIDATING: liquidation has closed the case, and any loss of it is booked. */
  liquidationClosed: boolean;
  /** Case that was closed with a loss which accounts has not booked yet. */
  awaitedLossOf: string | null;
  /** Model that could not decide the account when it was last decided; null: one did. */
  failedModel: string | null;
}

interface OwnerRecord {
  readonly slots: number[];
  /** Contracts over the owner's accounts that the schedule marks, per underlying and side, exact. */
  readonly quantities: Readonly<Record<Side, Map<Underlying, Decimal>>>;
  /** Positions over the owner's accounts that a row has no place for. */
  beyondRows: number;
}

/** A position as its nearest float64. */
export interface FloatPosition {
  readonly instrument: InstrumentId;
  readonly quantity: number;
  readonly cost: number;
}

const INITIAL_CAPACITY = 64;
/** Quantity, cost, the owner's quantity long and short. */
export const POSITION_WIDTH = 4;
/** First 16 bytes of SHA-256(account id), in two places. */
const ID_HASH_WIDTH = 2;

/** Where the figures of an account stand in its row. */
export interface RowLayout {
  /** In name order; amount of the first in place 0. */
  readonly assets: readonly Asset[];
  /** In name order, of the contracts that the schedule marks. */
  readonly underlyings: readonly Underlying[];
  readonly positionsAt: number;
  readonly versionAt: number;
  readonly idHashAt: number;
  readonly width: number;
}

function layoutOf(assets: readonly Asset[], underlyings: readonly Underlying[]): RowLayout {
  const positionsAt = assets.length;
  const versionAt = positionsAt + POSITION_WIDTH * underlyings.length;
  const idHashAt = versionAt + 1;
  return { assets, underlyings, positionsAt, versionAt, idHashAt, width: idHashAt + ID_HASH_WIDTH };
}

/**
 * All accounts of a partition: the exact figures as records, and beside them, in rows by slot, the nearest float64 of whatever a row
 * has a place for, which a run walks through in account-id order. A float is always made of the exact figure, never of floats
 * before, so it does not depend on history.
 */
export class AccountBook {
  readonly accounts: AccountRecord[] = [];
  readonly #slots = new Map<AccountId, number>();
  readonly #owners = new Map<OwnerId, OwnerRecord>();
  /** Underlying of every contract that a row has a place for. */
  readonly #marked = new Map<InstrumentId, Underlying>();
  /** By slot, for accounts that somebody has looked at position by position; forgotten when one changes. */
  readonly #floatPositions = new Map<number, readonly FloatPosition[]>();
  #layout = layoutOf([], []);
  /** Slots in account-id order; the first `size` entries count. */
  order = new Uint32Array(INITIAL_CAPACITY);
  /** One row per slot, side by side: collateral without cleared holds, positions, the version, then the hash of the id. */
  rows = new Float64Array(INITIAL_CAPACITY * this.#layout.width);
  words = new Uint32Array(this.rows.buffer);
  /** Index into MARGIN_STATES by slot. */
  states = new Uint8Array(INITIAL_CAPACITY);
  /** 1 if a state depends on more than figures and the present state: an open call, an expiry, a closed liquidation. */
  memorable = new Uint8Array(INITIAL_CAPACITY);
  /** 1 where the row is all that decides: by the house's own model, which did not fail, without a position of the owner beyond rows. */
  inRows = new Uint8Array(INITIAL_CAPACITY);
  /** Accounts per state. */
  readonly stateCounts: number[] = [0, 0, 0, 0, 0];

  get size(): number {
    return this.accounts.length;
  }

  get layout(): RowLayout {
    return this.#layout;
  }

  slotOf(accountId: AccountId): number | undefined {
    return this.#slots.get(accountId);
  }

  find(accountId: AccountId): AccountRecord | undefined {
    const slot = this.#slots.get(accountId);
    return slot === undefined ? undefined : this.accounts[slot];
  }

  /** @throws InvariantViolation when the account was never opened in this partition */
  at(accountId: AccountId): AccountRecord {
    const account = this.find(accountId);
    invariant(account, `account ${accountId} was never opened here`);
    return account;
  }

  open(accountId: AccountId): void {
    invariant(!this.#slots.has(accountId), `account ${accountId} is open already`);
    const slot = this.accounts.length;
    if (slot === this.order.length) this.#grow();
    const ownerId = ownerOf(accountId);
    const position = this.#insertionPoint(accountId);
    this.order.copyWithin(position + 1, position, slot);
    this.order[position] = slot;
    this.accounts.push({
      accountId,
      ownerId,
      version: 0,
      collateral: new Map(),
      holdings: new Map(),
      model: null,
      standing: 'open',
      holds: new Map(),
      openCall: null,
      callsIssued: 0,
      restrictedByExpiry: false,
      liquidationClosed: false,
      awaitedLossOf: null,
      failedModel: null,
    });
    this.#slots.set(accountId, slot);
    this.#writeIdHash(slot);
    const owner = this.#owners.get(ownerId);
    if (owner === undefined) {
      const quantities = { long: new Map(), short: new Map() };
      this.#owners.set(ownerId, { slots: [slot], quantities, beyondRows: 0 });
    } else {
      owner.slots.push(slot);
      owner.slots.sort((a, b) => compareText(this.#idOf(a), this.#idOf(b)));
    }
    this.#markRow(slot);
    this.stateCounts[0] = (this.stateCounts[0] ?? 0) + 1;
  }

  /** A book made of what another one gave; its floats are made anew of the exact figures, as they always are. */
  static of({ accounts, states, owners, marked, assets }: AccountBookParts): AccountBook {
    const book = new AccountBook();
    while (book.order.length < accounts.length) book.#grow();
    for (const [slot, account] of accounts.entries()) {
      book.accounts.push(account);
      book.#slots.set(account.accountId, slot);
      book.order[slot] = slot;
      book.states[slot] = states[slot] ?? 0;
      book.stateCounts[states[slot] ?? 0] = (book.stateCounts[states[slot] ?? 0] ?? 0) + 1;
    }
    book.allSlots().sort((a, b) => compareText(book.#idOf(a), book.#idOf(b)));
    for (const [ownerId, owner] of owners) book.#owners.set(ownerId, owner);
    for (const [instrument, underlying] of marked) book.#marked.set(instrument, underlying);
    book.#layOut(assets, [...marked.values()].sort(compareText));
    for (const [slot, account] of accounts.entries()) {
      book.remember(account, {});
      book.#markRow(slot);
    }
    return book;
  }

  parts(): AccountBookParts {
    return {
      accounts: this.accounts,
      states: [...this.states.subarray(0, this.size)],
      owners: this.#owners,
      marked: this.#marked,
      assets: this.#layout.assets,
    };
  }

  /** Slots of all accounts of some owners, in account-id order. */
  slotsOfOwners(ownerIds: Iterable<OwnerId>): Uint32Array {
    const slots: number[] = [];
    for (const ownerId of ownerIds) slots.push(...(this.#owners.get(ownerId)?.slots ?? []));
    slots.sort((a, b) => compareText(this.#idOf(a), this.#idOf(b)));
    return Uint32Array.from(slots);
  }

  /** Slots of all accounts of the same owner, in account-id order. */
  slotsOfOwner({ ownerId }: AccountRecord): readonly number[] {
    return this.#owner(ownerId).slots;
  }

  /** The open positions in float64, in the order of ids: a sum may depend on it. */
  floatPositions(slot: number): readonly FloatPosition[] {
    const known = this.#floatPositions.get(slot);
    if (known !== undefined) return known;
    const { holdings } = this.accounts[slot] as AccountRecord;
    const made = [...holdings]
      .filter(([, { quantity }]) => !quantity.isZero())
      .map(([instrument, { quantity, cost }]) => ({ instrument, quantity: floatOf(quantity), cost: floatOf(cost) }));
    this.#floatPositions.set(slot, made);
    return made;
  }

  /** Slots of all accounts, in account-id order. */
  allSlots(): Uint32Array {
    return this.order.subarray(0, this.size);
  }

  /** A contract that the schedule marks itself: rows have a place for it from now on. */
  giveRow(instrument: InstrumentId, underlying: Underlying): void {
    if (this.#marked.has(instrument)) return;
    this.#marked.set(instrument, underlying);
    const { assets, underlyings } = this.#layout;
    this.#layOut(assets, [...underlyings, underlying].sort(compareText));
  }

  setVersion(account: AccountRecord, version: number): void {
    account.version = version;
    this.rows[this.#rowOf(account) + this.#layout.versionAt] = version;
  }

  setCollateral(account: AccountRecord, amounts: AmountByAsset): void {
    account.collateral.clear();
    for (const [asset, amount] of Object.entries(amounts)) account.collateral.set(asset, dec(amount));
    this.#mirrorCollateral(account);
  }

  setPosition(account: AccountRecord, { instrument, quantity, cost }: PositionFigures): void {
    const slot = this.#slot(account);
    const owner = this.#owner(account.ownerId);
    this.#floatPositions.delete(slot);
    const before = account.holdings.get(instrument);
    const after = { quantity: dec(quantity), cost: dec(cost) };
    const isFlat = after.quantity.isZero() && after.cost.isZero();
    const holdings = new Map(account.holdings);
    if (isFlat) holdings.delete(instrument);
    else holdings.set(instrument, after);
    account.holdings =
      isFlat || before !== undefined ? holdings : new Map([...holdings].sort(([a], [b]) => compareText(a, b)));
    const underlying = this.#marked.get(instrument);
    if (underlying === undefined) {
      owner.beyondRows += (isFlat ? 0 : 1) - (before === undefined ? 0 : 1);
      for (const other of owner.slots) this.#markRow(other);
      return;
    }
    addTo(owner, underlying, before?.quantity ?? ZERO, -1);
    addTo(owner, underlying, after.quantity, 1);
    this.#mirrorPosition(slot, instrument, underlying);
    for (const other of owner.slots) this.#mirrorOwner(other, owner, underlying);
  }

  setModel(account: AccountRecord, model: string): void {
    account.model = model;
    this.#markRow(this.#slot(account));
  }

  setHold(account: AccountRecord, withdrawalId: string, hold: Hold | null): void {
    if (hold === null) account.holds.delete(withdrawalId);
    else account.holds.set(withdrawalId, hold);
    this.#mirrorCollateral(account);
  }

  stateOf(account: AccountRecord): number {
    return this.states[this.#slot(account)] ?? 0;
  }

  setState(account: AccountRecord, state: number): void {
    const slot = this.#slot(account);
    const before = this.states[slot] ?? 0;
    this.stateCounts[before] = (this.stateCounts[before] ?? 0) - 1;
    this.stateCounts[state] = (this.stateCounts[state] ?? 0) + 1;
    this.states[slot] = state;
  }

  /** Changes what else a decision depends on. */
  remember(
    account: AccountRecord,
    change: Partial<
      Pick<AccountRecord, 'openCall' | 'restrictedByExpiry' | 'liquidationClosed' | 'awaitedLossOf' | 'failedModel'>
    >,
  ): void {
    Object.assign(account, change);
    const { openCall, restrictedByExpiry, liquidationClosed } = account;
    const slot = this.#slot(account);
    this.memorable[slot] = openCall !== null || restrictedByExpiry || liquidationClosed ? 1 : 0;
    if (change.failedModel !== undefined) this.#markRow(slot);
  }

  memoryOf(slot: number, now: Instant): StateMemory {
    const account = this.accounts[slot];
    invariant(account, `no account in slot ${slot}`);
    const { openCall, restrictedByExpiry, liquidationClosed } = account;
    return {
      state: this.states[slot] ?? 0,
      callOpen: openCall !== null,
      callOverdue: openCall !== null && !openCall.expired && now >= openCall.dueAt,
      restrictedByExpiry: restrictedByExpiry || openCall?.expired === true,
      liquidationClosed,
    };
  }

  isLiquidating(account: AccountRecord): boolean {
    return this.stateOf(account) === LIQUIDATING;
  }

  /** What an assessment of this account reads. */
  assessed(account: AccountRecord): AssessedAccount {
    const { accountId, version, collateral, holdings, model } = account;
    const others = this.slotsOfOwner(account).flatMap((slot) => {
      const other = this.accounts[slot] as AccountRecord;
      return other === account || other.holdings.size === 0 ? [] : [other.holdings];
    });
    return {
      accountId,
      version,
      collateral,
      clearedHolds: clearedHolds(account),
      holdings,
      model,
      ownerHoldings: others,
    };
  }

  #slot(account: AccountRecord): number {
    const slot = this.#slots.get(account.accountId);
    invariant(slot !== undefined, `account ${account.accountId} was never opened here`);
    return slot;
  }

  #rowOf(account: AccountRecord): number {
    return this.#slot(account) * this.#layout.width;
  }

  #owner(ownerId: OwnerId): OwnerRecord {
    const owner = this.#owners.get(ownerId);
    invariant(owner, `owner ${ownerId} has no account here`);
    return owner;
  }

  #idOf(slot: number): AccountId {
    return this.accounts[slot]?.accountId ?? '';
  }

  #insertionPoint(accountId: AccountId): number {
    let low = 0;
    let high = this.accounts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText(this.#idOf(this.order[middle] ?? 0), accountId) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #markRow(slot: number): void {
    const { model, failedModel, ownerId } = this.accounts[slot] as AccountRecord;
    const isOwn = failedModel === null && (model === null || model === adaptivePortfolio.id);
    this.inRows[slot] = isOwn && this.#owner(ownerId).beyondRows === 0 ? 1 : 0;
  }

  #writeIdHash(slot: number): void {
    const { width, idHashAt } = this.#layout;
    new Uint8Array(this.rows.buffer).set(sha256(this.#idOf(slot)).subarray(0, 16), (slot * width + idHashAt) * 8);
  }

  #mirrorCollateral(account: AccountRecord): void {
    const held = clearedHolds(account);
    const names = new Set([...account.collateral.keys(), ...held.keys()]);
    const unknown = [...names].filter((asset) => !this.#layout.assets.includes(asset));
    if (unknown.length > 0)
      this.#layOut([...this.#layout.assets, ...unknown].sort(compareText), this.#layout.underlyings);
    const row = this.#rowOf(account);
    this.#layout.assets.forEach((asset, place) => {
      const amount = account.collateral.get(asset);
      const cleared = held.get(asset);
      const net = cleared === undefined ? (amount ?? ZERO) : (amount ?? ZERO).minus(cleared);
      this.rows[row + place] = net.isZero() ? 0 : floatOf(net);
    });
  }

  #placeOf(slot: number, underlying: Underlying): number {
    const { width, positionsAt, underlyings } = this.#layout;
    return slot * width + positionsAt + underlyings.indexOf(underlying) * POSITION_WIDTH;
  }

  #mirrorPosition(slot: number, instrument: InstrumentId, underlying: Underlying): void {
    const place = this.#placeOf(slot, underlying);
    const held = this.accounts[slot]?.holdings.get(instrument);
    this.rows[place] = held === undefined ? 0 : floatOf(held.quantity);
    this.rows[place + 1] = held === undefined ? 0 : floatOf(held.cost);
  }

  #mirrorOwner(slot: number, { quantities }: OwnerRecord, underlying: Underlying): void {
    const place = this.#placeOf(slot, underlying);
    this.rows[place + 2] = floatOf(quantities.long.get(underlying) ?? ZERO);
    this.rows[place + 3] = floatOf(quantities.short.get(underlying) ?? ZERO);
  }

  /** Writes all rows anew in another layout: new assets and contracts are rare. */
  #layOut(assets: readonly Asset[], underlyings: readonly Underlying[]): void {
    this.#layout = layoutOf(assets, underlyings);
    this.rows = new Float64Array(this.order.length * this.#layout.width);
    this.words = new Uint32Array(this.rows.buffer);
    this.accounts.forEach((account, slot) => {
      this.#writeIdHash(slot);
      this.setVersion(account, account.version);
      this.#mirrorCollateral(account);
      for (const [instrument, underlying] of this.#marked) {
        this.#mirrorPosition(slot, instrument, underlying);
        this.#mirrorOwner(slot, this.#owner(account.ownerId), underlying);
      }
    });
  }

  #grow(): void {
    const { order, rows, states, memorable, inRows } = this;
    const capacity = order.length * 2;
    this.order = new Uint32Array(capacity);
    this.order.set(order);
    this.rows = new Float64Array(capacity * this.#layout.width);
    this.words = new Uint32Array(this.rows.buffer);
    // Byte by byte: half of a hash may look like a NaN, whose bits a copy of numbers need not keep.
    this.words.set(new Uint32Array(rows.buffer));
    this.states = new Uint8Array(capacity);
    this.states.set(states);
    this.memorable = new Uint8Array(capacity);
    this.memorable.set(memorable);
    this.inRows = new Uint8Array(capacity);
    this.inRows.set(inRows);
  }
}

/** What a book cannot be made again without: the exact figures; rows, orders and counts follow from them. */
interface AccountBookParts {
  /** By slot, each with its place in MARGIN_STATES. */
  readonly accounts: readonly AccountRecord[];
  readonly states: readonly number[];
  readonly owners: ReadonlyMap<OwnerId, OwnerRecord>;
  readonly marked: ReadonlyMap<InstrumentId, Underlying>;
  readonly assets: readonly Asset[];
}

/** The book as snapshots hold it. */
export const ACCOUNT_BOOK = stateClass<AccountBook, AccountBookParts>({
  name: 'AccountBook',
  type: AccountBook,
  parts: (book) => book.parts(),
  restore: (parts) => AccountBook.of(parts),
});

/** Sum of an account's cleared holds per asset. */
export function clearedHolds({ holds }: AccountRecord): Map<Asset, Decimal> {
  const held = new Map<Asset, Decimal>();
  for (const { asset, amount, cleared } of holds.values()) {
    if (cleared) held.set(asset, (held.get(asset) ?? ZERO).plus(amount));
  }
  return held;
}

/** Adds a signed quantity to the owner's sum on its side, or takes it away. */
function addTo({ quantities }: OwnerRecord, underlying: Underlying, quantity: Decimal, direction: 1 | -1): void {
  if (quantity.isZero()) return;
  const side = quantities[quantity.isNegative() ? 'short' : 'long'];
  side.set(underlying, (side.get(underlying) ?? ZERO).plus(quantity.abs().times(direction)));
}
