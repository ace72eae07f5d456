import { ZERO, compareText, dec, invariant, type Decimal, type Instant } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountId, AuctionEvents, LiquidationEvents, Place, ProviderEvents } from '@ballast/facts';
import { placeOf, samePlace } from '../place.js';
import type { ProviderAgreements } from '../providers/provider-agreements.js';

/** What one bidder would take over. */
export interface Bid {
  readonly accountId: AccountId;
  readonly quantity: Decimal;
  readonly discount: Decimal;
}

/** An auction that is asked for and not opened yet. */
export interface AuctionRequest {
  readonly request: Place;
  readonly asked: LiquidationEvents['AuctionAsked'];
}

/** An auction that is under way. */
export interface Auction {
  readonly opened: AuctionEvents['AuctionOpened'];
  /** Taken down and not called yet. */
  readonly bids: readonly Bid[];
  /** Called bids, and whether the case has asked for them: then a round of theirs decides. */
  readonly call: { readonly bids: readonly Bid[]; readonly until: Instant; readonly asked: boolean } | null;
  /** Bids so far, contracts handed over so far, and calls that have ended. */
  readonly bidCount: number;
  readonly closed: Decimal;
  readonly callsEnded: number;
  /** The account needs it no longer. */
  readonly caseClosed: boolean;
}

/** Auctions of all partitions. */
export interface Auctions {
  readonly requests: AuctionRequest[];
  readonly open: Map<string, Auction>;
}

export const noAuctions = (): Auctions => ({ requests: [], open: new Map() });

export function noteAuctionAsked(
  { requests }: Auctions,
  entry: LogEntry<string, LiquidationEvents['AuctionAsked']>,
): void {
  requests.push({ request: placeOf(entry), asked: entry.payload });
}

/** A case asks those whose bids were called. */
export function noteBidsAsked({ open }: Auctions, { auction }: LiquidationEvents['ProvidersAsked']): void {
  const current = auction === undefined ? undefined : open.get(auction);
  if (current === undefined || current.call === null) return;
  open.set(current.opened.auctionId, { ...current, call: { ...current.call, asked: true } });
}

export function noteCaseClosed({ open }: Auctions, { caseId }: LiquidationEvents['LiquidationClosed']): void {
  for (const [id, auction] of open)
    if (auction.opened.caseId === caseId) open.set(id, { ...auction, caseClosed: true });
}

/** What is offered and not handed over yet, contracts. */
export const leftOf = ({ opened, closed }: Auction): Decimal => dec(opened.quantity).minus(closed);

/** Called bids as agreements of their bidders; undefined when they do not bind any more. */
export function bidsOf({ open }: Auctions, auctionId: string): ProviderAgreements | undefined {
  const auction = open.get(auctionId);
  if (auction === undefined || auction.call === null) return undefined;
  const { auctions, windowMs, bidders, underlying } = auction.opened;
  const agreements = auction.call.bids.map(({ accountId: account, discount, quantity: most }) => {
    const bidder = bidders.find(({ accountId }) => accountId === account);
    invariant(bidder !== undefined, `${account} bids and is not named`);
    return { account, underlying, capacity: dec(bidder.capacity), discount, most };
  });
  return { id: auctions, windowMs, agreements };
}

const auctionOf = ({ open }: Auctions, auctionId: string): Auction => {
  const auction = open.get(auctionId);
  invariant(auction !== undefined, `auction ${auctionId} is not under way`);
  return auction;
};

function requestIsOver({ requests }: Auctions, request: Place): void {
  requests.splice(0, requests.length, ...requests.filter((each) => !samePlace(each.request, request)));
}

export const inOrderOfBids = (bids: readonly Bid[]): readonly Bid[] =>
  [...bids].sort((a, b) => a.discount.cmp(b.discount) || compareText(a.accountId, b.accountId));

/** How the state follows from own events. */
export const evolveAuctions = {
  AuctionOpened(state: Auctions, opened: AuctionEvents['AuctionOpened']): void {
    requestIsOver(state, opened.request);
    const begun = { bids: [], call: null, bidCount: 0, closed: ZERO, callsEnded: 0, caseClosed: false };
    state.open.set(opened.auctionId, { opened, ...begun });
  },
  AuctionBidPlaced(
    state: Auctions,
    { auctionId, bidder, quantity, discount }: AuctionEvents['AuctionBidPlaced'],
  ): void {
    const auction = auctionOf(state, auctionId);
    const bid = { accountId: bidder, quantity: dec(quantity), discount: dec(discount) };
    state.open.set(auctionId, { ...auction, bids: [...auction.bids, bid], bidCount: auction.bidCount + 1 });
  },
  AuctionCalled(state: Auctions, { auctionId, until }: AuctionEvents['AuctionCalled']): void {
    const auction = auctionOf(state, auctionId);
    const call = { bids: inOrderOfBids(auction.bids), until, asked: false };
    state.open.set(auctionId, { ...auction, bids: [], call });
  },
  /** The end of a round in which the case asked for called bids; on figures that were over nothing is decided, and they still bind. */
  ProviderRoundClosed(
    { open }: Auctions,
    { auction, closedQuantity, outcome }: ProviderEvents['ProviderRoundClosed'],
  ): void {
    const current = auction === undefined ? undefined : open.get(auction);
    if (current === undefined || current.call === null) return;
    if (outcome === 'figures-changed') {
      open.set(current.opened.auctionId, { ...current, call: { ...current.call, asked: false } });
      return;
    }
    const closed = current.closed.plus(closedQuantity);
    open.set(current.opened.auctionId, { ...current, call: null, closed, callsEnded: current.callsEnded + 1 });
  },
  AuctionClosed(state: Auctions, { auctionId, request }: AuctionEvents['AuctionClosed']): void {
    requestIsOver(state, request);
    state.open.delete(auctionId);
  },
} as const;
