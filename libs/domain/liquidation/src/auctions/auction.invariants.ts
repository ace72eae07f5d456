import { ZERO, dec, text, type Decimal } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AuctionEvents, InstrumentId, LiquidationEvents, Place, ProviderEvents } from '@ballast/facts';
import { placeName } from '../place.js';
import { discountAt } from './auction-price.js';

type Asked = LiquidationEvents['AuctionAsked'];
type Opened = AuctionEvents['AuctionOpened'];
type Placed = AuctionEvents['AuctionBidPlaced'];
type Called = AuctionEvents['AuctionCalled'];
type Closed = AuctionEvents['AuctionClosed'];
type Round = ProviderEvents['ProviderRoundOpened'];
type RoundClosed = ProviderEvents['ProviderRoundClosed'];

/** An auction that breaks its rule, and the event that shows it. */
export interface AuctionViolation {
  readonly event: LogEntry;
  readonly detail: string;
}

/** Auctions, judged when everything was seen. @see docs/spec/liquidation.md CLR-LIQ-074 */
export interface AuctionInvariants {
  take(entry: LogEntry): void;
  finish(): readonly AuctionViolation[];
}

interface Seen<Payload> {
  readonly event: LogEntry;
  readonly payload: Payload;
}

/** Something that a case asked for has ended. */
interface End {
  readonly request: Place;
  /** The position that nobody bought at auction; null: something of the account was taken over. */
  readonly inVain: InstrumentId | null;
}

/**
 * What must hold of every auction: it offers what its case had asked for; only named accounts bid, within what they were named with, while it is
 * open, at no greater discount than it gave then; what is called was bid; a round takes from called bids only, at their discounts
 * and for no more; what is told at the end is what those rounds have closed; and a position that nobody takes is offered ever less often. That both sides were booked alike, at no price beyond the
 * limit and within every window, is the rule of take-overs.
 */
export function auctionInvariants(): AuctionInvariants {
  const requests = new Map<string, Seen<Asked>>();
  const opened = new Map<string, Seen<Opened>>();
  const placed = new Map<string, Seen<Placed>[]>();
  const called = new Map<string, Seen<Called>[]>();
  const rounds: Seen<Round>[] = [];
  /** Contracts that rounds of an auction have closed. */
  const closedByRounds = new Map<string, Decimal>();
  const closed = new Map<string, Seen<Closed>>();
  /** Of each case what its count of auctions in vain follows from, in the order in which it is told. */
  const ends = new Map<string, End[]>();

  const bidsIn = (auctionId: string): readonly Seen<Placed>[] => placed.get(auctionId) ?? [];
  const callsIn = (auctionId: string): readonly Seen<Called>[] => called.get(auctionId) ?? [];

  function noteRoundClosed({ auction, caseId, request, outcome, closedQuantity }: RoundClosed): void {
    if (outcome === 'taken-over') addTo(ends, caseId, { request, inVain: null });
    if (auction === undefined) return;
    closedByRounds.set(auction, (closedByRounds.get(auction) ?? ZERO).plus(closedQuantity));
  }

  function noteClosed(seen: Seen<Closed>): void {
    const { auctionId, caseId, request, instrument, outcome } = seen.payload;
    closed.set(auctionId, seen);
    if (outcome === 'taken-over' || outcome === 'case-closed') return;
    addTo(ends, caseId, { request, inVain: instrument });
  }

  function ofAuction({ payload: auction }: Seen<Opened>): readonly string[] {
    const asked = requests.get(placeName(auction.request))?.payload;
    const isAsked = (['quantity', 'limit', 'mark', 'mostDiscount', 'unitNotional', 'side'] as const).every(
      (field) => asked?.[field] === auction[field],
    );
    return isAsked ? [] : ['its case has not asked for it like that'];
  }

  function ofBid({ event, payload }: Seen<Placed>): readonly string[] {
    const auction = opened.get(payload.auctionId)?.payload;
    if (auction === undefined) return [`${payload.bidder} bids where nothing is offered`];
    const bidder = auction.bidders.find(({ accountId }) => accountId === payload.bidder);
    if (bidder === undefined) return [`${payload.bidder} was not named`];
    const at = event.time.clearing;
    if (at < auction.openedAt || at >= auction.endsAt) return [`${payload.bidder} bids when it is not open`];
    const given = discountAt(auction, at);
    const isGiven = auction.dutch === null ? given.gte(payload.discount) : given.eq(payload.discount);
    return [
      ...(dec(payload.quantity).gt(bidder.quantity)
        ? [`${payload.bidder} bids for ${payload.quantity} of at most ${bidder.quantity}`]
        : []),
      ...(isGiven ? [] : [`${payload.bidder} bids at ${payload.discount}, it gave ${text(given)}`]),
    ];
  }

  function ofCall({ payload: { auctionId, bids } }: Seen<Called>): readonly string[] {
    const known = bidsIn(auctionId).map(({ payload }) => payload);
    return bids
      .filter(
        (bid) =>
          !known.some(
            ({ bidder, quantity, discount }) =>
              bidder === bid.accountId && dec(quantity).eq(bid.quantity) && dec(discount).eq(bid.discount),
          ),
      )
      .map(({ accountId }) => `${accountId} is called and has not bid so`);
  }

  function ofRound({ payload: { auction, providers } }: Seen<Round>): readonly string[] {
    if (auction === undefined) return [];
    const bids = callsIn(auction).flatMap(({ payload }) => payload.bids);
    return providers
      .filter(
        ({ accountId, discount, quantity }) =>
          !bids.some(
            (bid) => bid.accountId === accountId && dec(bid.discount).eq(discount) && dec(bid.quantity).gte(quantity),
          ),
      )
      .map(({ accountId }) => `${accountId} is to take over what was not called of it`);
  }

  function ofEnd({ payload }: Seen<Closed>): readonly string[] {
    const { auctionId, outcome, bids, closedQuantity } = payload;
    const taken = closedByRounds.get(auctionId) ?? ZERO;
    const offered = opened.get(auctionId)?.payload.quantity ?? '0';
    return [
      ...(taken.eq(closedQuantity) ? [] : [`${closedQuantity} are told, ${text(taken)} were handed over`]),
      ...(taken.gt(offered) ? [`${text(taken)} of ${offered} were handed over`] : []),
      ...(bids === bidsIn(auctionId).length ? [] : [`${bids} bids are told of ${bidsIn(auctionId).length}`]),
      ...((outcome === 'taken-over') === taken.gt(0) ? [] : [`${outcome} with ${text(taken)} handed over`]),
    ];
  }

  /**
   * Of each case: 1, 2, 3, ... of a position until something of the account is taken over, and at most twice the rest of the one before. A case
   * asks for an auction when all that it asked for before has ended. One that ends in vain after a take-over in its time is the first.
   */
  function ofAttempts(): readonly AuctionViolation[] {
    return [...requests.values()].flatMap(({ event, payload: { caseId, instrument, attempt, rest } }) => {
      const before = (ends.get(caseId) ?? []).filter(({ request }) => request.position < event.position);
      const inVain = before
        .slice(before.findLastIndex((end) => end.inVain === null) + 1)
        .filter((end) => end.inVain === instrument);
      // An older release did not say.
      if (attempt === undefined || rest === undefined) return [];
      const last = inVain.at(-1);
      const lastRest = last === undefined ? undefined : requests.get(placeName(last.request))?.payload.rest;
      const due = inVain.length + 1;
      const most = last === undefined ? 1 : lastRest === undefined ? rest : 2 * lastRest;
      return [
        ...(attempt === due ? [] : [`attempt ${attempt} of ${instrument}, due ${due}`]),
        ...(rest <= most ? [] : [`${instrument} is to rest for ${rest} schedules, at most ${most}`]),
      ].map((detail) => ({ event, detail: `${caseId}: ${detail}` }));
    });
  }

  return {
    take(event) {
      const { type, payload } = event;
      const seen = <Payload>(): Seen<Payload> => ({ event, payload: payload as Payload });
      if (type === 'AuctionAsked') requests.set(placeName(event), seen());
      else if (type === 'AuctionOpened') opened.set((payload as Opened).auctionId, seen());
      else if (type === 'AuctionBidPlaced') addTo(placed, (payload as Placed).auctionId, seen());
      else if (type === 'AuctionCalled') addTo(called, (payload as Called).auctionId, seen());
      else if (type === 'AuctionClosed') noteClosed(seen());
      else if (type === 'ProviderRoundOpened') rounds.push(seen());
      else if (type === 'ProviderRoundClosed') noteRoundClosed(payload as RoundClosed);
    },
    finish() {
      const judged = <Payload>(
        all: Iterable<Seen<Payload>>,
        nameOf: (payload: Payload) => string,
        defects: (seen: Seen<Payload>) => readonly string[],
      ): readonly AuctionViolation[] =>
        [...all].flatMap((seen) =>
          defects(seen).map((detail) => ({ event: seen.event, detail: `${nameOf(seen.payload)}: ${detail}` })),
        );
      const byAuction = ({ auctionId }: { readonly auctionId: string }): string => auctionId;
      return [
        ...judged(opened.values(), byAuction, ofAuction),
        ...judged([...placed.values()].flat(), byAuction, ofBid),
        ...judged([...called.values()].flat(), byAuction, ofCall),
        ...judged(rounds, ({ roundId }) => roundId, ofRound),
        ...judged(closed.values(), byAuction, ofEnd),
        ...ofAttempts(),
      ];
    },
  };
}

function addTo<Each>(lists: Map<string, Each[]>, key: string, each: Each): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [each]);
  else list.push(each);
}
