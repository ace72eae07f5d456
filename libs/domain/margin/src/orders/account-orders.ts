import type { InstrumentId } from '@ballast/facts';
import { FEE_DOCUMENTS, feeTierOf, type FeeFigures } from '@ballast/instruments';
import { ZERO, type Decimal, type OwnerId } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import type { Assessor } from '../assess/assessor.js';
import type { ValuedAccount } from '../assess/valued-account.js';
import type { MarginState } from '../margin.state.js';
import { riskyOrdersOf, type OrderTerms } from './open-orders.js';
import {
  orderCharges,
  orderRequirement,
  type OrderCharge,
  type OrderedAccount,
  type OrderRequirement,
} from './worst-fills.js';

/** An account of the book with what may fill in it. */
const orderedAccount = ({ book, openOrders }: MarginState, account: AccountRecord): OrderedAccount => ({
  account: book.assessed(account),
  orders: riskyOrdersOf(openOrders, account.accountId),
});

const othersOf = (state: MarginState, account: AccountRecord): readonly OrderedAccount[] =>
  state.book
    .slotsOfOwner(account)
    .map((slot) => state.book.accounts[slot] as AccountRecord)
    .filter((other) => other !== account)
    .map((other) => orderedAccount(state, other))
    .filter((other) => other.account.holdings.size + other.orders.length > 0);

/** An owner's accounts with what may fill in them. */
export const accountsOfOwner = (state: MarginState, ownerId: OwnerId): readonly OrderedAccount[] =>
  [...state.book.slotsOfOwners([ownerId])].map((slot) =>
    orderedAccount(state, state.book.accounts[slot] as AccountRecord),
  );

/** An account for a question about its orders. */
export interface AskedAccount {
  /** With other money than it has; absent: as it is. */
  readonly imagined?: ValuedAccount;
  /** On top of what may fill already. */
  readonly order?: OrderTerms;
  /** What it would be with that order filled, where somebody has asked. */
  readonly filled?: ValuedAccount;
}

/**
 * What the orders and reservations of an account require of it on the schedule in force.
 * @returns null when nobody knows, because something that may fill has no price
 */
export function requirementOfOrders(
  state: MarginState,
  assessor: Assessor,
  account: AccountRecord,
  { imagined, order, filled }: AskedAccount = {},
): OrderRequirement | null {
  const { market, rules } = assessor;
  const present = imagined ?? assessor.valuedAccount(account);
  const orders = riskyOrdersOf(state.openOrders, account.accountId);
  const of = { account: present.account, orders: order === undefined ? orders : [...orders, order] };
  return orderRequirement(
    { market, rules, fees: feesOf(state, account) },
    { of, others: othersOf(state, account) },
    filled === undefined ? [present] : [present, filled],
  );
}

/**
 * What an account could still lose to orders if every size of its owner grew by an allowance, and what an order of some contracts asks of it
 * at most.
 */
export function headroomWithin(
  state: MarginState,
  { market, rules }: Assessor,
  account: AccountRecord,
  allowance: Decimal,
  instruments: readonly InstrumentId[],
): { readonly headroom: Decimal | null; readonly charges: readonly OrderCharge[] } {
  const on = { market, rules, fees: feesOf(state, account), allowance };
  const owner = { of: orderedAccount(state, account), others: othersOf(state, account) };
  const required = orderRequirement(on, owner);
  return { headroom: required?.headroom ?? null, charges: orderCharges(on, owner, instruments) };
}

/** What trading costs an account now, by the tier of its owner. */
export const feesOf = ({ accountsRules, feeTiers }: MarginState, { ownerId }: AccountRecord): FeeFigures =>
  feeTierOf(FEE_DOCUMENTS.inForce(accountsRules), feeTiers.get(ownerId) ?? ZERO);

/**
 * The account of the same owner that could fall below its initial requirement because an order makes its owner's sizes larger; undefined:
 * none could that could not already.
 */
export function shakenByOrder(
  state: MarginState,
  { market, rules }: Assessor,
  account: AccountRecord,
  order: OrderTerms,
): AccountRecord | undefined {
  const others = othersOf(state, account);
  if (others.length === 0) return undefined;
  const fees = feesOf(state, account);
  const now = orderedAccount(state, account);
  const then = { ...now, orders: [...now.orders, order] };
  const shaken = others.find((of) => {
    const rest = others.filter((other) => other !== of);
    const after = orderRequirement({ market, rules, fees }, { of, others: [then, ...rest] });
    if (after === null || !after.headroom.isNegative()) return after === null;
    const before = orderRequirement({ market, rules, fees }, { of, others: [now, ...rest] });
    return before === null || after.headroom.lt(before.headroom);
  });
  return shaken && state.book.find(shaken.account.accountId);
}
