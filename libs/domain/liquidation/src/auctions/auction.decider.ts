import {
  ZERO,
  compareText,
  dec,
  maxOf,
  minOf,
  text,
  type AccountId,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import type { AuctionEvents } from '@ballast/facts';
import { usedWithin, type TakeOvers } from '../providers/provider-round.state.js';
import { withinCapacity } from '../providers/provider-round.decider.js';
import { biddersFor, type AuctionRules } from './auction-rules.js';
import { inOrderOfBids, leftOf, type Auction, type AuctionRequest, type Auctions } from './auction.state.js';

type Opened = AuctionEvents['AuctionOpened'];
type Outcome = AuctionEvents['AuctionClosed']['outcome'];

/** What happens next of auctions. */
export type AuctionStep = {
  [T in 'AuctionOpened' | 'AuctionCalled' | 'AuctionClosed']: {
    readonly type: T;
    readonly payload: AuctionEvents[T];
  };
}['AuctionOpened' | 'AuctionCalled' | 'AuctionClosed'];

const named = ({ request, asked: { caseId, accountId, instrument, side } }: AuctionRequest) => ({
  auctionId: `${instrument}-${request.partition}-${request.position}`,
  ...{ request, caseId, accountId, instrument, side },
});

/**
 * The next thing that is to happen: a position that was asked for is offered, or is not because nobody has capacity; bids are called; an
 * auction is over.
 * @returns undefined when nothing is due
 * @see docs/spec/liquidation.md CLR-LIQ-070
 */
export function nextAuctionStep(
  auctions: Auctions,
  takeOvers: TakeOvers,
  rules: AuctionRules | undefined,
  now: Instant,
): AuctionStep | undefined {
  const [request] = auctions.requests;
  if (request !== undefined) return opening(request, takeOvers, rules, now);
  for (const auction of auctions.open.values()) {
    const step = progress(auction, now);
    if (step !== undefined) return step;
  }
  return undefined;
}

function opening(
  request: AuctionRequest,
  takeOvers: TakeOvers,
  rules: AuctionRules | undefined,
  now: Instant,
): AuctionStep {
  const { asked } = request;
  const bidders = rules === undefined ? [] : invited(request, takeOvers, rules, now);
  if (rules === undefined || bidders.length === 0) {
    const payload = { ...named(request), outcome: 'no-bidder', bids: 0, closedQuantity: '0' } as const;
    return { type: 'AuctionClosed', payload };
  }
  const { underlying, quantity, unitNotional, mark, limit, mostDiscount, lot } = asked;
  const payload = {
    ...named(request),
    ...{ underlying, quantity, unitNotional, mark, limit, mostDiscount, lot },
    auctions: rules.id,
    windowMs: rules.windowMs,
    dutch: writtenTerms(rules),
    openedAt: now,
    endsAt: now + rules.lengthMs,
    bindingMs: rules.bindingMs,
    bidders,
  };
  return { type: 'AuctionOpened', payload };
}

function writtenTerms({ dutch }: AuctionRules): Opened['dutch'] {
  if (dutch === null) return null;
  const { startingShare, fastCutoffShare } = dutch;
  return { ...dutch, startingShare: text(startingShare), fastCutoffShare: text(fastCutoffShare) };
}

function invited(
  { asked }: AuctionRequest,
  takeOvers: TakeOvers,
  rules: AuctionRules,
  now: Instant,
): Opened['bidders'] {
  const offered = { quantity: dec(asked.quantity), unitNotional: dec(asked.unitNotional), lot: dec(asked.lot) };
  const usedBy = usedWithin(takeOvers, asked.underlying, rules.windowMs, now);
  return [...biddersFor(rules, asked)]
    .sort((a, b) => compareText(a.account, b.account))
    .flatMap((bidder) => {
      const used = usedBy(bidder.account);
      const most = withinCapacity(offered, bidder.capacity.minus(used));
      if (!most.gt(0)) return [];
      const { account: accountId, capacity } = bidder;
      return [{ accountId, capacity: text(capacity), used: text(used), quantity: text(most) }];
    });
}

function progress(auction: Auction, now: Instant): AuctionStep | undefined {
  const { opened, bids, call, bidCount, closed, callsEnded, caseClosed } = auction;
  if (call !== null) {
    // What the case has asked for is decided by its round; a call that it does not take up is over with its time.
    if (call.asked || (!caseClosed && now < call.until)) return undefined;
    return closing(auction, closed.gt(0) ? 'taken-over' : caseClosed ? 'case-closed' : 'not-taken');
  }
  if (closed.gt(0) && leftOf(auction).lt(opened.lot)) return closing(auction, 'taken-over');
  if (caseClosed) return closing(auction, closed.gt(0) ? 'taken-over' : 'case-closed');
  const isSealed = opened.dutch === null;
  const isOver = now >= opened.endsAt;
  // Sealed bids are called once: with their time, or as soon as nobody is left who may bid.
  const isDue = !isSealed || isOver || bidCount === opened.bidders.length;
  if (bids.length > 0 && isDue) return calling(auction, now);
  if (!isOver && !(isSealed && callsEnded > 0)) return undefined;
  return closing(auction, closed.gt(0) ? 'taken-over' : bidCount === 0 ? 'no-bid' : 'not-taken');
}

const auctionNamed = ({ auctionId, request, caseId, accountId, instrument, side }: Opened) => ({
  ...{ auctionId, request, caseId, accountId, instrument, side },
});

const closing = ({ opened, bidCount, closed }: Auction, outcome: Outcome): AuctionStep => ({
  type: 'AuctionClosed',
  payload: { ...auctionNamed(opened), outcome, bids: bidCount, closedQuantity: text(closed) },
});

const calling = ({ opened, bids }: Auction, now: Instant): AuctionStep => ({
  type: 'AuctionCalled',
  payload: {
    ...auctionNamed(opened),
    until: now + opened.bindingMs,
    bids: inOrderOfBids(bids).map(({ accountId, quantity, discount }) => ({
      accountId,
      quantity: text(quantity),
      discount: text(discount),
    })),
  },
});

/** The next clearing time at which something of an auction is due without anything else; undefined: none is under way. */
export function nextAuctionTime({ open }: Auctions): { readonly auctionId: string; readonly at: Instant } | undefined {
  let next: { readonly auctionId: string; readonly at: Instant } | undefined;
  for (const { opened, call } of open.values()) {
    if (call?.asked === true) continue;
    const at = call === null ? opened.endsAt : call.until;
    if (next === undefined || at < next.at) next = { auctionId: opened.auctionId, at };
  }
  return next;
}

/**
 * Contracts that a bidder may bid for now: what he was named with, at most what is left of the position and, as he may have taken something
 * over since, of his capacity. Zero: none.
 */
export function mostOf(auction: Auction, takeOvers: TakeOvers, accountId: AccountId, now: Instant): Decimal {
  const { underlying, windowMs, bidders, quantity, unitNotional, lot } = auction.opened;
  const bidder = bidders.find((each) => each.accountId === accountId);
  if (bidder === undefined) return ZERO;
  const used = usedWithin(takeOvers, underlying, windowMs, now)(accountId);
  const offered = { quantity: dec(quantity), unitNotional: dec(unitNotional), lot: dec(lot) };
  const within = withinCapacity(offered, dec(bidder.capacity).minus(used));
  return maxOf(minOf(dec(bidder.quantity), leftOf(auction), within), ZERO);
}
