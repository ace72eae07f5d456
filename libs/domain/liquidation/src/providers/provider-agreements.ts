import {
  checked,
  documentKind,
  figure,
  list,
  readBody,
  record,
  textOf,
  whole,
  type HouseRules,
} from '@ballast/documents';
import type { AccountId, InstrumentId, Side, Underlying } from '@ballast/facts';
import {
  ACCOUNT_ID,
  DAY_MS,
  UNDERLYING,
  compareText,
  maxOf,
  minOf,
  ownerOf,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import { priceAtLoss, type SettlementTerms } from '../deleverage/bankruptcy-price.js';

/** What an account has agreed to take over of positions that the book does not take. */
export interface ProviderAgreement {
  readonly account: AccountId;
  readonly underlying: Underlying;
  /** USD of notional in any window. */
  readonly capacity: Decimal;
  /** Fraction of the notional, in [0, 1), that the price leaves him: he takes over at no better and at no worse one. */
  readonly discount: Decimal;
  /** Contracts at most: a bid is for so many, an agreement for whatever his capacity lets him. */
  readonly most?: Decimal;
}

/** The `liquidity-providers` document. */
export interface ProviderAgreements {
  /** `<name>@<version>`, cited by every round. */
  readonly id: string;
  readonly windowMs: Instant;
  readonly agreements: readonly ProviderAgreement[];
}

export const MOST_AGREEMENTS = 1_000;

/** Accounts of an owner are judged each by itself, so only one of them may grow by a round. */
const BODY = checked(
  record({
    windowMs: whole(1, DAY_MS),
    agreements: list(
      record({
        account: textOf(ACCOUNT_ID),
        underlying: textOf(UNDERLYING),
        capacity: figure({ above: '0' }),
        discount: figure({ min: '0', below: '1' }),
      }),
      0,
      MOST_AGREEMENTS,
    ),
  }),
  ({ agreements }, refuse) => {
    const keys = agreements.map(({ account, underlying }) => `${ownerOf(account)} ${underlying}`);
    keys.forEach((key, index) => {
      if (keys.indexOf(key) < index) {
        refuse(`agreements[${index}]`, 'write one agreement of an owner for an underlying; leave this one out');
      }
    });
  },
);

/** No log begins with providers: until two persons have put agreements in force, nobody is asked. @see docs/spec/liquidation.md CLR-LIQ-053 */
export const PROVIDER_DOCUMENTS = documentKind<ProviderAgreements>('liquidity-providers', (body, id) => {
  const reading = readBody(body, BODY);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** Undefined while no document is in force. */
export const agreementsInForce = (rules: HouseRules): ProviderAgreements | undefined =>
  PROVIDER_DOCUMENTS.ifInForce(rules);

/** A position that is offered to providers, or to bidders. */
export interface OfferedPosition {
  /** The debtor. */
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  readonly side: Side;
  readonly mark: Decimal;
  /** USD per contract that discounts are fractions of, > 0. */
  readonly unitNotional: Decimal;
  readonly terms: SettlementTerms;
  /** What equity bears of the position as a fraction of its notional, >= 0. */
  readonly mostDiscount: Decimal;
  /** Worst price of the debtor. */
  readonly limit: Decimal;
}

/** What a provider has to do by his agreement. */
export interface ProviderOffer extends ProviderAgreement {
  readonly price: Decimal;
}

/**
 * Who takes over a position at a price that its account bears, the lowest discount first, equals by account:
 *   price = mark -/+ discount * notional per contract       (minus for a long, plus for a short; in the terms of the contract)
 * Nobody of the debtor's own accounts; nobody whose discount is more than equity bears of the position by its share in the requirement; what leaves health no
 * worse is judged by margin.
 * @see docs/spec/liquidation.md CLR-LIQ-053
 */
export function offersFor({ agreements }: ProviderAgreements, offered: OfferedPosition): readonly ProviderOffer[] {
  const { accountId, underlying, mostDiscount, limit, side } = offered;
  return agreements
    .filter(
      (each) =>
        each.underlying === underlying &&
        each.discount.lte(mostDiscount) &&
        ownerOf(each.account) !== ownerOf(accountId),
    )
    .map((each) => ({ ...each, price: priceAt(offered, each.discount) }))
    .filter(({ price }) => (side === 'long' ? price.gte(limit) : price.lte(limit)))
    .sort((a, b) => a.discount.cmp(b.discount) || compareText(a.account, b.account));
}

/** A price at which the debtor gives up a fraction of the notional, rounded toward him, on his side of the mark. */
function priceAt({ side, mark, unitNotional, terms }: OfferedPosition, discount: Decimal): Decimal {
  const giving = side === 'long' ? 'short' : 'long';
  const price = priceAtLoss(terms, giving, mark, unitNotional.times(discount));
  return side === 'long' ? minOf(price, mark) : maxOf(price, mark);
}
