import {
  refusedByMode,
  type AccountId,
  type AccountMarginState,
  type DecimalString,
  type InstrumentId,
  type Instant,
  type TradeSide,
  type Underlying,
} from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import type { AssessedAccount } from '../assess/assessment.js';
import { MARGIN_STATES, RESTRICTED } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { roomWithinLimits } from '../limits/order-limits.js';
import { headroomWithin, requirementOfOrders } from './account-orders.js';
import { openOrdersOf, ordersOf, type OrderTerms } from './open-orders.js';
import type { OrderRequirement } from './worst-fills.js';

interface OrderLine {
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** Contracts that may still fill. */
  readonly quantity: DecimalString;
  readonly price: DecimalString;
}

/** What orders require, as the interface says it; USD. @see OrderRequirement */
export interface OrderRequirementLines {
  readonly surplus: DecimalString;
  readonly costs: DecimalString;
  readonly underlyings: readonly {
    readonly underlying: Underlying;
    readonly requirement: DecimalString;
    readonly fills: readonly { readonly instrument: InstrumentId; readonly quantity: DecimalString }[];
  }[];
  readonly headroom: DecimalString;
}

/** An account's orders and reservations, and what they require together. */
export interface AccountOrdersView {
  readonly orders: readonly (OrderLine & { readonly orderId: string })[];
  readonly reservations: readonly (OrderLine & { readonly reservationId: string; readonly expiresAt: Instant })[];
  /** Null before the first schedule, and while something that may fill has no price. */
  readonly requirement: OrderRequirementLines | null;
}

const lineOf = ({ instrument, side, quantity, price }: OrderTerms): OrderLine => ({
  instrument,
  side,
  quantity: text(quantity),
  price: text(price),
});

const writeRequirement = ({ surplus, costs, underlyings, headroom }: OrderRequirement): OrderRequirementLines => ({
  surplus: text(surplus),
  costs: text(costs),
  underlyings: underlyings.map(({ underlying, requirement, fills }) => ({
    underlying,
    requirement: text(requirement),
    fills: fills.map(({ instrument, quantity }) => ({ instrument, quantity: text(quantity) })),
  })),
  headroom: text(headroom),
});

/**
 * Undefined when margin does not know the account.
 * @param imagined the account as somebody imagines it; absent: as it is
 */
export function ordersOfAccount(
  state: MarginState,
  accountId: AccountId,
  imagined?: AssessedAccount,
): AccountOrdersView | undefined {
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  const assessor = assessorOf(state);
  const asked = assessor === null || imagined === undefined ? {} : { imagined: assessor.valued(imagined) };
  const required = assessor && requirementOfOrders(state, assessor, account, asked);
  return {
    orders: openOrdersOf(state.openOrders, accountId).map((order) => ({ orderId: order.orderId, ...lineOf(order) })),
    reservations: [...ordersOf(state.openOrders, accountId).reservations].map(([reservationId, reservation]) => ({
      reservationId,
      ...lineOf(reservation),
      expiresAt: reservation.expiresAt,
    })),
    requirement: required && writeRequirement(required),
  };
}

/** What may be admitted without asking. @see docs/spec/orders.md CLR-ORD-008 */
export interface Headroom {
  readonly accountId: AccountId;
  readonly state: AccountMarginState;
  /** `all`: orders within the headroom; `reducing`: only what makes a position smaller. */
  readonly admits: 'all' | 'reducing';
  /** USD; null when nobody knows. */
  readonly headroom: DecimalString | null;
  /** USD of notional that may be added to each underlying on this answer. */
  readonly allowance: DecimalString;
  /** Of the instruments that were asked for: nothing trades in them, so there is no charge either. */
  readonly halted: readonly InstrumentId[];
  readonly charges: readonly {
    readonly instrument: InstrumentId;
    readonly mark: DecimalString;
    readonly buy: DecimalString;
    readonly sell: DecimalString;
    /** Contracts that limits leave on each side, beside what is counted; null: nothing limits it. */
    readonly room: { readonly buy: DecimalString | null; readonly sell: DecimalString | null };
  }[];
  /** What of the exchange is counted: orders up to this position of exchange.orders, with the account at this version. */
  readonly ordersUpTo: number;
  readonly accountVersion: number;
  /** Position of the schedule in margin global; null before the first. */
  readonly schedule: number | null;
}

function roomText(...asked: Parameters<typeof roomWithinLimits>): DecimalString | null {
  const room = roomWithinLimits(...asked);
  return room && text(room);
}

/** Undefined when margin does not know the account. @param allowance USD of notional */
export function headroomOf(
  state: MarginState,
  accountId: AccountId,
  allowance: DecimalString,
  instruments: readonly InstrumentId[],
): Headroom | undefined {
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  const halted = instruments.filter((instrument) => state.haltedInstruments.has(instrument));
  const trading = instruments.filter((instrument) => !state.haltedInstruments.has(instrument));
  const assessor = assessorOf(state);
  const within = assessor && headroomWithin(state, assessor, account, dec(allowance), trading);
  const headroom = within?.headroom ?? null;
  const standing = state.book.stateOf(account);
  const isOpen =
    standing < RESTRICTED &&
    account.standing === 'open' &&
    refusedByMode(state.houseMode, 'take-risk') === null &&
    assessor?.market.schedule.halted === false &&
    headroom?.isNegative() === false;
  return {
    accountId,
    state: MARGIN_STATES[standing] ?? 'HEALTHY',
    admits: isOpen ? 'all' : 'reducing',
    headroom: headroom === null ? null : text(headroom),
    allowance,
    halted,
    charges: (within?.charges ?? []).map(({ instrument, mark, buy, sell }) => ({
      instrument,
      mark: text(mark),
      buy: text(buy),
      sell: text(sell),
      room: {
        buy: roomText(state, account, instrument, 'long'),
        sell: roomText(state, account, instrument, 'short'),
      },
    })),
    ordersUpTo: state.openOrders.upTo,
    accountVersion: account.version,
    schedule: assessor?.market.schedule.position ?? null,
  };
}
