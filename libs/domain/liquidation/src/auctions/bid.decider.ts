import { decimal, readBody, record, textOf } from '@ballast/documents';
import type { CommandResult } from '@ballast/event-sourcing';
import type { AuctionEvents } from '@ballast/facts';
import { ACCOUNT_ID, IDENTIFIER, POSITIVE_DECIMAL, dec, text, type Instant } from '@ballast/kernel';
import { discountAt } from './auction-price.js';
import { mostOf } from './auction.decider.js';
import type { TakeOvers } from '../providers/provider-round.state.js';
import type { Auctions } from './auction.state.js';

const BID = record({
  auctionId: textOf(IDENTIFIER),
  accountId: textOf(ACCOUNT_ID),
  quantity: textOf(POSITIVE_DECIMAL),
  discount: decimal('0', '1'),
});

const refused = (code: string, detail: string): CommandResult => ({ outcome: 'rejected', code, detail });

/**
 * Judges a bid: a named bidder, within what is left of his capacity and of what is offered, whole lots, at a discount that the auction gives now.
 * Whether he has the margin for it is judged when bids are called, on the figures of that moment.
 * @returns the event of a bid that is taken, or why it is not
 * @see docs/spec/liquidation.md CLR-LIQ-072
 */
export function placeBid(
  { auctions: { open }, takeOvers }: { readonly auctions: Auctions; readonly takeOvers: TakeOvers },
  payload: unknown,
  now: Instant,
): AuctionEvents['AuctionBidPlaced'] | CommandResult {
  const command = readBody(payload, BID);
  if ('defects' in command) return refused('bid-malformed', command.defects.join('; '));
  const { auctionId, accountId, quantity, discount } = command.figures;
  const auction = open.get(auctionId);
  if (auction === undefined || auction.caseClosed || now >= auction.opened.endsAt) {
    return refused('auction-not-open', `There is no auction ${auctionId}, or it is over.`);
  }
  const { opened, bids, call } = auction;
  if (!opened.bidders.some((each) => each.accountId === accountId)) {
    return refused('bidder-not-named', `${accountId} may not bid here: the auction names who may.`);
  }
  if (call !== null || (opened.dutch !== null && bids.length > 0)) {
    return refused('auction-called', 'A bid is being handed over at this moment; bid again if something is left.');
  }
  if (bids.some((each) => each.accountId === accountId)) {
    return refused('bid-exists', `${accountId} has bid; a sealed bid stands.`);
  }
  if (!dec(quantity).mod(opened.lot).isZero()) {
    return refused('bid-off-lot', `Bid for whole lots of ${opened.lot}.`);
  }
  const most = mostOf(auction, takeOvers, accountId, now);
  if (dec(quantity).gt(most)) return refused('bid-beyond-limit', `${accountId} may bid for ${text(most)} at most.`);
  const given = discountAt(opened, now);
  if (dec(discount).gt(given)) {
    return refused('discount-not-given', `The auction gives a discount of ${text(given)} at most now.`);
  }
  const { caseId, instrument } = opened;
  const of = { auctionId, caseId, bidder: accountId, instrument, quantity };
  return { ...of, discount: opened.dutch === null ? discount : text(given) };
}
