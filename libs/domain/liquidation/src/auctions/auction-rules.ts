import {
  checked,
  documentKind,
  figure,
  list,
  made,
  optional,
  readBody,
  record,
  textOf,
  whole,
} from '@ballast/documents';
import type { HouseRules } from '@ballast/documents';
import type { AccountId, Underlying } from '@ballast/facts';
import { ACCOUNT_ID, DAY_MS, HOUR_MS, UNDERLYING, ownerOf, type Decimal, type Instant } from '@ballast/kernel';
import { MOST_AGREEMENTS } from '../providers/provider-agreements.js';

/** A price that falls from the mark towards the bankruptcy price; the first who takes it has it. */
export interface DutchTerms {
  /** Of what may be given up, the share that the price keeps for the debtor: at the start, and at the end of the fast phase. */
  readonly startingShare: Decimal;
  readonly fastCutoffShare: Decimal;
  readonly fastLengthMs: Instant;
  /** From there to nothing: the price is the bankruptcy price then, and the auction is over. */
  readonly slowLengthMs: Instant;
  /** The price changes once in so many milliseconds. */
  readonly stepMs: Instant;
}

/** An account that may bid. */
export interface NamedBidder {
  readonly account: AccountId;
  readonly underlying: Underlying;
  /** USD of notional in any window. */
  readonly capacity: Decimal;
}

/** The `auctions` document. */
export interface AuctionRules {
  /** `<name>@<version>`, cited by every auction. */
  readonly id: string;
  readonly windowMs: Instant;
  /** Called bids bind at most so long. */
  readonly bindingMs: Instant;
  /** Null: bids are sealed. */
  readonly dutch: DutchTerms | null;
  readonly lengthMs: Instant;
  readonly bidders: readonly NamedBidder[];
}

const share = () => figure({ min: '0', max: '1' });
const length = () => whole(1, HOUR_MS);

const DUTCH = checked(
  record({
    startingShare: share(),
    fastCutoffShare: share(),
    fastLengthMs: length(),
    slowLengthMs: length(),
    stepMs: length(),
  }),
  ({ startingShare, fastCutoffShare, fastLengthMs, slowLengthMs, stepMs }, refuse) => {
    if (fastCutoffShare.gt(startingShare))
      refuse('fastCutoffShare', 'write at most the startingShare: the price falls');
    if (stepMs > fastLengthMs + slowLengthMs) refuse('stepMs', 'write at most the length of the auction');
  },
);

const BODY = made(
  record({
    windowMs: whole(1, DAY_MS),
    bindingMs: length(),
    dutch: optional(DUTCH, null),
    sealed: optional(record({ lengthMs: length() }), null),
    bidders: list(
      record({ account: textOf(ACCOUNT_ID), underlying: textOf(UNDERLYING), capacity: figure({ above: '0' }) }),
      0,
      MOST_AGREEMENTS,
    ),
  }),
  ({ dutch, sealed, bidders, ...rest }, refuse) => {
    // Accounts of an owner are judged each by itself, so only one of them may grow by a round.
    const keys = bidders.map(({ account, underlying }) => `${ownerOf(account)} ${underlying}`);
    keys.forEach((key, index) => {
      if (keys.indexOf(key) < index) {
        refuse(`bidders[${index}]`, 'name one account of an owner for an underlying; leave this one out');
      }
    });
    if ((dutch === null) === (sealed === null)) refuse('dutch', 'write dutch or sealed, and leave the other one out');
    const lengthMs = dutch === null ? (sealed?.lengthMs ?? 0) : dutch.fastLengthMs + dutch.slowLengthMs;
    return { ...rest, dutch, lengthMs, bidders };
  },
);

/** No log begins with auctions: until two persons have put some in force, nothing is auctioned. @see docs/spec/liquidation.md CLR-LIQ-070 */
export const AUCTION_DOCUMENTS = documentKind<AuctionRules>('auctions', (body, id) => {
  const reading = readBody(body, BODY);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** Undefined while no document is in force. */
export const auctionsInForce = (rules: HouseRules): AuctionRules | undefined => AUCTION_DOCUMENTS.ifInForce(rules);

/** Who may bid for a position: whoever is named for its underlying and is not of the owner of the debtor. */
export const biddersFor = (
  { bidders }: AuctionRules,
  { accountId, underlying }: { readonly accountId: AccountId; readonly underlying: Underlying },
): readonly NamedBidder[] =>
  bidders.filter((each) => each.underlying === underlying && ownerOf(each.account) !== ownerOf(accountId));
