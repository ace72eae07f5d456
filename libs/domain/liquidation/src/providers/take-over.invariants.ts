import { ZERO, dec, sum, text, type Decimal } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, LiquidationEvents, MarginEvents, ProviderEvents } from '@ballast/facts';
import { placeName } from '../place.js';

/** A round that breaks its rule, and the event that shows it. */
export interface TakeOverViolation {
  readonly event: Pick<LogEntry, 'id' | 'log' | 'partition' | 'position'>;
  readonly detail: string;
}

type Opened = ProviderEvents['ProviderRoundOpened'];
type Executed = ProviderEvents['ProviderRoundExecuted'];
type Closed = ProviderEvents['ProviderRoundClosed'];
type Booked = AccountsEvents['ProviderTradeBooked'];
type GivenUp = MarginEvents['ProvidersJudged']['givenUp'];

/** Take-overs by liquidity providers, judged when everything was seen. @see docs/spec/liquidation.md CLR-LIQ-055 */
export interface TakeOverInvariants {
  /** Somebody took over something, so what accounts has booked of it is needed. */
  readonly awaitsBookings: boolean;
  /** The same of what margin has judged of it. */
  readonly awaitsJudgements: boolean;
  take(entry: LogEntry): void;
  finish(): readonly TakeOverViolation[];
}

/**
 * What must hold of every round that is over: it answers what its case had asked for; nobody takes over more than he was named with, nor at
 * another price; no price is beyond the debtor's limit nor, for him, better than the mark, and no more goes than margin judged to leave him no worse; what providers booked is what the
 * debtor was closed by, price by price; and in no window a provider takes over more than his capacity.
 */
export function takeOverInvariants(): TakeOverInvariants {
  const requests = new Map<string, LiquidationEvents['ProvidersAsked']>();
  const opened = new Map<string, Opened>();
  const executed = new Map<string, Executed>();
  const closed: { readonly event: LogEntry; readonly round: Closed }[] = [];
  const booked = new Map<string, Booked[]>();
  const givenUp = new Map<string, GivenUp>();

  return {
    get awaitsBookings() {
      return executed.size > 0;
    },
    get awaitsJudgements() {
      return executed.size > 0;
    },
    take(entry) {
      switch (entry.type) {
        case 'ProvidersAsked':
          requests.set(placeName(entry), entry.payload as LiquidationEvents['ProvidersAsked']);
          return;
        case 'ProviderRoundOpened':
          opened.set((entry.payload as Opened).roundId, entry.payload as Opened);
          return;
        case 'ProviderRoundExecuted':
          executed.set((entry.payload as Executed).roundId, entry.payload as Executed);
          return;
        case 'ProviderRoundClosed':
          closed.push({ event: entry, round: entry.payload as Closed });
          return;
        case 'ProvidersJudged': {
          const judged = entry.payload as MarginEvents['ProvidersJudged'];
          if (judged.givenUp !== undefined) givenUp.set(judged.roundId, judged.givenUp);
          return;
        }
        case 'ProviderTradeBooked': {
          const trade = entry.payload as Booked;
          booked.set(trade.roundId, [...(booked.get(trade.roundId) ?? []), trade]);
          return;
        }
        default:
      }
    },
    finish() {
      const capacities = new Capacities();
      return closed.flatMap(({ event, round }) => {
        const takes = executed.get(round.roundId)?.takes ?? [];
        const trades = booked.get(round.roundId) ?? [];
        const details = [
          ...requestDefects(round, requests.get(placeName(round.request)), opened.get(round.roundId)),
          ...takeDefects(takes, opened.get(round.roundId)),
          ...healthDefects(takes, givenUp.get(round.roundId)),
          ...bookingDefects(round, takes, trades),
          ...capacities.defects(event, opened.get(round.roundId), requests.get(placeName(round.request)), trades),
        ];
        return details.map((detail) => ({ event, detail: `${round.roundId}: ${detail}` }));
      });
    },
  };
}

function requestDefects(
  { closedQuantity, remainder }: Closed,
  request: LiquidationEvents['ProvidersAsked'] | undefined,
  opened: Opened | undefined,
): readonly string[] {
  if (request === undefined) return ['nobody has asked for it'];
  const found: string[] = [];
  if (!dec(closedQuantity).plus(remainder).eq(request.quantity) || dec(remainder).lt(0)) {
    found.push(`${closedQuantity} and ${remainder} of ${request.quantity}`);
  }
  if (opened !== undefined && (opened.limit !== request.limit || opened.quantity !== request.quantity)) {
    found.push(`${opened.quantity} at ${opened.limit} was offered, asked for ${request.quantity} at ${request.limit}`);
  }
  return found;
}

function takeDefects(takes: Executed['takes'], opened: Opened | undefined): readonly string[] {
  const all = sum(takes.map(({ quantity }) => dec(quantity)));
  return [
    ...(all.gt(opened?.quantity ?? 0) ? [`${text(all)} of ${opened?.quantity ?? 'nothing'} are taken over`] : []),
    ...takes.flatMap(({ accountId, quantity, price }) => {
      const named = opened?.providers.find((each) => each.accountId === accountId);
      if (opened === undefined || named === undefined) return [`${accountId} was not named`];
      if (dec(quantity).gt(named.quantity)) return [`${accountId} takes ${quantity} of at most ${named.quantity}`];
      const [low, high] = opened.side === 'long' ? [opened.limit, opened.mark] : [opened.mark, opened.limit];
      const isWithin = dec(price).gte(low) && dec(price).lte(high);
      return price === named.price && isWithin ? [] : [`${accountId} takes over at ${price}, from ${low} to ${high}`];
    }),
  ];
}

/** Takes stand in the order of their discounts: what goes at a price includes what went at better ones. */
function healthDefects(takes: Executed['takes'], givenUp: GivenUp): readonly string[] {
  if (givenUp === undefined) return [];
  let all = ZERO;
  return takes.flatMap(({ quantity, price }) => {
    all = all.plus(quantity);
    const most = givenUp.find((each) => each.price === price)?.quantity ?? '0';
    return all.gt(most)
      ? [`${text(all)} are taken over down to ${price}, where ${most} leave the debtor no worse`]
      : [];
  });
}

function bookingDefects({ takenOver, closedQuantity }: Closed, takes: Executed['takes'], trades: readonly Booked[]) {
  const bookedAt = (role: Booked['role'], price: string): Decimal =>
    sum(trades.filter((trade) => trade.role === role && trade.price === price).map(({ quantity }) => dec(quantity)));
  const prices = new Set([...takes, ...takenOver, ...trades].map(({ price }) => price));
  const told = sum(takenOver.map(({ quantity }) => dec(quantity)));
  return [
    ...(told.eq(closedQuantity) ? [] : [`${text(told)} were taken over, ${closedQuantity} are closed`]),
    ...[...prices].flatMap((price) => {
      const closed = sum(takenOver.filter((each) => each.price === price).map(({ quantity }) => dec(quantity)));
      const [providers, debtor] = [bookedAt('provider', price), bookedAt('debtor', price)];
      if (providers.eq(closed) && debtor.eq(closed)) return [];
      return [
        `at ${price} providers booked ${text(providers)}, the debtor ${text(debtor)}, closed are ${text(closed)}`,
      ];
    }),
  ];
}

/** What each provider has taken over of an underlying, in the order of the global partition. */
class Capacities {
  readonly #taken = new Map<string, { readonly at: number; readonly notional: Decimal }[]>();

  defects(
    { time }: LogEntry,
    opened: Opened | undefined,
    request: LiquidationEvents['ProvidersAsked'] | undefined,
    trades: readonly Booked[],
  ): readonly string[] {
    if (opened === undefined || request === undefined) return [];
    return opened.providers.flatMap(({ accountId, capacity }) => {
      const quantity = trades.find((trade) => trade.role === 'provider' && trade.accountId === accountId)?.quantity;
      const notional = dec(quantity ?? '0').times(request.unitNotional);
      const key = `${accountId} ${request.underlying}`;
      const before = (this.#taken.get(key) ?? []).filter(({ at }) => at > time.clearing - opened.windowMs);
      this.#taken.set(key, [...(this.#taken.get(key) ?? []), { at: time.clearing, notional }]);
      const used = before.reduce((total, each) => total.plus(each.notional), ZERO).plus(notional);
      return used.gt(capacity) ? [`${accountId} took over ${text(used)} in its window, at most ${capacity}`] : [];
    });
  }
}
