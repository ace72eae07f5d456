import { dec, invariant, type Decimal } from '@ballast/kernel';
import type {
  AccountId,
  AccountsEvents,
  AdlEvents,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  Place,
  Side,
} from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { noRules, type HouseRules } from '@ballast/documents';
import { placeName, placeOf, samePlace } from '../place.js';
import { noAuctions, type Auctions } from '../auctions/auction.state.js';
import { noTakeOvers, type TakeOvers } from '../providers/provider-round.state.js';
import type { TurnState } from '../turn/turns.state.js';
import { readTerms, type SettlementTerms } from './bankruptcy-price.js';
import { initialOutlook, queueOf, type Outlook } from './outlook.state.js';

/** A bankrupt position that waits for the other side to take it over. */
export interface AdlRequest {
  readonly request: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** Side of the bankrupt position. */
  readonly side: Side;
  /** What is offered, contracts, > 0. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly mark: Decimal;
  readonly terms: SettlementTerms;
  /** The figures it holds for: position of the schedule in margin global, version of the account. */
  readonly schedule: number;
  readonly accountVersion: number;
  /** Quantity step, contracts, > 0. */
  readonly lot: Decimal;
}

export interface AdlCandidate {
  readonly partition: number;
  readonly accountId: AccountId;
  readonly quantity: Decimal;
  /** USD of the portfolio's maintenance requirement that the position bears; not above zero for a hedge. */
  readonly requirement: Decimal;
  readonly equity: Decimal;
}

/** What a margin partition says in a round. */
export interface PartitionAnswer {
  /** Position of the schedule that it is at. */
  readonly schedule: number;
  readonly candidates: readonly AdlCandidate[];
  /** Version of each account of the round that lives there. */
  readonly versions: ReadonlyMap<AccountId, number>;
}

/** The one round that is under way. */
export interface AdlRound {
  readonly roundId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly requests: readonly AdlRequest[];
  /** Bankrupt positions of the other side that found nobody. */
  readonly opposite: readonly AdlRequest[];
  /** Answers by margin partition. */
  readonly answers: Map<number, PartitionAnswer>;
  /** Closes that were executed; null until all margin partitions have answered. */
  closes: AdlEvents['AdlExecuted']['closes'] | null;
  /** What accounts booked, by close. */
  readonly booked: Map<string, Decimal>;
}

export interface DeleveragingState {
  /** Rules of liquidation, changed by commands here; deleveraging itself decides by no figure of them. */
  readonly rules: HouseRules;
  /** First come, first served, over all instruments; each is in one round only. */
  readonly requests: AdlRequest[];
  /** Requests of the newest schedule that found nobody: bankrupt accounts of the other side may still close against them. */
  readonly unmet: AdlRequest[];
  round: AdlRound | null;
  /** Who waits for a turn to close in the market, and what was taken of the last minute. */
  readonly turns: TurnState;
  /** What liquidity providers take over, and have taken over lately. */
  readonly takeOvers: TakeOvers;
  /** What is offered to bidders. */
  readonly auctions: Auctions;
  /** Number of rounds so far, by instrument and side. */
  readonly roundCounts: Map<string, number>;
  /** What is said of deleveraging before it is there. */
  readonly outlook: Outlook;
}

export const initialDeleveraging = (): DeleveragingState => ({
  rules: noRules(),
  requests: [],
  unmet: [],
  round: null,
  turns: new Map(),
  takeOvers: noTakeOvers(),
  auctions: noAuctions(),
  roundCounts: new Map(),
  outlook: initialOutlook(),
});

/** One close of a round: a candidate's part of one request. */
export const closeName = (close: { readonly accountId: AccountId; readonly request: Place }): string =>
  `${close.accountId}@${placeName(close.request)}`;

export function noteRequest(
  state: DeleveragingState,
  entry: LogEntry<string, LiquidationEvents['AdlRequested']>,
): void {
  const { caseId, accountId, instrument, side, schedule, accountVersion, settlement } = entry.payload;
  const { quantity, bankruptcyPrice, mark, lot } = entry.payload;
  state.requests.push({
    request: placeOf(entry),
    caseId,
    accountId,
    instrument,
    side,
    quantity: dec(quantity),
    price: dec(bankruptcyPrice),
    mark: dec(mark),
    terms: readTerms(settlement),
    schedule,
    accountVersion,
    lot: dec(lot),
  });
  // Who asks anew has found out that nobody took the last one; and on a newer schedule all older ones are over.
  keep(state.unmet, (each) => each.accountId !== accountId && each.schedule >= schedule);
}

function keep<Item>(items: Item[], stays: (item: Item) => boolean): void {
  items.splice(0, items.length, ...items.filter(stays));
}

export function noteBooking({ round }: DeleveragingState, booking: AccountsEvents['AdlBooked']): void {
  const { roundId, role, quantity } = booking;
  if (role === 'candidate' && round?.roundId === roundId) round.booked.set(closeName(booking), dec(quantity));
}

export function noteCandidates(
  state: DeleveragingState,
  partition: number,
  { roundId, schedule, candidates, bankrupt }: MarginEvents['AdlCandidatesReported'],
): void {
  const { round } = state;
  if (round === null || round.roundId !== roundId || round.closes !== null) return;
  invariant(!round.answers.has(partition), `margin partition ${partition} answered ${roundId} twice`);
  round.answers.set(partition, {
    schedule,
    versions: new Map(bankrupt.map(({ accountId, accountVersion }) => [accountId, accountVersion])),
    candidates: candidates.map(({ accountId, quantity, requirement, equity }) => ({
      partition,
      accountId,
      quantity: dec(quantity),
      requirement: dec(requirement),
      equity: dec(equity),
    })),
  });
}

/** How the state follows from own events. */
export const evolveDeleveraging = {
  AdlRoundOpened(state: DeleveragingState, payload: AdlEvents['AdlRoundOpened']): void {
    invariant(state.round === null, 'one round of auto-deleveraging at a time');
    const { roundId, instrument, side } = payload;
    const queue = queueOf(payload);
    state.roundCounts.set(queue, (state.roundCounts.get(queue) ?? 0) + 1);
    const unanswered = { answers: new Map(), closes: null, booked: new Map() };
    const known = [...state.requests, ...state.unmet];
    const requests = payload.requests.map(({ request }) => requestAt(known, request));
    const opposite = payload.opposite.map(({ request }) => requestAt(known, request));
    state.round = { roundId, instrument, side, requests, opposite, ...unanswered };
  },
  AdlExecuted(state: DeleveragingState, { roundId, closes }: AdlEvents['AdlExecuted']): void {
    roundOf(state, roundId).closes = closes;
  },
  AdlRoundClosed(state: DeleveragingState, payload: AdlEvents['AdlRoundClosed']): void {
    closeRound(state, payload);
  },
} as const;

function roundOf({ round }: DeleveragingState, roundId: string): AdlRound {
  invariant(round !== null && round.roundId === roundId, `round ${roundId} is not under way`);
  return round;
}

function requestAt(known: readonly AdlRequest[], place: Place): AdlRequest {
  const request = known.find((each) => samePlace(each.request, place));
  invariant(request !== undefined, `no request of auto-deleveraging at ${placeName(place)}`);
  return request;
}

/** A request is in one round only. What found nobody stays in mind, for bankrupt accounts of the other side. */
function closeRound(state: DeleveragingState, { roundId, ended }: AdlEvents['AdlRoundClosed']): void {
  const round = roundOf(state, roundId);
  for (const { request: place, outcome } of ended) {
    if (outcome === 'no-counterparty') state.unmet.push(requestAt(round.requests, place));
    keep(state.requests, ({ request }) => !samePlace(request, place));
  }
  state.round = null;
}
