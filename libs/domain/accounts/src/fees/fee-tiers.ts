import {
  dayOf,
  FEE_DOCUMENTS,
  feeTierOf,
  isTrailing,
  notional,
  TRAILING_DAYS,
  type FeeFigures,
} from '@ballast/instruments';
import {
  compareText,
  dec,
  minOf,
  ownerOf,
  sum,
  text,
  ZERO,
  type AccountId,
  type Decimal,
  type Instant,
  type OwnerId,
} from '@ballast/kernel';
import type { AccountsEvents, InstrumentId } from '@ballast/facts';
import { fact, type AccountsFact, type AccountsState } from '../accounts.state.js';

/** USD of notional by clearing day, of the present one and those that count. */
export type DailyVolumes = Map<number, Decimal>;

type Traded = Pick<AccountsEvents['PositionChanged'], 'quantity'> & {
  readonly instrument: InstrumentId;
  /** On the exchange. */
  readonly price: Decimal;
};

/** USD; of an option at the index, nothing before the first one. */
function volumeOf({ contracts, indexes }: AccountsState, { instrument: id, quantity, price }: Traded): Decimal {
  const instrument = contracts.get(id)?.instrument;
  if (instrument === undefined) return ZERO;
  const underlyingPrice = instrument.kind === 'option' ? (indexes.get(instrument.underlying) ?? ZERO) : price;
  return notional(instrument, dec(quantity), underlyingPrice);
}

/** A trade of an account counts for its owner. */
export function countVolume(state: AccountsState, accountId: AccountId, traded: Traded, at: Instant): void {
  const ownerId = ownerOf(accountId);
  const volumes = state.volumes.get(ownerId) ?? new Map<number, Decimal>();
  const today = dayOf(at);
  for (const day of volumes.keys()) if (day < today - TRAILING_DAYS) volumes.delete(day);
  state.volumes.set(ownerId, volumes.set(today, (volumes.get(today) ?? ZERO).plus(volumeOf(state, traded))));
}

/** What an account traded before it came with a book counts for its owner too. */
export function countBroughtVolumes(
  state: AccountsState,
  { accountId, volumes }: AccountsEvents['AccountImported'],
): void {
  if (volumes.length === 0) return;
  const ownerId = ownerOf(accountId);
  const counted = state.volumes.get(ownerId) ?? new Map<number, Decimal>();
  for (const { day, volume } of volumes) counted.set(dayOf(day), (counted.get(dayOf(day)) ?? ZERO).plus(volume));
  state.volumes.set(ownerId, counted);
}

/** A trade that was taken back counts no more: it is taken off the newest days first, since nobody remembers when it was. */
export function discountVolume(state: AccountsState, accountId: AccountId, traded: Traded): void {
  const volumes = state.volumes.get(ownerOf(accountId));
  let left = volumeOf(state, traded);
  for (const [day, volume] of [...(volumes ?? [])].sort(([a], [b]) => b - a)) {
    const taken = minOf(volume, left);
    left = left.minus(taken);
    volumes?.set(day, volume.minus(taken));
  }
}

/** USD that an owner traded in the days before the one of `at`. */
function trailingVolume({ volumes }: AccountsState, ownerId: OwnerId, at: Instant): Decimal {
  const today = dayOf(at);
  const counting = [...(volumes.get(ownerId) ?? [])].filter(([day]) => isTrailing(day, today));
  return sum(counting.map(([, volume]) => volume));
}

/** Volume from which the tier of an owner applies. */
export const tierOfOwner = ({ feeTiers }: AccountsState, ownerId: OwnerId): Decimal => feeTiers.get(ownerId) ?? ZERO;

/** What an owner trades by, for people. */
export interface OwnerFees {
  readonly ownerId: OwnerId;
  /** Volume from which his tier applies, USD; 0: that of everybody. */
  readonly feeTier: string;
  /** What he traded in the 30 days before the present one, USD. */
  readonly volume: string;
  readonly feeSchedule: string;
}

/** Every owner who traded of late or has a tier of his own. @param at clearing time */
export function* ownersFees(state: AccountsState, at: Instant): Generator<OwnerFees> {
  const { id: feeSchedule } = FEE_DOCUMENTS.inForce(state.rules);
  for (const ownerId of new Set([...state.volumes.keys(), ...state.feeTiers.keys()])) {
    const volume = text(trailingVolume(state, ownerId, at));
    yield { ownerId, feeTier: text(tierOfOwner(state, ownerId)), volume, feeSchedule };
  }
}

/** What trading costs an account now, and by which tier; no tier is named by a schedule that has one for all. */
export function feesOf(
  state: AccountsState,
  accountId: AccountId,
): { readonly fees: FeeFigures; readonly feeSchedule: string; readonly feeTier: string | undefined } {
  const schedule = FEE_DOCUMENTS.inForce(state.rules);
  const tier = feeTierOf(schedule, tierOfOwner(state, ownerOf(accountId)));
  const feeTier = schedule.tiers.length === 1 ? undefined : text(tier.fromVolume);
  return { fees: tier, feeSchedule: schedule.id, feeTier };
}

/** The tiers of owners by what they traded in the days before; tells those that changed. */
export function* judgedTiers(
  state: AccountsState,
  at: Instant,
  owners: Iterable<OwnerId> = [...state.volumes.keys(), ...state.feeTiers.keys()],
): Generator<AccountsFact> {
  const schedule = FEE_DOCUMENTS.inForce(state.rules);
  if (schedule.tiers.length === 1 && state.feeTiers.size === 0) return;
  for (const ownerId of [...new Set(owners)].sort(compareText)) {
    const volume = trailingVolume(state, ownerId, at);
    const from = tierOfOwner(state, ownerId);
    const to = feeTierOf(schedule, volume).fromVolume;
    if (to.eq(from)) continue;
    yield fact('FeeTierChanged', {
      ownerId,
      feeSchedule: schedule.id,
      volume: text(volume),
      from: text(from),
      to: text(to),
    });
  }
}

/** Tiers change with the first price set of a clearing day, for the whole of it. @see docs/spec/accounts.md CLR-ACC-046 */
export function* decideFeeTiers(state: AccountsState): Generator<AccountsFact> {
  const { before, last } = state.priceTimes;
  if (before !== null && last !== null && dayOf(last) > dayOf(before)) yield* judgedTiers(state, last);
}

/** A new schedule has other tiers, at once. */
export function* decideTiersOfSchedule(state: AccountsState, kind: string): Generator<AccountsFact> {
  const { last } = state.priceTimes;
  if (kind === FEE_DOCUMENTS.kind && last !== null) yield* judgedTiers(state, last);
}
