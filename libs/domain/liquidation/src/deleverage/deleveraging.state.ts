import { ZERO, dec, invariant, type Decimal } from '@ballast/kernel';
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
import { placeName, placeOf } from '../place.js';

/** A bankrupt position that waits for the other side to take it over. */
export interface AdlRequest {
  readonly request: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** Side of the bankrupt position. */
  readonly side: Side;
  /** What is not closed yet, contracts, > 0. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly schedule: number;
  /** Quantity step, contracts, > 0. */
  readonly lot: Decimal;
}

export interface AdlCandidate {
  readonly partition: number;
  readonly accountId: AccountId;
  readonly quantity: Decimal;
  readonly notional: Decimal;
  readonly equity: Decimal;
}

/** The one round that is under way. */
export interface AdlRound {
  readonly roundId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly schedule: number;
  readonly requests: AdlEvents['AdlRoundOpened']['requests'];
  /** Answers by margin partition. */
  readonly answers: Map<number, readonly AdlCandidate[]>;
  /** Closes that were executed; null until all margin partitions have answered. */
  closes: AdlEvents['AdlExecuted']['closes'] | null;
  /** What accounts booked, by close. */
  readonly booked: Map<string, Decimal>;
}

export interface DeleveragingState {
  /** Rules of liquidation, changed by commands here; deleveraging itself decides by no figure of them. */
  readonly rules: HouseRules;
  /** First come, first served, over all instruments. */
  readonly requests: AdlRequest[];
  round: AdlRound | null;
  /** Number of rounds so far, by instrument and side. */
  readonly roundCounts: Map<string, number>;
  /** Schedule of the last round that closed nothing, by instrument and side: the next one needs a newer full run. */
  readonly fruitlessAt: Map<string, number>;
  /** Schedule of the newest full margin run that any partition reported. */
  newestFullRun: number;
}

export const initialDeleveraging = (): DeleveragingState => ({
  rules: noRules(),
  requests: [],
  round: null,
  roundCounts: new Map(),
  fruitlessAt: new Map(),
  newestFullRun: 0,
});

/** Instrument and bankrupt side: what one queue is kept for. */
export const queueOf = ({ instrument, side }: { readonly instrument: InstrumentId; readonly side: Side }): string =>
  `${instrument}-${side}`;

/** One close of a round: a candidate's part of one request. */
export const closeName = (close: { readonly accountId: AccountId; readonly request: Place }): string =>
  `${close.accountId}@${placeName(close.request)}`;

export function noteRequest(
  state: DeleveragingState,
  entry: LogEntry<string, LiquidationEvents['AdlRequested']>,
): void {
  const { caseId, accountId, instrument, side, quantity, bankruptcyPrice, schedule, lot } = entry.payload;
  state.requests.push({
    request: placeOf(entry),
    caseId,
    accountId,
    instrument,
    side,
    quantity: dec(quantity),
    price: dec(bankruptcyPrice),
    schedule,
    lot: dec(lot),
  });
}

export function noteBooking({ round }: DeleveragingState, booking: AccountsEvents['AdlBooked']): void {
  const { roundId, role, quantity } = booking;
  if (role === 'candidate' && round?.roundId === roundId) round.booked.set(closeName(booking), dec(quantity));
}

export function noteRun(state: DeleveragingState, { kind, schedule }: MarginEvents['MarginRunCompleted']): void {
  if (kind === 'full') state.newestFullRun = Math.max(state.newestFullRun, schedule);
}

export function noteCandidates(
  state: DeleveragingState,
  partition: number,
  { roundId, candidates }: MarginEvents['AdlCandidatesReported'],
): void {
  const { round } = state;
  if (round === null || round.roundId !== roundId || round.closes !== null) return;
  invariant(!round.answers.has(partition), `margin partition ${partition} answered ${roundId} twice`);
  round.answers.set(
    partition,
    candidates.map(({ accountId, quantity, notional, equity }) => ({
      partition,
      accountId,
      quantity: dec(quantity),
      notional: dec(notional),
      equity: dec(equity),
    })),
  );
}

/** How the state follows from own events. */
export const evolveDeleveraging = {
  AdlRoundOpened(state: DeleveragingState, payload: AdlEvents['AdlRoundOpened']): void {
    invariant(state.round === null, 'one round of auto-deleveraging at a time');
    const { roundId, instrument, side, schedule, requests } = payload;
    const queue = queueOf(payload);
    state.roundCounts.set(queue, (state.roundCounts.get(queue) ?? 0) + 1);
    const unanswered = { answers: new Map(), closes: null, booked: new Map() };
    state.round = { roundId, instrument, side, schedule, requests, ...unanswered };
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

function closeRound(state: DeleveragingState, { roundId, bankrupt }: AdlEvents['AdlRoundClosed']): void {
  const round = roundOf(state, roundId);
  const remainders = new Map(bankrupt.map(({ request, remainder }) => [placeName(request), dec(remainder)]));
  const open = state.requests.map((request) => ({
    ...request,
    quantity: remainders.get(placeName(request.request)) ?? request.quantity,
  }));
  state.requests.splice(0, state.requests.length, ...open.filter(({ quantity }) => quantity.gt(0)));
  const fruitless = bankrupt.every(({ closedQuantity }) => dec(closedQuantity).eq(ZERO));
  if (fruitless) state.fruitlessAt.set(queueOf(round), round.schedule);
  else state.fruitlessAt.delete(queueOf(round));
  state.round = null;
}

/** Quantity step of the contract that a round is about, as its requests name it. */
export function lotOf({ requests }: DeleveragingState, { instrument }: AdlRound): Decimal {
  const request = requests.find((each) => each.instrument === instrument);
  invariant(request !== undefined, `a round of ${instrument} without a request`);
  return request.lot;
}
