import {
  refusedByMode,
  refusedByStanding,
  type AccountId,
  type DecimalString,
  type HouseModeRefusal,
  type InstrumentId,
  type MarginFigures,
  type StandingRefusal,
} from '@ballast/facts';
import { dec, text, ZERO } from '@ballast/kernel';
import { writeFigures } from '../assess/assessment.js';
import { RESTRICTED } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import {
  LIMIT_CODES,
  limitBrokenBy,
  writeBrokenLimit,
  type BrokenLimit,
  type BrokenLimitFigures,
  type LimitRefusal,
} from '../limits/order-limits.js';
import { feesOf, requirementOfOrders, shakenByOrder } from '../orders/account-orders.js';
import { feeOfFill, signedOf, worseOf } from '../orders/order-cost.js';
import { riskyOrdersOf, type OrderTerms } from '../orders/open-orders.js';
import { isHedge, lowersCall, makesSmaller } from '../orders/risk-reducing.js';
import { filledAccount } from './filled-account.js';

export interface OrderToCheck {
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** Contracts (of a linear perpetual: base units), negative = sell. */
  readonly quantity: DecimalString;
  /** Limit, as the contract is quoted; absent: the mark. */
  readonly price?: DecimalString;
}

export type PreTradeRefusal =
  | 'account-unknown'
  | 'quantity-zero'
  | 'instrument-unknown'
  | 'instrument-halted'
  | 'instrument-delisted'
  | 'no-prices'
  | 'prices-halted'
  | 'account-reduce-only'
  | 'below-initial-requirement'
  | 'owner-below-initial-requirement'
  | LimitRefusal
  | HouseModeRefusal
  | StandingRefusal;

export interface PreTradeAnswer {
  readonly accepted: boolean;
  readonly code: PreTradeRefusal | null;
  /** @see preTradeCheck */
  readonly riskReducing: boolean;
  /** Equity and requirements of all levels, with the account as it is and as it would be; null without a schedule. */
  readonly before: MarginFigures | null;
  readonly after: MarginFigures | null;
  /** What the account could still lose to orders, USD, this one counted; null when nobody knows. */
  readonly headroom: DecimalString | null;
  /** The limit that the order would break, its figures as text; null: none was asked, or none breaks. */
  readonly limit: BrokenLimitFigures | null;
}

/**
 * May this order be sent to the book? None in an instrument that is halted, in one that ends only what makes a position smaller. Elsewhere risk-reducing orders always; from RESTRICTED on, and while frozen, nothing else; on halted prices, and when
 * the mode of the house forbids it, no new risk; nothing beyond a limit; otherwise equity must cover the initial requirement whichever of the account's
 * orders and reservations fill, this one among them.
 *
 * The fill is taken at the worse of limit and mark, and pays its fee: a limit better than the mark is no profit before it is made, and
 * one worse than the mark may be paid in full. Risk-reducing: the call requirement doesn't rise when the position gets smaller
 * without turning round, also after the open orders of the same side; or it falls and equity beyond it doesn't (a hedge is bought;
 * with other orders open it must be covered like any, since two hedges of the same position are none).
 * @see docs/spec/margin.md CLR-MRG-034, docs/spec/limits.md CLR-LIM-002, docs/spec/orders.md CLR-ORD-004, docs/spec/instrument-halts.md CLR-HLT-002, docs/spec/delisting.md CLR-DEL-003
 */
export function preTradeCheck(state: MarginState, order: OrderToCheck): PreTradeAnswer {
  const refused = (code: PreTradeRefusal): PreTradeAnswer => ({
    accepted: false,
    code,
    riskReducing: false,
    before: null,
    after: null,
    headroom: null,
    limit: null,
  });
  const account = state.book.find(order.accountId);
  if (account === undefined) return refused('account-unknown');
  if (account.standing === 'closed') return refused('account-closed');
  const quantity = dec(order.quantity);
  if (quantity.isZero()) return refused('quantity-zero');
  if (!state.contracts.has(order.instrument)) return refused('instrument-unknown');
  if (state.haltedInstruments.has(order.instrument)) return refused('instrument-halted');

  const assessor = assessorOf(state);
  const contract = assessor?.market.open(order.instrument) ?? null;
  const priced = order.price === undefined ? contract?.price : dec(order.price);
  const terms: OrderTerms = {
    instrument: order.instrument,
    side: quantity.isNegative() ? 'sell' : 'buy',
    quantity: quantity.abs(),
    price: priced ?? ZERO,
  };
  const risky = riskyOrdersOf(state.openOrders, account.accountId);
  const smaller = makesSmaller(account.holdings, risky, terms);
  if (state.delistings.has(order.instrument) && !smaller) return refused('instrument-delisted');
  if (assessor === null || contract === null) {
    return smaller ? { ...refused('no-prices'), accepted: true, code: null, riskReducing: true } : refused('no-prices');
  }
  const price = worseOf(terms.price, contract.price, terms.side);
  const fee = feeOfFill(contract, terms.quantity, price, feesOf(state, account));
  const valued = assessor.valuedAccount(account);
  const before = valued.figures;
  const filled = valued.changedTo(filledAccount(valued.account, contract, signedOf(terms), price, fee));
  const after = filled.figures;
  const riskReducing = smaller ? lowersCall(before, after) : risky.length === 0 && isHedge(before, after);
  const required = requirementOfOrders(state, assessor, account, { order: terms, filled });
  const answer = (code: PreTradeRefusal | null, limit: BrokenLimit | null = null): PreTradeAnswer => ({
    accepted: code === null,
    code,
    riskReducing,
    before: writeFigures(before),
    after: writeFigures(after),
    headroom: required === null ? null : text(required.headroom),
    limit: limit && writeBrokenLimit(limit),
  });
  if (riskReducing) return answer(null);
  const frozen = refusedByStanding(account.standing, 'take-risk');
  if (frozen !== null) return answer(frozen);
  if (state.book.stateOf(account) >= RESTRICTED) return answer('account-reduce-only');
  const forbidden = refusedByMode(state.houseMode, 'take-risk');
  if (forbidden !== null) return answer(forbidden);
  if (assessor.market.schedule.halted) return answer('prices-halted');
  if (required === null) return answer('no-prices');
  const broken = limitBrokenBy(state, account, terms, risky);
  if (broken !== null) return answer(LIMIT_CODES[broken.kind], broken);
  if (required.headroom.isNegative()) return answer('below-initial-requirement');
  const shaken = shakenByOrder(state, assessor, account, terms);
  return answer(shaken === undefined ? null : 'owner-below-initial-requirement');
}
