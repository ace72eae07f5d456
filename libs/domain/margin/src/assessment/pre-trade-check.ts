import type { AccountId, InstrumentId, MarginFigures, Underlying } from '@ballast/facts';
import { NO_POSITION, tradeAtAverageCost, type Instrument } from '@ballast/instruments';
import { dec, ZERO, type Decimal } from '@ballast/kernel';
import { scheduleInForce, type MarginState } from '../margin.state.js';
import { filledPortfolio } from '../portfolio/filled-portfolio.js';
import { portfolioAccountOf, portfolioMarketOf } from '../portfolio/portfolio-accounts.js';
import { termsOf } from '../portfolio/priced-contracts.js';
import type { AccountRecord } from '../run/account-book.js';
import { underlyingOfPerpetual } from '../underlyings.js';
import type { ScheduleFigures } from './schedule-figures.js';
import { assess, sideOf, writeFigures, type AccountFigures, type ExactFigures } from './assess.js';
import { checkedAccount } from './checked-account.js';
import { RESTRICTED } from './margin-state.js';

export interface OrderToCheck {
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** Contracts (of a linear perpetual: base units), negative = sell. */
  readonly quantity: string;
  /** Price it would be filled at, as the contract is quoted; the mark when absent. */
  readonly price?: string;
}

export type PreTradeRefusal =
  | 'account-unknown'
  | 'quantity-zero'
  | 'instrument-unknown'
  | 'no-prices'
  | 'prices-halted'
  | 'account-reduce-only'
  | 'below-initial-requirement';

export interface PreTradeAnswer {
  readonly accepted: boolean;
  readonly code: PreTradeRefusal | null;
  /** @see preTradeCheck */
  readonly riskReducing: boolean;
  /** Equity and requirements of both levels, with the account as it is and as it would be; null without a schedule. */
  readonly before: MarginFigures | null;
  readonly after: MarginFigures | null;
}

/** The account as it would be after the fill; the owner's sums move with it. Fees are not part of the check. */
function filledAccount(
  account: AccountFigures,
  underlying: Underlying,
  instrument: Instrument,
  quantity: Decimal,
  price: Decimal,
): AccountFigures {
  const held = account.positions.get(underlying) ?? NO_POSITION;
  const { position, realised } = tradeAtAverageCost(instrument, held, quantity, price);
  const share = (of: Decimal, side: string): Decimal => (!of.isZero() && sideOf(of) === side ? of.abs() : ZERO);
  return {
    ...account,
    collateral: new Map(account.collateral).set('USD', (account.collateral.get('USD') ?? ZERO).plus(realised)),
    positions: new Map(account.positions).set(underlying, position),
    ownerQuantity: (of, side) => {
      const quantityBefore = account.ownerQuantity(of, side);
      if (of !== underlying) return quantityBefore;
      return quantityBefore.minus(share(held.quantity, side)).plus(share(position.quantity, side));
    },
  };
}

/**
 * May this order be sent to the book? Risk-reducing orders always; from RESTRICTED on nothing else; on halted prices no
 * new risk; otherwise equity after the fill must cover the initial requirement after it.
 *
 * Risk-reducing, of an account with linear perpetuals alone: the position gets smaller without turning round. In a portfolio
 * a position may be the hedge of another one, so there the call requirement decides: it doesn't rise when a position gets
 * smaller, or it falls and equity beyond it doesn't (a hedge is bought).
 * @see docs/spec/margin.md
 */
export function preTradeCheck(state: MarginState, order: OrderToCheck): PreTradeAnswer {
  const account = state.book.find(order.accountId);
  const unassessed = { before: null, after: null };
  if (account === undefined) return { accepted: false, code: 'account-unknown', riskReducing: false, ...unassessed };
  const quantity = dec(order.quantity);
  if (quantity.isZero()) return { accepted: false, code: 'quantity-zero', riskReducing: false, ...unassessed };
  const terms = termsOf(order.instrument, state);
  if (terms === undefined) return { accepted: false, code: 'instrument-unknown', riskReducing: false, ...unassessed };
  const held = heldOf(account, order.instrument);
  const smaller = !held.isZero() && held.isNegative() !== quantity.isNegative() && quantity.abs().lte(held.abs());

  const schedule = scheduleInForce(state);
  const checked = schedule === null ? null : assessFill(state, account, schedule, terms.instrument, order);
  if (schedule === null || checked === null) {
    return { accepted: smaller, code: smaller ? null : 'no-prices', riskReducing: smaller, ...unassessed };
  }
  const { before, after, portfolio } = checked;
  const riskReducing = portfolio ? lowersRisk(before, after, smaller) : smaller;
  const answer = (code: PreTradeRefusal | null): PreTradeAnswer => ({
    accepted: code === null,
    code,
    riskReducing,
    before: writeFigures(before),
    after: writeFigures(after),
  });
  if (riskReducing) return answer(null);
  if (state.book.stateOf(account) >= RESTRICTED) return answer('account-reduce-only');
  if (schedule.halted) return answer('prices-halted');
  return answer(after.equity.lt(after.initial) ? 'below-initial-requirement' : null);
}

function lowersRisk(before: ExactFigures, after: ExactFigures, smaller: boolean): boolean {
  if (smaller && after.call.lte(before.call)) return true;
  const surplus = ({ equity, call }: ExactFigures): Decimal => equity.minus(call);
  return after.call.lt(before.call) && surplus(after).gte(surplus(before));
}

interface CheckedFill {
  readonly before: ExactFigures;
  readonly after: ExactFigures;
  /** By a portfolio model, before or after. */
  readonly portfolio: boolean;
}

/** Figures before and after the fill; null when the contract has no price, or has expired. */
function assessFill(
  state: MarginState,
  account: AccountRecord,
  schedule: ScheduleFigures,
  instrument: Instrument,
  order: OrderToCheck,
): CheckedFill | null {
  const underlying = underlyingOfPerpetual(order.instrument);
  const quantity = dec(order.quantity);
  const portfolio = state.book.isPortfolio(account);
  if (underlying !== null && !portfolio) {
    const mark = schedule.underlyings.get(underlying)?.mark;
    if (mark === undefined) return null;
    const price = order.price === undefined ? mark : dec(order.price);
    const figures = state.book.figuresOf(account);
    const filled = filledAccount(figures, underlying, instrument, quantity, price);
    return { before: assess(figures, schedule).figures, after: assess(filled, schedule).figures, portfolio };
  }
  const market = portfolioMarketOf(state, schedule);
  const contract = market.open(order.instrument);
  if (contract === null) return null;
  const price = order.price === undefined ? contract.price : dec(order.price);
  const checked = checkedAccount(portfolioAccountOf(state, account), market);
  const before = portfolio ? checked.figures : assess(state.book.figuresOf(account), schedule).figures;
  const after = checked.figuresOf(filledPortfolio(checked.account, contract, quantity, price));
  return { before, after, portfolio: true };
}

function heldOf({ positions, contracts }: AccountRecord, instrument: InstrumentId): Decimal {
  const underlying = underlyingOfPerpetual(instrument);
  const held = underlying === null ? contracts.get(instrument) : positions.get(underlying);
  return held?.quantity ?? ZERO;
}
