import type { AccountId, AdlEvents, AuctionEvents } from '@ballast/facts';
import { compareText, text, type DecimalString, type Instant } from '@ballast/kernel';
import { mostOf } from './auctions/auction.decider.js';
import { discountAt } from './auctions/auction-price.js';
import { leftOf } from './auctions/auction.state.js';
import type { DeleveragingState } from './deleverage/deleveraging.state.js';
import { distancesOf } from './deleverage/outlook.decider.js';
import type { LiquidationState } from './liquidation.process.js';

// What other parts may ask of a partition of liquidation. Nobody else reads its state.

/** Id of the open case of an account; null when there is none. */
export const openCaseOf = ({ cases }: LiquidationState, accountId: AccountId): string | null =>
  cases.get(accountId)?.caseId ?? null;

/** How near an instrument is to deleveraging on one side, USD. */
export interface QueueOutlookNow extends Pick<
  AdlEvents['DeleveragingAnnounced'],
  'instrument' | 'side' | 'underlying' | 'reserve' | 'owed' | 'exposed' | 'triggerDistance' | 'stopDistance'
> {
  readonly phase: AdlEvents['DeleveragingAnnounced']['to'];
  /** Clearing time at which the phase was announced; null: it was never another one than off. */
  readonly since: Instant | null;
}

/** What is known of deleveraging now, asked of the global partition: every side of an instrument that an account in liquidation had a part in. */
export function deleveragingOutlook({ outlook }: DeleveragingState): {
  readonly fund: DecimalString;
  readonly queues: readonly QueueOutlookNow[];
} {
  const distances = distancesOf(outlook);
  const queues = [...outlook.queues.values()].map((queue): QueueOutlookNow => {
    const { instrument, side, underlying, owed, exposed, phase, since } = queue;
    const { reserve, trigger, stop } = distances(queue);
    return {
      ...{ instrument, side, underlying, phase, since },
      ...{ owed: text(owed), exposed: text(exposed), reserve: text(reserve) },
      triggerDistance: text(trigger),
      stopDistance: text(stop),
    };
  });
  return {
    fund: text(outlook.fund),
    queues: queues.sort((a, b) => compareText(a.instrument, b.instrument) || compareText(a.side, b.side)),
  };
}

/** An auction as its bidders may see it: how many bids there are, and nobody's own. */
export interface AuctionNow extends Pick<
  AuctionEvents['AuctionOpened'],
  | 'auctionId'
  | 'caseId'
  | 'instrument'
  | 'underlying'
  | 'side'
  | 'quantity'
  | 'lot'
  | 'mark'
  | 'mostDiscount'
  | 'openedAt'
  | 'endsAt'
> {
  readonly left: DecimalString;
  readonly method: 'dutch' | 'sealed';
  readonly discount: DecimalString;
  readonly called: boolean;
  readonly bids: number;
  readonly bidders: readonly { readonly accountId: AccountId; readonly quantity: DecimalString }[];
}

/** Auctions that are under way, asked of the global partition. @param clearing newest clearing time that is known */
export function auctionsNow({ auctions, takeOvers }: DeleveragingState, clearing: Instant): readonly AuctionNow[] {
  return [...auctions.open.values()].map((auction) => {
    const { opened, call, bidCount } = auction;
    const { auctionId, caseId, instrument, underlying, side, quantity, lot, mark, mostDiscount } = opened;
    const { openedAt, endsAt, dutch, bidders } = opened;
    return {
      ...{ auctionId, caseId, instrument, underlying, side, quantity, lot, mark, mostDiscount, openedAt, endsAt },
      left: text(leftOf(auction)),
      method: dutch === null ? 'sealed' : 'dutch',
      discount: text(discountAt(opened, Math.max(clearing, openedAt))),
      called: call !== null,
      bids: bidCount,
      bidders: bidders.flatMap(({ accountId }) => {
        const most = mostOf(auction, takeOvers, accountId, Math.max(clearing, openedAt));
        return most.gt(0) ? [{ accountId, quantity: text(most) }] : [];
      }),
    };
  });
}
