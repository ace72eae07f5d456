import type { AccountId, InstrumentId, Side, Underlying } from '@ballast/facts';
import type { HolderLimits, Instrument, PositionLimits } from '@ballast/instruments';
import { maxOf, ZERO, type Decimal } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { notionalOf } from '../assess/priced-contracts.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { signedOf } from '../orders/order-cost.js';
import type { OrderTerms } from '../orders/open-orders.js';

/** What a limit bounds, and on which side. */
export interface LimitedSide {
  readonly kind: 'position' | 'concentration' | 'open-interest';
  /** Of a position and of open interest. */
  readonly instrument: InstrumentId | null;
  /** Of a concentration. */
  readonly underlying: Underlying | null;
  /** Long or short of the contract, or of the underlying: a bought put is short of it. */
  readonly side: Side;
}

/** A limit, and how much of it is used: contracts, or USD of a concentration. */
export interface LimitUse extends LimitedSide {
  readonly holder: 'account' | 'owner' | 'house';
  readonly limit: Decimal;
  readonly figure: Decimal;
}

/** An account, with what may fill in it as far as that counts. */
export interface LimitedAccount {
  readonly account: AccountRecord;
  readonly orders: readonly OrderTerms[];
}

const SIDES: readonly Side[] = ['long', 'short'];

const isOn = (quantity: Decimal, side: Side): boolean => quantity.isNegative() === (side === 'short');

/** Contracts at the end of a side once all orders of that side have filled; negative as far as they only close. */
export function endOf({ account, orders }: LimitedAccount, instrument: InstrumentId, side: Side): Decimal {
  const held = account.holdings.get(instrument)?.quantity ?? ZERO;
  const end = orders.reduce((reached, order) => {
    const signed = signedOf(order);
    return order.instrument === instrument && isOn(signed, side) ? reached.plus(signed) : reached;
  }, held);
  return side === 'short' ? end.neg() : end;
}

/** Contracts that an account may come to hold on a side. */
const heldOn = (of: LimitedAccount, instrument: InstrumentId, side: Side): Decimal =>
  maxOf(ZERO, endOf(of, instrument, side));

const otherSide = (side: Side): Side => (side === 'long' ? 'short' : 'long');

/** The side of the underlying on which a side of a contract lies. */
export const sideOfUnderlying = (instrument: Instrument, side: Side): Side =>
  instrument.kind === 'option' && instrument.type === 'put' ? otherSide(side) : side;

/** USD of notional on a side of an underlying; what has no price counts nothing until it has one. */
function concentrationOf(state: MarginState, of: LimitedAccount, underlying: Underlying, side: Side): Decimal {
  const market = assessorOf(state)?.market;
  const ids = new Set([...of.account.holdings.keys(), ...of.orders.map(({ instrument }) => instrument)]);
  return [...ids].reduce((total, id) => {
    const contract = market?.open(id) ?? null;
    if (contract?.underlying !== underlying) return total;
    const contracts = heldOn(of, id, sideOfUnderlying(contract.instrument, side));
    return contracts.isZero() ? total : total.plus(notionalOf(contract, contracts));
  }, ZERO);
}

/** What is held of a limited side. */
const figureOf = (state: MarginState, of: LimitedAccount, { instrument, underlying, side }: LimitedSide): Decimal =>
  instrument === null ? concentrationOf(state, of, underlying ?? '', side) : heldOn(of, instrument, side);

/** Uses of the limits of one account and of its owner on a side that has some. */
function usesOn(
  state: MarginState,
  side: LimitedSide,
  limits: HolderLimits,
  of: LimitedAccount,
  owner: readonly LimitedAccount[],
): readonly LimitUse[] {
  const ownerFigure = (): Decimal => owner.reduce((total, each) => total.plus(figureOf(state, each, side)), ZERO);
  return [
    ...(limits.account === null
      ? []
      : [{ ...side, holder: 'account' as const, limit: limits.account, figure: figureOf(state, of, side) }]),
    ...(limits.owner === null
      ? []
      : [{ ...side, holder: 'owner' as const, limit: limits.owner, figure: ownerFigure() }]),
  ];
}

/** Everything that the document limits, on both sides. */
export const limitedSides = ({ instruments, underlyings }: PositionLimits): readonly LimitedSide[] => [
  ...[...instruments.keys()].flatMap((instrument) =>
    SIDES.map((side) => ({ kind: 'position' as const, instrument, underlying: null, side })),
  ),
  ...[...underlyings.keys()].flatMap((underlying) =>
    SIDES.map((side) => ({ kind: 'concentration' as const, instrument: null, underlying, side })),
  ),
];

/** Uses of the limits on one side, of the account, its owner and, where it is limited, the house. */
export function usesOfSide(
  state: MarginState,
  limits: PositionLimits,
  limited: LimitedSide,
  of: LimitedAccount,
  owner: readonly LimitedAccount[],
): readonly LimitUse[] {
  const { instrument, underlying, side } = limited;
  if (instrument === null) {
    const most = limits.underlyings.get(underlying ?? '');
    return most === undefined ? [] : usesOn(state, limited, most, of, owner);
  }
  const most = limits.instruments.get(instrument);
  if (most === undefined) return [];
  const uses = usesOn(state, limited, most, of, owner);
  if (most.openInterest === null) return uses;
  const figure = state.openInterest.get(instrument)?.[side] ?? ZERO;
  return [...uses, { ...limited, kind: 'open-interest', holder: 'house', limit: most.openInterest, figure }];
}

/** An account as its limits look at it. @param ordersOf what may fill in an account */
export function ownerOf(
  { book }: MarginState,
  account: AccountRecord,
  ordersOf: (accountId: AccountId) => readonly OrderTerms[],
): readonly LimitedAccount[] {
  return book.slotsOfOwner(account).map((slot) => {
    const each = book.accounts[slot] as AccountRecord;
    return { account: each, orders: ordersOf(each.accountId) };
  });
}
