import { ZERO, compareText, dec, invariant, minOf, sum, text, type Decimal } from '@ballast/kernel';
import type { AdlEvents, Place } from '@ballast/facts';
import { samePlace } from '../place.js';
import {
  closeName,
  queueOf,
  type AdlCandidate,
  type AdlRequest,
  type AdlRound,
  type DeleveragingState,
} from './deleveraging.state.js';
import { inLots, waterFill } from './water-fill.js';

/**
 * The next round, if one can be opened: the queue of the oldest request that need not wait for new prices, with all
 * requests of that instrument and side.
 */
export function nextRound(state: DeleveragingState): AdlEvents['AdlRoundOpened'] | undefined {
  if (state.round !== null) return undefined;
  const first = state.requests.find((request) => !waitsForPrices(state, request));
  if (first === undefined) return undefined;
  const { instrument, side } = first;
  const queue = queueOf(first);
  const together = state.requests.filter((request) => queueOf(request) === queue);
  return {
    roundId: `${queue}#${(state.roundCounts.get(queue) ?? 0) + 1}`,
    instrument,
    side,
    schedule: Math.max(state.newestFullRun, ...together.map(({ schedule }) => schedule)),
    requests: together.map(({ request, caseId, accountId, quantity, price }) => ({
      request,
      caseId,
      accountId,
      quantity: text(quantity),
      bankruptcyPrice: text(price),
    })),
  };
}

/** After a round that closed nothing, the same figures would close nothing again. */
function waitsForPrices({ fruitlessAt, newestFullRun }: DeleveragingState, request: AdlRequest): boolean {
  const schedule = fruitlessAt.get(queueOf(request));
  return schedule !== undefined && newestFullRun <= schedule;
}

/** The closes of a round, once every margin partition has answered. */
export function execution(round: AdlRound, lot: Decimal, partitions: number): AdlEvents['AdlExecuted'] | undefined {
  if (round.closes !== null || round.answers.size < partitions) return undefined;
  const { roundId, instrument, side } = round;
  const candidates = [...round.answers.values()]
    .flat()
    .filter(({ quantity }) => quantity.gt(0))
    .sort((a, b) => compareText(a.accountId, b.accountId));
  const asked = sum(round.requests.map(({ quantity }) => dec(quantity)));
  const total = minOf(asked, sum(candidates.map(({ quantity }) => quantity)));
  const filled = waterFill(
    candidates.map(({ accountId, quantity: size, equity }) => ({ accountId, size, equity })),
    total,
  );
  const held = new Map(candidates.map(({ accountId, quantity }) => [accountId, quantity]));
  const reductions = inLots(filled, held, total, lot);
  const partitionOf = new Map(candidates.map(({ accountId, partition }) => [accountId, partition]));
  const closes = atOwnPrices(reductions, round.requests).map((close) => {
    const partition = partitionOf.get(close.accountId);
    invariant(partition !== undefined, 'a reduced account is a candidate');
    return { partition, ...close };
  });
  return { roundId, instrument, side, leverageCap: text(leverageOf(filled.cap, candidates)), closes };
}

/** Digits of a leverage cap in an event; half-even. It explains the closes and decides nothing. */
const LEVERAGE_DIGITS = 8;

/** Leverage that a cap in contracts per equity means, at the mark of the candidates, each of which holds something. */
function leverageOf(cap: Decimal, [first]: readonly AdlCandidate[]): Decimal {
  return first === undefined ? ZERO : cap.times(first.notional).div(first.quantity).toDecimalPlaces(LEVERAGE_DIGITS);
}

/**
 * Splits the reductions over the requests, first come first served, each at its own bankruptcy price. Candidates go in
 * account order, so the same answers always make the same closes.
 */
export function atOwnPrices(
  reductions: readonly { readonly accountId: string; readonly quantity: Decimal }[],
  requests: AdlRound['requests'],
): readonly Omit<AdlEvents['AdlExecuted']['closes'][number], 'partition'>[] {
  const closes: { accountId: string; request: Place; quantity: string; price: string }[] = [];
  const left = reductions.map(({ accountId, quantity }) => ({ accountId, quantity }));
  let next = 0;
  for (const { request, quantity, bankruptcyPrice } of requests) {
    let open = dec(quantity);
    while (open.gt(0)) {
      const candidate = left[next];
      if (candidate === undefined) return closes;
      const taken = minOf(open, candidate.quantity);
      closes.push({ accountId: candidate.accountId, request, quantity: text(taken), price: bankruptcyPrice });
      open = open.minus(taken);
      candidate.quantity = candidate.quantity.minus(taken);
      if (candidate.quantity.isZero()) next += 1;
    }
  }
  return closes;
}

/** The end of a round, once accounts has booked every close: the bankrupt sides by what was really booked. */
export function conclusion(round: AdlRound): AdlEvents['AdlRoundClosed'] | undefined {
  const { roundId, instrument, side, closes, booked } = round;
  if (closes === null || closes.some((close) => !booked.has(closeName(close)))) return undefined;
  const bankrupt = round.requests.map(({ request, caseId, accountId, quantity, bankruptcyPrice: price }) => {
    const closed = sum(
      closes.filter((close) => samePlace(close.request, request)).map((close) => booked.get(closeName(close)) ?? ZERO),
    );
    const remainder = text(dec(quantity).minus(closed));
    return { request, caseId, accountId, closedQuantity: text(closed), price, remainder };
  });
  return { roundId, instrument, side, bankrupt };
}
