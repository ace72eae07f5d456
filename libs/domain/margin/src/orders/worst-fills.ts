import type { HouseRules } from '@ballast/documents';
import type { InstrumentId, Underlying } from '@ballast/facts';
import type { FeeFigures } from '@ballast/instruments';
import { compareText, maxOf, minOf, ModelInputError, ONE, roundUsd, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { SideSizes } from '@ballast/risk-schedule';
import { assessAccount } from '../assess/assess.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import type { AssessedAccount } from '../assess/assessment.js';
import { sizesOf, sizesOnMarket, type Sizes } from '../assess/owner-sizes.js';
import { inUsd, notionalOf, type PricedContract } from '../assess/priced-contracts.js';
import type { ValuedAccount } from '../assess/valued-account.js';
import { valueHoldings } from '../assess/valued-holdings.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { costOfOrder, feeOfFill } from './order-cost.js';
import type { OrderTerms } from './open-orders.js';

/** An account with all that may still fill in it. */
export interface OrderedAccount {
  readonly account: AssessedAccount;
  readonly orders: readonly OrderTerms[];
}

/** All that an owner has: sizes count over all accounts. */
export interface OrderedOwner {
  readonly of: OrderedAccount;
  readonly others: readonly OrderedAccount[];
}

/** What is the same of every account on a schedule. */
export interface OrderMarket {
  readonly market: AssessmentMarket;
  readonly rules: HouseRules;
  readonly fees: FeeFigures;
  /** USD by which every size of the owner may grow besides, on either side; absent: by nothing. */
  readonly allowance?: Decimal;
}

/** The most that may be bought and sold of one contract. */
interface FillRange {
  readonly contract: PricedContract;
  readonly bought: Decimal;
  readonly sold: Decimal;
}

/** What orders require of an account, USD. */
export interface OrderRequirement {
  /** Equity less the initial requirement of what is held, at the sizes that the orders could bring. */
  readonly surplus: Decimal;
  /** Lost against the mark, and fees, of all orders. */
  readonly costs: Decimal;
  /** By how much the worst fills lower the surplus, of each underlying. */
  readonly underlyings: readonly {
    readonly underlying: Underlying;
    readonly requirement: Decimal;
    readonly fills: readonly { readonly instrument: InstrumentId; readonly quantity: Decimal }[];
  }[];
  /** surplus - costs - requirements: what the account could still lose to orders; below 0 it can bear no more. */
  readonly headroom: Decimal;
}

/** Contracts of an underlying of which every combination of fills is looked at; the others are taken each by itself. */
const COMBINED = 5;

/**
 * The least that equity can stand above the initial requirement after any of an account's orders fill, wholly or in part, in any
 * order: each contract may end anywhere between all sold and all bought. With the sizes of the owner fixed at the most that fills can
 * bring, the house's own model asks a convex function of the positions, which is greatest at a corner of that box, and adds up
 * over underlyings; beyond `COMBINED` contracts of one underlying the rest is added as if nothing offset it, which is never less.
 * @param known states of the account that were valued before, as it is the first of them: what they say is not computed again
 * @returns null when something that may fill has no price: nobody knows what it would ask
 * @throws ModelInputError never: what a model cannot assess is null too
 * @see docs/spec/orders.md CLR-ORD-002
 */
export function orderRequirement(
  { market, rules, fees, allowance = ZERO }: OrderMarket,
  { of, others }: OrderedOwner,
  known: readonly ValuedAccount[] = [],
): OrderRequirement | null {
  const ranges = rangesOf(of.orders, market);
  if (ranges === null || others.some(({ orders }) => rangesOf(orders, market) === null)) return null;
  const costs = sum(
    of.orders.map((order) => {
      const range = ranges.get(order.instrument);
      return range === undefined ? ZERO : costOfOrder(order, range.contract, fees);
    }),
  );
  try {
    const isPlain = ranges.size + others.length === 0 && allowance.isZero();
    const held = known[0]?.valued ?? valueHoldings(of.account.holdings, market);
    const own = (): Sizes => known[0]?.sizes ?? sizesOf(held.open);
    const sizes = isPlain ? undefined : sizesWithFills([of, ...others], market, allowance, own());
    const base: AssessedAccount = sizes === undefined ? of.account : { ...of.account, ownerSizes: sizes };
    const surplusOf = (account: AssessedAccount): Decimal => {
      const isHeld = account.holdings === of.account.holdings;
      const valued = isHeld ? held : valueHoldings(account.holdings, market, held);
      for (const state of known) {
        const surplus = state.surplusOf({ account, valued });
        if (surplus !== undefined) return surplus;
      }
      const { equity, initial } = assessAccount(account, market, rules, undefined, valued).figures;
      return equity.minus(initial);
    };
    const surplus = surplusOf(base);
    // Of an order on one side, the other corner is the account as it is.
    const surplusAt = (account: AssessedAccount): Decimal => (account === base ? surplus : surplusOf(account));
    const underlyings = [...groupedByUnderlying(ranges)].map(([underlying, group]) => {
      const [combined, alone] = split(group);
      const worst = worstCombination(base, combined, surplusAt);
      const lowered = maxOf(surplus.minus(worst.surplus), ZERO);
      const requirement = lowered.plus(sum(alone.map((range) => aloneRequirement(range, base, surplusOf))));
      return { underlying, requirement, fills: worst.fills };
    });
    const headroom = surplus.minus(costs).minus(sum(underlyings.map(({ requirement }) => requirement)));
    return { surplus, costs, underlyings, headroom };
  } catch (error) {
    if (error instanceof ModelInputError) return null;
    throw error;
  }
}

/** Null when one has no price; what has expired fills no more. */
function rangesOf(
  orders: readonly OrderTerms[],
  market: AssessmentMarket,
): ReadonlyMap<InstrumentId, FillRange> | null {
  const ranges = new Map<InstrumentId, FillRange>();
  for (const { instrument, side, quantity } of orders) {
    const contract = market.open(instrument);
    if (contract === null) {
      if (market.contracts.hasExpired(instrument)) continue;
      return null;
    }
    const { bought, sold } = ranges.get(instrument) ?? { bought: ZERO, sold: ZERO };
    ranges.set(instrument, {
      contract,
      bought: side === 'buy' ? bought.plus(quantity) : bought,
      sold: side === 'sell' ? sold.plus(quantity) : sold,
    });
  }
  return ranges;
}

function groupedByUnderlying(ranges: ReadonlyMap<InstrumentId, FillRange>): ReadonlyMap<Underlying, FillRange[]> {
  const groups = new Map<Underlying, FillRange[]>();
  for (const [, range] of [...ranges].sort(([a], [b]) => compareText(a, b))) {
    const { underlying } = range.contract;
    groups.set(underlying, [...(groups.get(underlying) ?? []), range]);
  }
  return groups;
}

/** The largest are combined. */
function split(ranges: readonly FillRange[]): readonly [readonly FillRange[], readonly FillRange[]] {
  if (ranges.length <= COMBINED) return [ranges, []];
  const size = ({ contract, bought, sold }: FillRange): Decimal => notionalOf(contract, maxOf(bought, sold));
  const bySize = ranges
    .map((range) => ({ range, size: size(range) }))
    .sort((a, b) => b.size.cmp(a.size))
    .map(({ range }) => range);
  return [bySize.slice(0, COMBINED), bySize.slice(COMBINED)];
}

interface Combination {
  readonly surplus: Decimal;
  readonly fills: OrderRequirement['underlyings'][number]['fills'];
}

/** Every contract all bought or all sold, in every combination. */
function worstCombination(
  base: AssessedAccount,
  ranges: readonly FillRange[],
  surplusOf: (account: AssessedAccount) => Decimal,
): Combination {
  let worst: Combination | null = null;
  const visit = (account: AssessedAccount, index: number, fills: Combination['fills']): void => {
    const range = ranges[index];
    if (range === undefined) {
      const surplus = surplusOf(account);
      if (worst === null || surplus.lt(worst.surplus)) worst = { surplus, fills };
      return;
    }
    const { contract } = range;
    for (const quantity of [range.bought, range.sold.neg()]) {
      const filled = filledAccount(account, contract, quantity, contract.price);
      const told = quantity.isZero() ? fills : [...fills, { instrument: contract.instrument.id, quantity }];
      visit(filled, index + 1, told);
    }
  };
  visit(base, 0, []);
  return worst ?? { surplus: surplusOf(base), fills: [] };
}

/** What the worse side of a contract asks by itself: no offset against what is held counts. */
const aloneRequirement = (
  { contract, bought, sold }: FillRange,
  base: AssessedAccount,
  surplusOf: (account: AssessedAccount) => Decimal,
): Decimal => maxOf(fillAlone(contract, bought, base, surplusOf), fillAlone(contract, sold.neg(), base, surplusOf));

/** What a fill at the mark asks of an account that has nothing else, at the sizes of another. */
function fillAlone(
  contract: PricedContract,
  quantity: Decimal,
  base: AssessedAccount,
  surplusOf: (account: AssessedAccount) => Decimal,
): Decimal {
  const nothing: AssessedAccount = { ...base, collateral: new Map(), clearedHolds: new Map(), holdings: new Map() };
  return maxOf(ZERO, surplusOf(filledAccount(nothing, contract, quantity, contract.price)).neg());
}

/** What orders of one contract ask at most, USD per contract, whatever else the account holds. */
export interface OrderCharge {
  readonly instrument: InstrumentId;
  readonly mark: Decimal;
  /** At the mark or better, the fee included. A worse limit asks its distance from the mark more, and the fee on that. */
  readonly buy: Decimal;
  readonly sell: Decimal;
}

/**
 * Charges for whoever admits orders by the headroom alone: as long as all that he admits comes to no more than the headroom, and to no more
 * than the allowance of notional in any underlying, equity covers the initial requirement whichever of it fills.
 * @see docs/spec/orders.md CLR-ORD-008
 */
export function orderCharges(
  { market, rules, fees, allowance = ZERO }: OrderMarket,
  { of, others }: OrderedOwner,
  instruments: readonly InstrumentId[],
): readonly OrderCharge[] {
  const base: AssessedAccount = { ...of.account, ownerSizes: sizesWithFills([of, ...others], market, allowance) };
  const surplusOf = (account: AssessedAccount): Decimal => {
    const { equity, initial } = assessAccount(account, market, rules).figures;
    return equity.minus(initial);
  };
  return instruments.flatMap((instrument) => {
    const contract = market.open(instrument);
    if (contract === null) return [];
    const fee = inUsd(contract, feeOfFill(contract, ONE, contract.price, fees));
    const ask = (quantity: Decimal): Decimal =>
      roundUsd(fillAlone(contract, quantity, base, surplusOf).plus(fee), 'requirement');
    return [{ instrument, mark: contract.price, buy: ask(ONE), sell: ask(ONE.neg()) }];
  });
}

/**
 * Delta-equivalent notional by side over all accounts of an owner, each contract at the end of its range that is larger there.
 * @param held sizes of what the first of them holds, where they are known
 */
function sizesWithFills(
  accounts: readonly OrderedAccount[],
  market: AssessmentMarket,
  allowance: Decimal,
  held?: Sizes,
): Sizes {
  const sizes = new Map<Underlying, SideSizes>();
  const add = (underlying: Underlying, long: Decimal, short: Decimal): void => {
    const known = sizes.get(underlying) ?? { long: allowance, short: allowance };
    sizes.set(underlying, { long: known.long.plus(long), short: known.short.plus(short) });
  };
  if (!allowance.isZero()) for (const underlying of market.schedule.underlyings.keys()) add(underlying, ZERO, ZERO);
  for (const [i, { account, orders }] of accounts.entries()) {
    const own = (i === 0 ? held : undefined) ?? sizesOnMarket(account.holdings, market);
    for (const [underlying, { long, short }] of own) add(underlying, long, short);
    for (const { contract, bought, sold } of rangesOf(orders, market)?.values() ?? []) {
      const quantity = account.holdings.get(contract.instrument.id)?.quantity ?? ZERO;
      const present = deltaOf(contract, quantity, market);
      const ends = [quantity.plus(bought), quantity.minus(sold)].map((end) => deltaOf(contract, end, market));
      const long = maxOf(ZERO, ...ends).minus(maxOf(ZERO, present));
      add(contract.underlying, long, minOf(ZERO, present).minus(minOf(ZERO, ...ends)));
    }
  }
  return sizes;
}

const deltaOf = ({ instrument }: PricedContract, quantity: Decimal, market: AssessmentMarket): Decimal =>
  quantity.isZero() ? ZERO : market.figures.position({ instrument, quantity }, ZERO).exposure.delta;
