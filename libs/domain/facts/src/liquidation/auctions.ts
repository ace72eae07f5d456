import { place } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  caseId,
  count,
  decimal,
  identifier,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  side,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { list, nullable, oneOf, optional, record } from '../schema/schema.js';
import { offeredPosition } from './providers.js';

const stream = 'auctions-<instrument>';

const auction = {
  auctionId: identifier(),
  request: place('The AuctionAsked in liquidation.'),
  caseId: caseId(),
  accountId: accountId('The debtor.'),
  instrument: instrument(),
  side: side('Side of the position that is given up.'),
};

const discount = nonNegativeDecimal('Fraction of the notional that the price leaves the bidder.');

/** liquidation p asks; everything else is decided in the global partition. */
export const AUCTION_REQUEST_EVENTS = {
  AuctionAsked: event({
    description:
      'Neither the book nor liquidity providers took it: the position is to be offered to the bidders of the house. The case goes on meanwhile, as prices let it.',
    stream: 'liquidation-<caseId>',
    payload: {
      ...offeredPosition('Contracts, unsigned: what brings the account to its target at the greatest discount.'),
      attempt: optional(
        ordinal(
          '1 for the first auction of the position, raised by each that nobody takes anything in; 1 again once something of the account was taken over.',
        ),
      ),
      rest: optional(
        ordinal(
          'If nobody takes anything, schedules after its end for which the position is not offered again: 1, 2, 4, ... up to what the policy allows. Others are offered meanwhile.',
        ),
      ),
    },
  }),
};

/** liquidation, global: bidders take over what the book does not. */
export const AUCTION_EVENTS = {
  AuctionOpened: event({
    description: 'A position is offered to named bidders: each may bid for what is left of his capacity until the end.',
    stream,
    payload: {
      ...auction,
      underlying: underlying(),
      quantity: positiveDecimal('Contracts that are offered at most, unsigned.'),
      unitNotional: positiveDecimal('USD per contract.'),
      mark: nonNegativeDecimal('When it was asked for, as the contract is quoted.'),
      limit: decimal('Bankruptcy price then, as the contract is quoted.'),
      mostDiscount: nonNegativeDecimal('Fraction of the notional that no bid may ask more than.'),
      lot: positiveDecimal('Smallest quantity step, contracts.'),
      auctions: versionedName('The auctions in force.'),
      windowMs: ordinal('Time that a capacity is for, ms.'),
      dutch: nullable(
        record({
          startingShare: decimal(
            'Of what may be given up, the share that the price keeps for the debtor at the start.',
          ),
          fastCutoffShare: decimal('The share at the end of the fast phase.'),
          fastLengthMs: ordinal('From the start to that share, ms.'),
          slowLengthMs: ordinal('From there to nothing, ms.'),
          stepMs: ordinal('The price changes once in so many ms.'),
        }),
      ),
      openedAt: instant('Clearing time that the price falls from.'),
      endsAt: instant('Clearing time at which no bid is taken any more.'),
      bindingMs: ordinal('For so long called bids bind at most, ms.'),
      bidders: list(
        record({
          accountId: accountId(),
          capacity: positiveDecimal('USD of notional that he takes over of the underlying in any window.'),
          used: nonNegativeDecimal('USD of it taken over within the window before.'),
          quantity: positiveDecimal('Contracts that he may bid for by that, at most what is offered.'),
        }),
        'By account. Nobody of the owner of the debtor.',
      ),
    },
  }),
  AuctionBidPlaced: event({
    description:
      'A named bidder would take so much over at this discount: of a falling price the present one, of sealed bids his own. It binds him until the auction is over.',
    stream,
    payload: {
      auctionId: identifier(),
      caseId: caseId(),
      bidder: accountId(),
      instrument: instrument(),
      quantity: positiveDecimal('Contracts, whole lots: at most.'),
      discount,
    },
  }),
  AuctionCalled: event({
    description:
      'Bids are final: the case hands over on the figures of the moment, and margin judges each bidder as by an order, before any of it is his.',
    stream,
    payload: {
      ...auction,
      until: instant('Clearing time from which they bind no longer.'),
      bids: list(
        record({ accountId: accountId(), quantity: positiveDecimal('Contracts.'), discount }),
        'The lowest discount first, equals by account.',
      ),
    },
  }),
  AuctionClosed: event({
    description: 'An auction is over; what nobody took goes the way of the waterfall.',
    stream,
    payload: {
      ...auction,
      outcome: oneOf(
        ['taken-over', 'no-bidder', 'no-bid', 'not-taken', 'case-closed'],
        'no-bidder: nobody is named who has capacity left; no-bid: its time is over; not-taken: there were bids, but margin of the bidder, health of the debtor, price or account let none of them be taken; case-closed: the account no longer needs it.',
      ),
      bids: count('Bids that were taken down.'),
      closedQuantity: nonNegativeDecimal('Contracts that bidders took over.'),
    },
  }),
};

/** Commands of liquidation, global. */
export const AUCTION_COMMANDS = {
  BidInAuction: event({
    description:
      'Bid in an auction of liquidation. Of a falling price: take it now, if it has come to this discount. A command of the same id is answered once.',
    stream: 'commands',
    payload: {
      auctionId: identifier(),
      accountId: accountId('The bidder.'),
      quantity: positiveDecimal('Contracts, whole lots: at most.'),
      discount: nonNegativeDecimal('Fraction of the notional: of a falling price the least that is taken.'),
    },
  }),
};
