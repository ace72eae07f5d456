import { ZERO, dec, minOf, sum, text, type Decimal, type Instant } from '@ballast/kernel';
import type { AccountId, ProviderEvents } from '@ballast/facts';
import { inLots, waterFill } from '../deleverage/water-fill.js';
import { offersFor, type ProviderAgreements } from './provider-agreements.js';
import { usedWithin, type TakeOverRequest, type TakeOverRound, type TakeOvers } from './provider-round.state.js';

type Opened = ProviderEvents['ProviderRoundOpened'];
type Take = ProviderEvents['ProviderRoundExecuted']['takes'][number];

/** What begins the round of the oldest request, or ends it without one. */
export type RoundBegun =
  | { readonly type: 'ProviderRoundOpened'; readonly payload: Opened }
  | { readonly type: 'ProviderRoundClosed'; readonly payload: ProviderEvents['ProviderRoundClosed'] };

const roundOf = ({ request, auction, caseId, accountId, instrument, side }: TakeOverRequest) => ({
  roundId: `${instrument}-${request.partition}-${request.position}`,
  ...(auction === undefined ? {} : { auction }),
  ...{ request, caseId, accountId, instrument, side },
});

/**
 * The next round, if one can begin: with those who have to take over something by agreement, or bid, and capacity. Without any the request is
 * over at once.
 * @param agreementsFor undefined: nobody has agreed to anything, or the bids do not bind any more
 * @see docs/spec/liquidation.md CLR-LIQ-053
 */
export function beginRound(
  state: TakeOvers,
  agreementsFor: (request: TakeOverRequest) => ProviderAgreements | undefined,
  now: Instant,
): RoundBegun | undefined {
  const [request] = state.requests;
  if (state.round !== null || request === undefined) return undefined;
  const agreements = agreementsFor(request);
  const providers = agreements === undefined ? [] : invited(state, request, agreements, now);
  if (agreements === undefined || providers.length === 0) {
    return { type: 'ProviderRoundClosed', payload: closedRound(request, [], 'no-provider') };
  }
  const { quantity, unitNotional, limit, mark, schedule, accountVersion, lot } = request;
  const payload = {
    ...roundOf(request),
    quantity: text(quantity),
    unitNotional: text(unitNotional),
    limit: text(limit),
    mark: text(mark),
    ...{ schedule, accountVersion },
    lot: text(lot),
    agreements: agreements.id,
    windowMs: agreements.windowMs,
    providers,
  };
  return { type: 'ProviderRoundOpened', payload };
}

/** Of what is offered, the whole lots that so much of a capacity is enough for, contracts; not above zero: none. */
export const withinCapacity = (
  { quantity, unitNotional, lot }: Pick<TakeOverRequest, 'quantity' | 'unitNotional' | 'lot'>,
  left: Decimal,
): Decimal => minOf(left.div(unitNotional.times(lot)).floor().times(lot), quantity);

function invited(
  state: TakeOvers,
  request: TakeOverRequest,
  agreements: ProviderAgreements,
  now: Instant,
): Opened['providers'] {
  const usedBy = usedWithin(state, request.underlying, agreements.windowMs, now);
  return offersFor(agreements, request).flatMap((offer) => {
    const { account, discount, price, capacity, most: bid } = offer;
    const used = usedBy(account);
    const within = withinCapacity(request, capacity.minus(used));
    const most = bid === undefined ? within : minOf(within, bid);
    if (!most.gt(0)) return [];
    return [
      {
        accountId: account,
        discount: text(discount),
        price: text(price),
        capacity: text(capacity),
        used: text(used),
        quantity: text(most),
      },
    ];
  });
}

/** A request holds while margin knows its account, and the schedule, as they were when it was made. */
function isDue({ answers, request: { request, schedule, accountVersion } }: TakeOverRound): boolean {
  const answer = answers.get(request.partition);
  return answer?.schedule === schedule && answer.debtorVersion === accountVersion;
}

/** What a provider can take over by agreement, capacity and margin. */
interface Bidder extends Pick<Take, 'partition' | 'accountId' | 'accountVersion' | 'price'> {
  readonly discount: Decimal;
  readonly most: Decimal;
}

/** Contracts that the debtor can be rid of at a price, those at better ones among them, without being worse off; an older release did not say. */
function bearableAt({ answers, request }: TakeOverRound, price: string | undefined): Decimal {
  const givenUp = answers.get(request.request.partition)?.givenUp;
  if (givenUp === undefined) return request.quantity;
  return dec(givenUp.find((each) => each.price === price)?.quantity ?? '0');
}

/**
 * Who takes over how much, once every margin partition has judged: the lowest discount first, no more than leaves the debtor's health as it is; of
 * equals each in proportion to what he can take, in whole lots. Empty when nobody can, or the request is no longer due.
 * @returns undefined while an answer is missing, or when it was decided
 * @see docs/spec/liquidation.md CLR-LIQ-054
 */
export function takesOf(round: TakeOverRound, partitions: number): readonly Take[] | undefined {
  if (round.takes !== null || round.answers.size < partitions) return undefined;
  if (!isDue(round)) return [];
  const { quantity: offered, lot } = round.request;
  const bidders = biddersOf(round);
  let open = offered;
  const takes: Take[] = [];
  for (const discount of new Set(bidders.map((each) => text(each.discount)))) {
    const equals = bidders.filter((each) => each.discount.eq(discount));
    const bearable = bearableAt(round, equals[0]?.price).minus(offered.minus(open));
    const total = minOf(open, bearable, sum(equals.map(({ most }) => most)));
    if (total.lte(0)) continue;
    // Reduced so that what is left of each is the same fraction of what he can take.
    const filled = waterFill(
      equals.map(({ accountId, most }) => ({ accountId, size: most, equity: most })),
      total,
    );
    const held = new Map(equals.map(({ accountId, most }) => [accountId, most]));
    const byAccount = new Map(equals.map((each) => [each.accountId, each]));
    for (const { accountId, quantity } of inLots(filled, held, total, lot)) {
      const { partition, accountVersion, price } = byAccount.get(accountId) as Bidder;
      takes.push({ partition, accountId, accountVersion, quantity: text(quantity), price });
      open = open.minus(quantity);
    }
  }
  return takes;
}

function biddersOf({ opened, answers, request }: TakeOverRound): readonly Bidder[] {
  const judged = [...answers]
    .filter(([, { schedule }]) => schedule === request.schedule)
    .flatMap(([partition, { providers }]) => providers.map((each) => ({ ...each, partition })));
  return opened.providers.flatMap(({ accountId, discount, price, quantity }): readonly Bidder[] => {
    const found = judged.find((each) => each.accountId === accountId);
    if (found === undefined) return [];
    const most = minOf(dec(quantity), dec(found.quantity));
    const { partition, accountVersion } = found;
    return most.gt(0) ? [{ partition, accountId, accountVersion, price, discount: dec(discount), most }] : [];
  });
}

/** The execution of a round in which somebody takes over something. */
export const executedRound = (
  { request }: TakeOverRound,
  takes: readonly Take[],
): ProviderEvents['ProviderRoundExecuted'] => ({ ...roundOf(request), takes });

/** The end of a round, once accounts has booked every take: the debtor by what was really booked. */
export function concludedRound(round: TakeOverRound): ProviderEvents['ProviderRoundClosed'] | undefined {
  const { takes, booked, request } = round;
  if (takes === null || takes.some(({ accountId }) => !booked.has(accountId))) return undefined;
  const bookedOf = (accountId: AccountId): Decimal => booked.get(accountId) ?? ZERO;
  const takenOver = [...new Set(takes.map(({ price }) => price))].flatMap((price) => {
    const quantity = sum(takes.filter((take) => take.price === price).map(({ accountId }) => bookedOf(accountId)));
    return quantity.isZero() ? [] : [{ quantity: text(quantity), price }];
  });
  return closedRound(request, takenOver, 'no-provider');
}

/** The end of a round that nobody takes part in. */
export const fruitlessRound = (round: TakeOverRound): ProviderEvents['ProviderRoundClosed'] =>
  closedRound(round.request, [], isDue(round) ? 'no-provider' : 'figures-changed');

/** @param otherwise what it is called when nothing was taken over */
function closedRound(
  request: TakeOverRequest,
  takenOver: ProviderEvents['ProviderRoundClosed']['takenOver'],
  otherwise: 'no-provider' | 'figures-changed',
): ProviderEvents['ProviderRoundClosed'] {
  const closed = sum(takenOver.map(({ quantity }) => dec(quantity)));
  return {
    ...roundOf(request),
    outcome: closed.gt(0) ? 'taken-over' : otherwise,
    takenOver,
    closedQuantity: text(closed),
    remainder: text(request.quantity.minus(closed)),
  };
}
