import { ZERO, dec, type Decimal } from '@ballast/kernel';
import type { AssessmentDetail, LiquidationEvents, MarginGlobalEvents } from '@ballast/facts';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import { bankruptcyPrices, lossBearingEquity, type BankruptcyPrice } from './bankruptcy-price.js';
import type { LiquidationCase } from './liquidation-case.state.js';
import { chooseSlice, type Slice } from './slice-choice.js';

/** What a case stands on when its next step is decided. */
export interface CaseBasis {
  /** Newest assessment of the account by margin. */
  readonly assessment: AssessmentDetail | undefined;
  /** Version of the account as accounts' log has told it so far. */
  readonly accountVersion: number;
  /** Schedule the assessment was made on; undefined while it has not arrived, or is too old to act on. */
  readonly schedule: MarginGlobalEvents['ScheduleInForce'] | undefined;
  /** True while the newest schedule is on HALT: nothing is closed at frozen prices. */
  readonly halted: boolean;
}

export type Waiting =
  | 'orders-not-cancelled'
  | 'slice-outstanding'
  | 'fund-not-answered'
  | 'deleveraging'
  | 'no-valid-assessment'
  | 'prices-halted'
  | 'book-too-thin'
  | 'debt-secured-by-collateral';

/**
 * The ladder, one step at a time. A further rung (collateral conversion, hedge, auction, take-over) is a further case
 * here and a further branch in `nextStep`.
 */
export type Step =
  | { readonly kind: 'wait'; readonly for: Waiting }
  | { readonly kind: 'draw-from-fund'; readonly deficit: Decimal }
  | { readonly kind: 'deleverage'; readonly positions: readonly BankruptcyPrice[]; readonly schedule: number }
  | { readonly kind: 'close-out'; readonly slice: Slice; readonly assessment: AssessmentDetail }
  | {
      readonly kind: 'end';
      readonly outcome: LiquidationEvents['LiquidationClosed']['outcome'];
      readonly uncoveredLoss: Decimal;
    };

const wait = (reason: Waiting): Step => ({ kind: 'wait', for: reason });

/**
 * Decides what a case does next. Everything under way must have been booked and assessed before: so a step never acts
 * on figures that another step is about to change.
 * @see docs/architecture.md section 4 (a slice, bankrupt)
 */
export function nextStep(current: LiquidationCase, basis: CaseBasis, policy: LiquidationPolicy): Step {
  if (!current.ordersCancelled) return wait('orders-not-cancelled');
  if (current.order !== null || current.settling !== null) return wait('slice-outstanding');
  if (current.draw !== null) return wait('fund-not-answered');
  if (current.deleveraging.some(({ quantity, closed }) => closed.lt(quantity))) return wait('deleveraging');

  const { assessment, accountVersion, schedule, halted } = basis;
  if (assessment === undefined || assessment.accountVersion !== accountVersion || schedule === undefined) {
    return wait('no-valid-assessment');
  }
  if (halted || schedule.status === 'HALT') return wait('prices-halted');
  return stepOn(current, assessment, schedule, policy);
}

function stepOn(
  current: LiquidationCase,
  assessment: AssessmentDetail,
  schedule: MarginGlobalEvents['ScheduleInForce'],
  policy: LiquidationPolicy,
): Step {
  const equity = dec(assessment.figures.equity);
  const lossBearing = lossBearingEquity(assessment);
  if (lossBearing.lt(0)) return bankruptStep(current, assessment, lossBearing.neg());
  if (assessment.positions.length === 0) {
    // What is owed is secured by collateral in another asset: it stays locked, and nobody pays for the client.
    if (equity.lt(0)) return wait('debt-secured-by-collateral');
    return { kind: 'end', outcome: flatOutcome(current), uncoveredLoss: ZERO };
  }
  if (equity.gte(dec(schedule.targetHealth).times(dec(assessment.figures.call)))) {
    return { kind: 'end', outcome: 'restored', uncoveredLoss: ZERO };
  }
  // The same schedule would send the same order into the same book.
  if (current.thinSchedule !== null && assessment.schedule <= current.thinSchedule) return wait('book-too-thin');
  return { kind: 'close-out', slice: chooseSlice(assessment, schedule, policy), assessment };
}

/** Loss-bearing equity below zero: first the fund; what it does not pay is taken over by the other side, or is nobody's. */
function bankruptStep(current: LiquidationCase, assessment: AssessmentDetail, deficit: Decimal): Step {
  if (!current.fundExhausted) return { kind: 'draw-from-fund', deficit };
  if (assessment.positions.length === 0) {
    return { kind: 'end', outcome: flatOutcome(current), uncoveredLoss: deficit };
  }
  return { kind: 'deleverage', positions: bankruptcyPrices(assessment), schedule: assessment.schedule };
}

const flatOutcome = ({ deleveraging }: LiquidationCase): 'closed-out' | 'deleveraged' =>
  deleveraging.length > 0 ? 'deleveraged' : 'closed-out';
