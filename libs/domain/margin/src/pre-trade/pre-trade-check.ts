import {
  refusedByMode,
  type AccountId,
  type DecimalString,
  type HouseModeRefusal,
  type InstrumentId,
  type MarginFigures,
} from '@ballast/facts';
import { dec, maxOf, minOf, ZERO, type Decimal } from '@ballast/kernel';
import { writeFigures, type ExactFigures } from '../assess/assessment.js';
import { RESTRICTED } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';
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
  | 'no-prices'
  | 'prices-halted'
  | 'account-reduce-only'
  | 'below-initial-requirement'
  | HouseModeRefusal;

export interface PreTradeAnswer {
  readonly accepted: boolean;
  readonly code: PreTradeRefusal | null;
  /** @see preTradeCheck */
  readonly riskReducing: boolean;
  /** Equity and requirements of all levels, with the account as it is and as it would be; null without a schedule. */
  readonly before: MarginFigures | null;
  readonly after: MarginFigures | null;
}

/**
 * May this order be sent to the book? Risk-reducing orders always; from RESTRICTED on nothing else; on halted prices, and when
 * the mode of the house forbids it, no new risk; otherwise equity after the fill must cover the initial requirement after it.
 *
 * The fill is taken at the worse of limit and mark: a limit better than the mark is no profit before it is made, and one worse than
 * the mark may be paid in full. Risk-reducing: the call requirement doesn't rise when the position gets smaller without turning
 * round, or it falls and equity beyond it doesn't (a hedge is bought).
 * @see docs/spec/margin.md CLR-MRG-034
 */
export function preTradeCheck(state: MarginState, order: OrderToCheck): PreTradeAnswer {
  const refused = (code: PreTradeRefusal): PreTradeAnswer => ({
    accepted: false,
    code,
    riskReducing: false,
    before: null,
    after: null,
  });
  const account = state.book.find(order.accountId);
  if (account === undefined) return refused('account-unknown');
  const quantity = dec(order.quantity);
  if (quantity.isZero()) return refused('quantity-zero');
  if (!state.contracts.has(order.instrument)) return refused('instrument-unknown');
  const held = account.holdings.get(order.instrument)?.quantity ?? ZERO;
  const smaller = !held.isZero() && held.isNegative() !== quantity.isNegative() && quantity.abs().lte(held.abs());

  const assessor = assessorOf(state);
  const contract = assessor?.market.open(order.instrument) ?? null;
  if (assessor === null || contract === null) {
    return smaller ? { ...refused('no-prices'), accepted: true, code: null, riskReducing: true } : refused('no-prices');
  }
  const price = worseOf(order.price === undefined ? contract.price : dec(order.price), contract.price, quantity);
  const checked = assessor.checked(account);
  const before = checked.figures;
  const after = checked.figuresOf(filledAccount(checked.account, contract, quantity, price));
  const riskReducing = lowersRisk(before, after, smaller);
  const answer = (code: PreTradeRefusal | null): PreTradeAnswer => ({
    accepted: code === null,
    code,
    riskReducing,
    before: writeFigures(before),
    after: writeFigures(after),
  });
  if (riskReducing) return answer(null);
  if (state.book.stateOf(account) >= RESTRICTED) return answer('account-reduce-only');
  const forbidden = refusedByMode(state.houseMode, 'take-risk');
  if (forbidden !== null) return answer(forbidden);
  if (assessor.market.schedule.halted) return answer('prices-halted');
  return answer(after.equity.lt(after.initial) ? 'below-initial-requirement' : null);
}

const worseOf = (limit: Decimal, mark: Decimal, quantity: Decimal): Decimal =>
  quantity.isNegative() ? minOf(limit, mark) : maxOf(limit, mark);

function lowersRisk(before: ExactFigures, after: ExactFigures, smaller: boolean): boolean {
  if (smaller && after.call.lte(before.call)) return true;
  const surplus = ({ equity, call }: ExactFigures): Decimal => equity.minus(call);
  return after.call.lt(before.call) && surplus(after).gte(surplus(before));
}
