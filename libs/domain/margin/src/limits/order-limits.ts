import type { DecimalString, InstrumentId, Side } from '@ballast/facts';
import { limitsInForce } from '@ballast/instruments';
import { maxOf, minOf, ONE, text, ZERO, type Decimal } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { notionalOf } from '../assess/priced-contracts.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { riskyOrdersOf, type OrderTerms } from '../orders/open-orders.js';
import { endOf, ownerOf, sideOfUnderlying, usesOfSide, type LimitUse } from './limit-uses.js';

/** A limit that an order would break: `figure` counts the order. */
export interface BrokenLimit extends LimitUse {
  /** What could be ordered on that side without breaking it, contracts or USD, not below 0. */
  readonly headroom: Decimal;
}

/** What a refusal is called. */
export const LIMIT_CODES = {
  position: 'position-limit',
  concentration: 'concentration-limit',
  'open-interest': 'open-interest-limit',
} as const satisfies Record<LimitUse['kind'], string>;

export type LimitRefusal = (typeof LIMIT_CODES)[LimitUse['kind']];

const WHOSE = {
  account: 'The account',
  owner: 'All accounts of the owner',
  house: 'All accounts of the house',
} as const;

/** A sentence with the figure, the limit and what is left. */
export function brokenLimitText({ instrument, underlying, side, holder, ...of }: BrokenLimitFigures): string {
  const unit = instrument ?? `USD of ${underlying ?? ''}`;
  return `${WHOSE[holder]} would be ${side} up to ${of.figure} ${unit}, of at most ${of.limit}; ${of.headroom} may still be ordered.`;
}

/** The same as it is told. */
export type BrokenLimitFigures = {
  readonly [Name in keyof BrokenLimit]: BrokenLimit[Name] extends Decimal ? DecimalString : BrokenLimit[Name];
};

export const writeBrokenLimit = ({ limit, figure, headroom, ...use }: BrokenLimit): BrokenLimitFigures => ({
  ...use,
  limit: text(limit),
  figure: text(figure),
  headroom: text(headroom),
});

/** One side of one contract, beside what may fill in it already. */
interface OrderedSide {
  /** Contracts that only close what is held on the other side. */
  readonly closing: Decimal;
  readonly uses: readonly LimitUse[];
  /** USD of notional of a contract; null without a price. */
  readonly unitNotional: Decimal | null;
}

/** Contracts that only close what is held on the other side, once everything on this one has filled. */
const closingOf = (...of: Parameters<typeof endOf>): Decimal => maxOf(ZERO, endOf(...of).neg());

/** @param counted what may fill in the account beside an order */
function orderedSide(
  state: MarginState,
  account: AccountRecord,
  instrument: InstrumentId,
  side: Side,
  counted: readonly OrderTerms[],
): OrderedSide | undefined {
  const limits = limitsInForce(state.accountsRules);
  const terms = state.contracts.get(instrument)?.instrument;
  if (limits === undefined || terms === undefined) return undefined;
  const owner = ownerOf(state, account, (accountId) =>
    accountId === account.accountId ? counted : riskyOrdersOf(state.openOrders, accountId),
  );
  const of = { account, orders: counted };
  const { underlying } = terms;
  const contract = assessorOf(state)?.market.open(instrument) ?? null;
  const concentration = {
    kind: 'concentration',
    instrument: null,
    underlying,
    side: sideOfUnderlying(terms, side),
  } as const;
  return {
    closing: closingOf(of, instrument, side),
    unitNotional: contract && notionalOf(contract, ONE),
    uses: [
      ...usesOfSide(state, limits, { kind: 'position', instrument, underlying: null, side }, of, owner),
      ...usesOfSide(state, limits, concentration, of, owner),
    ],
  };
}

/**
 * The first limit that an order would break, once everything that may fill on its side has filled; null: none, or it closes only.
 * @param counted what may fill in the account beside it
 * @see docs/spec/limits.md CLR-LIM-002
 */
export function limitBrokenBy(
  state: MarginState,
  account: AccountRecord,
  { instrument, side, quantity }: OrderTerms,
  counted: readonly OrderTerms[],
): BrokenLimit | null {
  const ordered = orderedSide(state, account, instrument, side === 'buy' ? 'long' : 'short', counted);
  if (ordered === undefined) return null;
  const opening = quantity.minus(ordered.closing);
  if (!opening.gt(0)) return null;
  for (const use of ordered.uses) {
    const figure = use.figure.plus(
      use.kind === 'concentration' ? opening.times(ordered.unitNotional ?? ZERO) : opening,
    );
    if (figure.gt(use.limit)) return { ...use, figure, headroom: maxOf(ZERO, use.limit.minus(use.figure)) };
  }
  return null;
}

/** Contracts that limits, and the end of a perpetual, let an account order on a side beside what may fill already; null: nothing limits it. */
export function roomWithinLimits(
  state: MarginState,
  account: AccountRecord,
  instrument: InstrumentId,
  side: Side,
): Decimal | null {
  const counted = riskyOrdersOf(state.openOrders, account.accountId);
  const ends = state.delistings.get(instrument);
  if (ends === 'ended') return ZERO;
  if (ends === 'reduce-only') return closingOf({ account, orders: counted }, instrument, side);
  const ordered = orderedSide(state, account, instrument, side, counted);
  const [first, ...others] = (ordered?.uses ?? []).map(({ kind, limit, figure }) => {
    const left = maxOf(ZERO, limit.minus(figure));
    const unit = ordered?.unitNotional ?? null;
    return kind !== 'concentration' ? left : unit === null || unit.isZero() ? ZERO : left.div(unit);
  });
  if (ordered === undefined || first === undefined) return null;
  const lot = state.contracts.get(instrument)?.lot;
  const room = minOf(first, ...others);
  return ordered.closing.plus(lot === undefined ? room : room.div(lot).floor().times(lot));
}
