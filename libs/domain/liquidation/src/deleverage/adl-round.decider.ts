import { ZERO, compareText, maxOf, minOf, sum, text, type Decimal } from '@ballast/kernel';
import type { AccountId, AdlEvents } from '@ballast/facts';
import { samePlace } from '../place.js';
import { lossPerContract, priceAtLoss } from './bankruptcy-price.js';
import { bearsRequirement, capacityOf } from './counterparty-order.js';
import {
  closeName,
  type AdlCandidate,
  type AdlRequest,
  type AdlRound,
  type DeleveragingState,
} from './deleveraging.state.js';
import { queueOf } from './outlook.state.js';
import { inLots, waterFill } from './water-fill.js';

type Close = AdlEvents['AdlExecuted']['closes'][number];

/** The next round, if one can be opened: the queue of the oldest request, with all requests of that instrument and side. */
export function nextRound(state: DeleveragingState): AdlEvents['AdlRoundOpened'] | undefined {
  const [first] = state.requests;
  if (state.round !== null || first === undefined) return undefined;
  const { instrument, side } = first;
  const queue = queueOf(first);
  const together = state.requests.filter((request) => queueOf(request) === queue);
  const opposite = [...state.unmet, ...state.requests].filter(
    (request) => request.instrument === instrument && request.side !== side,
  );
  return {
    roundId: `${queue}#${(state.roundCounts.get(queue) ?? 0) + 1}`,
    instrument,
    side,
    schedule: Math.max(...together.map(({ schedule }) => schedule)),
    requests: together.map((request) => ({ ...asked(request), bankruptcyPrice: text(request.price) })),
    opposite: opposite.map(asked),
  };
}

const asked = ({ request, caseId, accountId, accountVersion, quantity }: AdlRequest) => ({
  request,
  caseId,
  accountId,
  accountVersion,
  quantity: text(quantity),
});

/**
 * A request is due while margin knows the account at the version and on the schedule that it was made on: then price, quantity and deficit
 * are what they were. After a new price, an own close, an expiry, a grant or another rung they are not, and the case judges anew.
 */
function isDue({ answers }: AdlRound, { request, accountId, accountVersion, schedule }: AdlRequest): boolean {
  const answer = answers.get(request.partition);
  return answer?.schedule === schedule && answer.versions.get(accountId) === accountVersion;
}

/** A counterparty with what the round has not taken of him yet. */
interface Counterparty extends AdlCandidate {
  readonly schedule: number;
  left: Decimal;
}

/** A request with what nobody has taken of it yet. */
interface OpenRequest {
  readonly request: AdlRequest;
  open: Decimal;
  readonly closes: Close[];
}

/**
 * The closes of a round, once every margin partition has answered, in three tiers: who can bear the bankruptcy price of a request, first
 * whose position needs most of his equity; then the others, each at his own bankruptcy price, so that nobody solvent falls below zero; then bankrupt accounts of
 * the other side that found nobody, at the mark. The first tier is filled once for all requests of a schedule, and who is reduced is set
 * against the requests in their order: so a round has no more closes than requests and counterparties.
 * @see docs/spec/liquidation.md CLR-LIQ-031, CLR-LIQ-035, CLR-LIQ-036
 */
export function execution(round: AdlRound, partitions: number): AdlEvents['AdlExecuted'] | undefined {
  if (round.closes !== null || round.answers.size < partitions) return undefined;
  const { roundId, instrument, side } = round;
  const solvent = [...round.answers.values()]
    .flatMap(({ schedule, candidates }) => candidates.map((each) => ({ ...each, schedule, left: each.quantity })))
    .filter(({ quantity, equity }) => quantity.gt(0) && equity.gt(0))
    .sort((a, b) => compareText(a.accountId, b.accountId));
  const bankrupt = round.opposite
    .filter((request) => isDue(round, request))
    .map((request) => ({ ...request, left: request.quantity }));
  const due = round.requests
    .filter((request) => isDue(round, request))
    .map((request): OpenRequest => ({ request, open: request.quantity, closes: [] }));
  const caps = [...new Set(due.map(({ request }) => request.schedule))].map((schedule) => {
    const ofSchedule = due.filter(({ request }) => request.schedule === schedule);
    const counterparties = solvent.filter((each) => each.schedule === schedule);
    const cap = fillTogether(ofSchedule, counterparties);
    return ofSchedule.reduce((highest, asking) => maxOf(highest, fillAlone(asking, counterparties)), cap);
  });
  for (const asking of due) closeAgainstBankrupt(asking, bankrupt);
  const cap = maxOf(ZERO, ...caps);
  const closes = due.flatMap((asking) => asking.closes);
  return { roundId, instrument, side, requirementCap: text(cap.toDecimalPlaces(CAP_DIGITS)), closes };
}

/** One water-filling for all requests of a schedule, over those who can bear the worst of their prices. */
function fillTogether(due: readonly OpenRequest[], counterparties: readonly Counterparty[]): Decimal {
  const [first] = due;
  if (first === undefined) return ZERO;
  const worst = due.map(({ request: { terms, side, mark, price } }) => lossPerContract(terms, side, mark, price));
  const bearing = counterparties.filter(({ equity, quantity }) =>
    worst.every((loss) => equity.gte(loss.times(quantity))),
  );
  const { cap, reductions } = fill(first.request, bearing, sum(due.map(({ open }) => open)));
  const queue = [...due];
  for (const { counterparty, quantity } of reductions) {
    let rest = quantity;
    while (rest.gt(0) && queue[0] !== undefined) {
      const [asking] = queue;
      const taken = minOf(rest, asking.open);
      take(asking, counterparty, taken, asking.request.price);
      rest = rest.minus(taken);
      if (asking.open.isZero()) queue.shift();
    }
  }
  return cap;
}

/** What is then left of a request: those who can bear its price, then the others, each at his own. */
function fillAlone(asking: OpenRequest, counterparties: readonly Counterparty[]): Decimal {
  let highest = ZERO;
  for (const { counterparties: tier, priceOf } of tiersOf(asking.request, counterparties)) {
    if (asking.open.isZero()) break;
    const { cap, reductions } = fill(asking.request, tier, asking.open);
    highest = maxOf(highest, cap);
    for (const { counterparty, quantity } of reductions) {
      take(asking, counterparty, quantity, priceOf(counterparty));
    }
  }
  return highest;
}

function closeAgainstBankrupt(asking: OpenRequest, bankrupt: readonly (AdlRequest & { left: Decimal })[]): void {
  for (const other of bankrupt) {
    const quantity = minOf(asking.open, other.left);
    if (!quantity.gt(0) || other.schedule !== asking.request.schedule) continue;
    other.left = other.left.minus(quantity);
    const counterparty = { partition: other.request.partition, accountId: other.accountId };
    take(asking, counterparty, quantity, asking.request.mark);
  }
}

function take(
  asking: OpenRequest,
  counterparty: { readonly partition: number; readonly accountId: AccountId },
  quantity: Decimal,
  price: Decimal,
): void {
  asking.open = asking.open.minus(quantity);
  asking.closes.push(closeOf(asking.request, { counterparty, quantity }, price));
}

/** Who can bear the price of a request, and who only his own. */
function tiersOf({ terms, side, mark, price }: AdlRequest, counterparties: readonly Counterparty[]) {
  const loss = lossPerContract(terms, side, mark, price);
  const bears = ({ equity, quantity }: Counterparty): boolean => equity.gte(loss.times(quantity));
  return [
    { counterparties: counterparties.filter(bears), priceOf: (): Decimal => price },
    {
      counterparties: counterparties.filter((each) => !bears(each)),
      priceOf: ({ equity, quantity }: Counterparty): Decimal => priceAtLoss(terms, side, mark, equity.div(quantity)),
    },
  ];
}

/** What was taken of whom, and the highest requirement per equity that is left to one of them. */
interface Fill {
  readonly cap: Decimal;
  readonly reductions: readonly { readonly counterparty: Counterparty; readonly quantity: Decimal }[];
}

/**
 * Takes at most so much of the counterparties, by water-filling, in whole lots: first of those whose position bears a requirement, by what
 * it bears of it per equity, then of hedges, which bear none, by their size per equity.
 */
function fill(request: AdlRequest, tier: readonly Counterparty[], wanted: Decimal): Fill {
  const first = fillBy(request, tier.filter(bearsRequirement), wanted);
  const left = wanted.minus(sum(first.reductions.map(({ quantity }) => quantity)));
  const hedges = tier.filter((each) => !bearsRequirement(each));
  const then = fillBy(request, hedges, left);
  return { cap: first.cap, reductions: [...first.reductions, ...then.reductions] };
}

function fillBy({ lot }: AdlRequest, tier: readonly Counterparty[], wanted: Decimal): Fill {
  const offering = tier.filter(({ left }) => left.gt(0));
  const total = minOf(wanted, sum(offering.map(({ left }) => left)));
  const filled = waterFill(
    offering.map((each) => ({ accountId: each.accountId, size: each.left, equity: capacityOf(each) })),
    total,
  );
  const held = new Map(offering.map(({ accountId, left }) => [accountId, left]));
  const byAccount = new Map(offering.map((each) => [each.accountId, each]));
  const reductions = inLots(filled, held, total, lot).flatMap(({ accountId, quantity }) => {
    const counterparty = byAccount.get(accountId);
    if (counterparty === undefined) return [];
    counterparty.left = counterparty.left.minus(quantity);
    return [{ counterparty, quantity }];
  });
  return { cap: filled.cap, reductions };
}

function closeOf(
  { request }: AdlRequest,
  taken: {
    readonly counterparty: { readonly partition: number; readonly accountId: AccountId };
    readonly quantity: Decimal;
  },
  price: Decimal,
): Close {
  const { partition, accountId } = taken.counterparty;
  return { partition, accountId, request, quantity: text(taken.quantity), price: text(price) };
}

/** Digits of a cap in an event; half-even. It explains the closes and decides nothing. */
const CAP_DIGITS = 8;

/** The end of a round, once accounts has booked every close: the bankrupt sides by what was really booked, and every request is over. */
export function conclusion(round: AdlRound): AdlEvents['AdlRoundClosed'] | undefined {
  const { roundId, instrument, side, closes, booked } = round;
  if (closes === null || closes.some((close) => !booked.has(closeName(close)))) return undefined;
  const closedOf = (of: readonly Close[]): Decimal => sum(of.map((close) => booked.get(closeName(close)) ?? ZERO));
  const results = round.requests.map((asking) => {
    const own = closes.filter((close) => samePlace(close.request, asking.request));
    return { asking, own, closed: closedOf(own) };
  });
  return {
    roundId,
    instrument,
    side,
    bankrupt: results.flatMap(({ asking: { request, caseId, accountId }, own }) =>
      [...new Set(own.map(({ price }) => price))].flatMap((price) => {
        const closed = closedOf(own.filter((close) => close.price === price));
        return closed.isZero() ? [] : [{ request, caseId, accountId, closedQuantity: text(closed), price }];
      }),
    ),
    ended: results.map(({ asking, closed }) => ({
      request: asking.request,
      caseId: asking.caseId,
      accountId: asking.accountId,
      outcome: outcomeOf(round, asking, closed),
      closedQuantity: text(closed),
      remainder: text(asking.quantity.minus(closed)),
    })),
  };
}

function outcomeOf(
  round: AdlRound,
  request: AdlRequest,
  closed: Decimal,
): AdlEvents['AdlRoundClosed']['ended'][number]['outcome'] {
  if (closed.gt(0)) return 'closed';
  return isDue(round, request) ? 'no-counterparty' : 'figures-changed';
}
