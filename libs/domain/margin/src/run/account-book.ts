import type { AccountId, InstrumentId, Instant, PositionFigures, Side, Underlying } from '@ballast/facts';
import {
  ASSETS,
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
import type { AccountFigures, HeldPosition } from '../assessment/assess.js';
import { LIQUIDATING, type StateMemory } from '../assessment/margin-state.js';
import { ADAPTIVE_LINEAR } from '../models/adaptive-linear.js';
import { instrumentOf, UNDERLYINGS, underlyingOfPerpetual } from '../underlyings.js';
import { nearestFloat } from './nearest-float.js';

/** Money of a withdrawal that is held; it stops to be equity when it is cleared. */
export interface Hold {
  readonly asset: Asset;
  readonly amount: Decimal;
  readonly cleared: boolean;
}

export interface OpenCall {
  readonly callId: string;
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
  /** Linear perpetuals. */
  readonly positions: Map<Underlying, HeldPosition>;
  /** Everything else that is held. */
  readonly contracts: Map<InstrumentId, HeldPosition>;
  /** The owner's choice of a margin model; null: the default. */
  model: string | null;
  readonly holds: Map<string, Hold>;
  openCall: OpenCall | null;
  callsIssued: number;
  restrictedByExpiry: boolean;
  /** While LIQUIDATING: liquidation has closed the case, and any loss of it is booked. */
  liquidationClosed: boolean;
  /** Case that was closed with a loss which accounts has not booked yet. */
  awaitedLossOf: string | null;
}

interface OwnerRecord {
  readonly slots: number[];
  /** Base units over the owner's accounts, per underlying and side, exact. */
  readonly quantities: Record<Side, Map<Underlying, Decimal>>;
}

/** A position as its nearest float64. */
export interface FloatPosition {
  readonly instrument: InstrumentId;
  readonly quantity: number;
  readonly cost: number;
}

const INITIAL_CAPACITY = 64;

/** Places in a row, in float64. */
export const ROW = 12;
export const COLLATERAL_AT = 0;
export const POSITIONS_AT = ASSETS.length;
/** Quantity, cost, owner's quantity. */
export const POSITION_WIDTH = 3;
export const VERSION_AT = POSITIONS_AT + POSITION_WIDTH * UNDERLYINGS.length;
export const ID_HASH_AT = VERSION_AT + 1;

/**
 * All accounts of a partition: the exact figures as records, and beside them their nearest float64 in arrays by slot,
 * which a run walks through in account-id order. A float is always made of the exact figure, never of floats before,
 * so it does not depend on history.
 */
export class AccountBook {
  readonly accounts: AccountRecord[] = [];
  readonly #slots = new Map<AccountId, number>();
  readonly #owners = new Map<OwnerId, OwnerRecord>();
  /** By slot, for accounts that somebody has looked at as a portfolio; forgotten when a position changes. */
  readonly #holdings = new Map<number, ReadonlyMap<InstrumentId, HeldPosition>>();
  readonly #floatPositions = new Map<number, readonly FloatPosition[]>();
  /** Slots in account-id order; the first `size` entries count. */
  order = new Uint32Array(INITIAL_CAPACITY);
  /**
   * One row of `ROW` float64 per slot, side by side so that an account costs two cache lines: collateral by asset without
   * cleared holds, per underlying quantity, cost and the owner's quantity on that side, then the version; the last two hold
   * the first 16 bytes of SHA-256(account id), to be read through `words`.
   */
  rows = new Float64Array(INITIAL_CAPACITY * ROW);
  words = new Uint32Array(this.rows.buffer);
  /** Index into MARGIN_STATES by slot. */
  states = new Uint8Array(INITIAL_CAPACITY);
  /** 1 if a state depends on more than figures and the present state: an open call, an expiry, a closed liquidation. */
  memorable = new Uint8Array(INITIAL_CAPACITY);
  /** Slots of accounts that a portfolio model assesses: they hold another contract than linear perpetuals, or chose one. */
  readonly portfolios = new Set<number>();
  /** Accounts per state. */
  readonly stateCounts: number[] = [0, 0, 0, 0, 0];

  get size(): number {
    return this.accounts.length;
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
      positions: new Map(),
      contracts: new Map(),
      model: null,
      holds: new Map(),
      openCall: null,
      callsIssued: 0,
      restrictedByExpiry: false,
      liquidationClosed: false,
      awaitedLossOf: null,
    });
    this.#slots.set(accountId, slot);
    new Uint8Array(this.rows.buffer).set(sha256(accountId).subarray(0, 16), (slot * ROW + ID_HASH_AT) * 8);
    const owner = this.#owners.get(ownerId);
    if (owner === undefined) {
      this.#owners.set(ownerId, { slots: [slot], quantities: { long: new Map(), short: new Map() } });
    } else {
      owner.slots.push(slot);
      owner.slots.sort((a, b) => compareText(this.#idOf(a), this.#idOf(b)));
    }
    this.stateCounts[0] = (this.stateCounts[0] ?? 0) + 1;
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

  /** Every position of an account in the order of instrument ids; the same map until one of them changes. */
  holdingsAt(slot: number): ReadonlyMap<InstrumentId, HeldPosition> {
    const known = this.#holdings.get(slot);
    if (known !== undefined) return known;
    const { positions, contracts } = this.accounts[slot] as AccountRecord;
    const perpetuals = [...positions].map(([underlying, held]) => [instrumentOf(underlying), held] as const);
    const made = new Map([...contracts, ...perpetuals].sort(([a], [b]) => compareText(a, b)));
    this.#holdings.set(slot, made);
    return made;
  }

  /** The open ones in float64, in the same order: a sum may depend on it. */
  floatPositions(slot: number): readonly FloatPosition[] {
    const known = this.#floatPositions.get(slot);
    if (known !== undefined) return known;
    const made = [...this.holdingsAt(slot)]
      .filter(([, { quantity }]) => !quantity.isZero())
      .map(([instrument, { quantity, cost }]) => ({
        instrument,
        quantity: nearestFloat(quantity),
        cost: nearestFloat(cost),
      }));
    this.#floatPositions.set(slot, made);
    return made;
  }

  isPortfolio(account: AccountRecord): boolean {
    return this.portfolios.has(this.#slot(account));
  }

  /** Slots of all accounts, in account-id order. */
  allSlots(): Uint32Array {
    return this.order.subarray(0, this.size);
  }

  setVersion(account: AccountRecord, version: number): void {
    account.version = version;
    this.rows[this.#slot(account) * ROW + VERSION_AT] = version;
  }

  setCollateral(account: AccountRecord, amounts: { readonly [A in Asset]?: string }): void {
    for (const asset of ASSETS) {
      const amount = amounts[asset];
      if (amount === undefined) account.collateral.delete(asset);
      else account.collateral.set(asset, dec(amount));
    }
    this.#mirrorCollateral(account);
  }

  setPosition(account: AccountRecord, position: PositionFigures): void {
    const slot = this.#slot(account);
    this.#holdings.delete(slot);
    this.#floatPositions.delete(slot);
    const underlying = underlyingOfPerpetual(position.instrument);
    if (underlying === null) this.#setContract(account, position);
    else this.#setPerpetual(account, underlying, position);
  }

  setModel(account: AccountRecord, model: string): void {
    account.model = model;
    this.#markPortfolio(account);
  }

  #setContract(account: AccountRecord, { instrument, quantity, cost }: PositionFigures): void {
    const held = { quantity: dec(quantity), cost: dec(cost) };
    if (held.quantity.isZero() && held.cost.isZero()) account.contracts.delete(instrument);
    else account.contracts.set(instrument, held);
    this.#markPortfolio(account);
  }

  #markPortfolio(account: AccountRecord): void {
    const slot = this.#slot(account);
    const chosen = account.model !== null && account.model !== ADAPTIVE_LINEAR;
    if (chosen || account.contracts.size > 0) this.portfolios.add(slot);
    else this.portfolios.delete(slot);
  }

  #setPerpetual(account: AccountRecord, underlying: Underlying, { quantity, cost }: PositionFigures): void {
    const owner = this.#owner(account.ownerId);
    const before = account.positions.get(underlying)?.quantity ?? ZERO;
    const after = dec(quantity);
    addTo(owner, underlying, before, -1);
    addTo(owner, underlying, after, 1);
    if (after.isZero() && dec(cost).isZero()) account.positions.delete(underlying);
    else account.positions.set(underlying, { quantity: after, cost: dec(cost) });
    const place = POSITIONS_AT + UNDERLYINGS.indexOf(underlying) * POSITION_WIDTH;
    const row = this.#slot(account) * ROW;
    this.rows[row + place] = nearestFloat(after);
    this.rows[row + place + 1] = nearestFloat(dec(cost));
    for (const other of owner.slots) {
      const held = this.accounts[other]?.positions.get(underlying)?.quantity ?? ZERO;
      const sum = owner.quantities[held.isNegative() ? 'short' : 'long'].get(underlying) ?? ZERO;
      this.rows[other * ROW + place + 2] = held.isZero() ? 0 : nearestFloat(sum);
    }
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

  /** Changes what else a state depends on. */
  remember(
    account: AccountRecord,
    change: Partial<Pick<AccountRecord, 'openCall' | 'restrictedByExpiry' | 'liquidationClosed' | 'awaitedLossOf'>>,
  ): void {
    Object.assign(account, change);
    const { openCall, restrictedByExpiry, liquidationClosed } = account;
    this.memorable[this.#slot(account)] = openCall !== null || restrictedByExpiry || liquidationClosed ? 1 : 0;
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
  figuresOf(account: AccountRecord): AccountFigures {
    const owner = this.#owner(account.ownerId);
    return {
      accountId: account.accountId,
      version: account.version,
      collateral: account.collateral,
      positions: account.positions,
      clearedHolds: clearedHolds(account),
      ownerQuantity: (underlying, side) => owner.quantities[side].get(underlying) ?? ZERO,
    };
  }

  #slot(account: AccountRecord): number {
    const slot = this.#slots.get(account.accountId);
    invariant(slot !== undefined, `account ${account.accountId} was never opened here`);
    return slot;
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

  #mirrorCollateral(account: AccountRecord): void {
    const row = this.#slot(account) * ROW;
    const held = clearedHolds(account);
    ASSETS.forEach((asset, a) => {
      const amount = account.collateral.get(asset) ?? ZERO;
      this.rows[row + COLLATERAL_AT + a] = nearestFloat(amount.minus(held.get(asset) ?? ZERO));
    });
  }

  #grow(): void {
    const { order, rows, states, memorable } = this;
    this.order = new Uint32Array(order.length * 2);
    this.order.set(order);
    this.rows = new Float64Array(rows.length * 2);
    this.words = new Uint32Array(this.rows.buffer);
    // Byte by byte: half of a hash may look like a NaN, whose bits a copy of numbers need not keep.
    this.words.set(new Uint32Array(rows.buffer));
    this.states = new Uint8Array(states.length * 2);
    this.states.set(states);
    this.memorable = new Uint8Array(memorable.length * 2);
    this.memorable.set(memorable);
  }
}

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
