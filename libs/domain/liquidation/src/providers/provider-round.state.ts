import { DAY_MS, dec, invariant, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type {
  AccountId,
  AccountsEvents,
  LiquidationEvents,
  MarginEvents,
  Place,
  ProviderEvents,
  Underlying,
} from '@ballast/facts';
import { readTerms } from '../deleverage/bankruptcy-price.js';
import { placeName, placeOf, samePlace } from '../place.js';
import type { OfferedPosition } from './provider-agreements.js';

/** A position that waits for providers to take it over. */
export interface TakeOverRequest extends OfferedPosition {
  readonly request: Place;
  readonly caseId: string;
  /** The auction whose bids are called; absent: it is for those who have an agreement. */
  readonly auction?: string;
  /** Contracts, > 0, whole lots. */
  readonly quantity: Decimal;
  /** The figures it holds for: position of the schedule in margin global, version of the account. */
  readonly schedule: number;
  readonly accountVersion: number;
  readonly lot: Decimal;
}

/** The one round that is under way. */
export interface TakeOverRound {
  readonly opened: ProviderEvents['ProviderRoundOpened'];
  readonly request: TakeOverRequest;
  /** Answers by margin partition. */
  readonly answers: Map<number, MarginEvents['ProvidersJudged']>;
  /** What was decided; null until all margin partitions have answered. */
  takes: ProviderEvents['ProviderRoundExecuted']['takes'] | null;
  /** What accounts booked, by provider. */
  readonly booked: Map<AccountId, Decimal>;
}

/** What a provider has taken over of an underlying. */
interface TakenOver {
  readonly account: AccountId;
  readonly underlying: Underlying;
  /** USD. */
  readonly notional: Decimal;
  readonly at: Instant;
}

/** Take-overs by liquidity providers, over all partitions. */
export interface TakeOvers {
  /** First come, first served; each is in one round only. */
  readonly requests: TakeOverRequest[];
  round: TakeOverRound | null;
  /** Of the longest window that a document may have, oldest first. */
  readonly taken: TakenOver[];
}

export const noTakeOvers = (): TakeOvers => ({ requests: [], round: null, taken: [] });

/**
 * USD of an underlying that each provider has taken over within the window that ends now: one pass, however many are asked for.
 * @returns how much of it by account
 */
export function usedWithin(
  { taken }: TakeOvers,
  underlying: Underlying,
  windowMs: Instant,
  now: Instant,
): (account: AccountId) => Decimal {
  const used = new Map<AccountId, Decimal>();
  for (const each of taken) {
    if (each.underlying !== underlying || each.at <= now - windowMs) continue;
    used.set(each.account, (used.get(each.account) ?? ZERO).plus(each.notional));
  }
  return (account) => used.get(account) ?? ZERO;
}

export function noteProvidersAsked(
  state: TakeOvers,
  entry: LogEntry<string, LiquidationEvents['ProvidersAsked']>,
): void {
  const { caseId, accountId, instrument, underlying, side, schedule, accountVersion, settlement } = entry.payload;
  const { quantity, limit, mark, unitNotional, mostDiscount, lot, auction } = entry.payload;
  state.requests.push({
    request: placeOf(entry),
    ...(auction === undefined ? {} : { auction }),
    ...{ caseId, accountId, instrument, underlying, side, schedule, accountVersion },
    quantity: dec(quantity),
    limit: dec(limit),
    mark: dec(mark),
    unitNotional: dec(unitNotional),
    mostDiscount: dec(mostDiscount),
    lot: dec(lot),
    terms: readTerms(settlement),
  });
}

export function noteJudged({ round }: TakeOvers, partition: number, judged: MarginEvents['ProvidersJudged']): void {
  if (round === null || round.opened.roundId !== judged.roundId || round.takes !== null) return;
  invariant(!round.answers.has(partition), `margin partition ${partition} answered ${judged.roundId} twice`);
  round.answers.set(partition, judged);
}

export function noteTradeBooked(
  { round }: TakeOvers,
  { roundId, role, accountId, quantity }: AccountsEvents['ProviderTradeBooked'],
): void {
  if (role === 'provider' && round?.opened.roundId === roundId) round.booked.set(accountId, dec(quantity));
}

/** How the state follows from own events. */
export const evolveTakeOvers = {
  ProviderRoundOpened(state: TakeOvers, opened: ProviderEvents['ProviderRoundOpened']): void {
    invariant(state.round === null, 'one round of providers at a time');
    const request = requestAt(state, opened.request);
    state.round = { opened, request, answers: new Map(), takes: null, booked: new Map() };
  },
  ProviderRoundExecuted({ round }: TakeOvers, { roundId, takes }: ProviderEvents['ProviderRoundExecuted']): void {
    invariant(round?.opened.roundId === roundId, `round ${roundId} is not under way`);
    round.takes = takes;
  },
  ProviderRoundClosed(
    state: TakeOvers,
    { time, payload }: LogEntry<string, ProviderEvents['ProviderRoundClosed']>,
  ): void {
    const { underlying, unitNotional } = requestAt(state, payload.request);
    const at = time.clearing;
    const { requests, taken, round } = state;
    for (const [account, quantity] of round?.booked ?? []) {
      if (quantity.gt(0)) taken.push({ account, underlying, notional: quantity.times(unitNotional), at });
    }
    keep(taken, (each) => each.at > at - DAY_MS);
    keep(requests, (each) => !samePlace(each.request, payload.request));
    state.round = null;
  },
} as const;

function requestAt({ requests }: TakeOvers, place: Place): TakeOverRequest {
  const request = requests.find((each) => samePlace(each.request, place));
  invariant(request !== undefined, `no providers were asked at ${placeName(place)}`);
  return request;
}

function keep<Item>(items: Item[], stays: (item: Item) => boolean): void {
  items.splice(0, items.length, ...items.filter(stays));
}
