import { Decimal, ZERO, compareText, dec, invariant, maxOf, minOf, sum } from '@ballast/kernel';
import type {
  AssessmentDetail,
  InstrumentId,
  MarginGlobalEvents,
  PositionRequirement,
  Side,
  UnderlyingSchedule,
} from '@ballast/facts';
import { largestSliceNotional, type LiquidationPolicy } from '../liquidation-policy.js';
import { readBrackets, requirementOfPart, type BracketFigures } from './bracketed-requirement.js';
import { RATE_DIGITS, costParameters, modelledCost, provisionalRate, type ModelledCost } from './slice-cost.js';

/** A position of an assessment with everything that its close-out is sized by. */
export interface CloseablePosition {
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Base units, > 0. */
  readonly quantity: Decimal;
  readonly mark: Decimal;
  readonly lot: Decimal;
  /** The owner's notional on this side in other accounts, USD. */
  readonly othersNotional: Decimal;
  readonly brackets: readonly BracketFigures[];
  /** Call requirement of the whole position, USD, unrounded. */
  readonly requirement: Decimal;
  readonly cost: ModelledCost;
  /** e: equity attributable to the position over its notional, pro rata to the call requirement; rounded down. */
  readonly equityRate: Decimal;
  /** Largest notional of one order, USD. */
  readonly largestSlice: Decimal;
}

/** Part of a position to be closed by one order. */
export interface Slice {
  readonly position: CloseablePosition;
  readonly quantity: Decimal;
  readonly provisionalRate: Decimal;
  /** Call requirement that the account is rid of when all of it is filled, USD, unrounded. */
  readonly requirementFreed: Decimal;
}

/**
 * Equity attributable to a position over its notional, pro rata to the call requirement:
 *   e = equity * (call of the position / call of all positions) / notional
 * @returns fraction, rounded down to 16 digits; negative when the account is bankrupt
 */
export function attributableEquityRate(
  equity: Decimal,
  position: Pick<PositionRequirement, 'call' | 'notional'>,
  totalCall: Decimal,
): Decimal {
  invariant(totalCall.gt(0), 'an account with positions has a requirement');
  return equity
    .times(dec(position.call))
    .div(totalCall.times(dec(position.notional)))
    .toDecimalPlaces(RATE_DIGITS, Decimal.ROUND_FLOOR);
}

/** The positions of an assessment, by instrument, with cost and requirement of the schedule it was made on. */
export function closeablePositions(
  assessment: AssessmentDetail,
  underlyings: readonly UnderlyingSchedule[],
  policy: LiquidationPolicy,
): readonly CloseablePosition[] {
  const totalCall = sum(assessment.positions.map(({ call }) => dec(call)));
  const equity = dec(assessment.figures.equity);
  return [...assessment.positions]
    .sort((a, b) => compareText(a.instrument, b.instrument))
    .map((position) => {
      const schedule = underlyings.find(({ instrument }) => instrument === position.instrument);
      invariant(schedule !== undefined, `no schedule for ${position.instrument}`);
      const ownerNotional = dec(position.ownerNotional);
      const othersNotional = maxOf(ownerNotional.minus(dec(position.notional)), ZERO);
      const brackets = readBrackets(schedule.callBrackets);
      return {
        instrument: position.instrument,
        side: position.side,
        quantity: dec(position.quantity).abs(),
        mark: dec(position.mark),
        lot: policy.lots[position.instrument],
        othersNotional,
        brackets,
        requirement: requirementOfPart(dec(position.notional), othersNotional, brackets),
        cost: modelledCost(ownerNotional, costParameters(schedule)),
        equityRate: attributableEquityRate(equity, position, totalCall),
        largestSlice: largestSliceNotional(policy, schedule.liquidationCost),
      };
    });
}

/** Call requirement freed by closing `quantity` of a position, USD: real brackets, the owner's other accounts unchanged. */
export function requirementFreed(position: CloseablePosition, quantity: Decimal): Decimal {
  const { mark, othersNotional, brackets, requirement } = position;
  const left = position.quantity.minus(quantity).times(mark);
  return requirement.minus(requirementOfPart(left, othersNotional, brackets));
}

/**
 * The position that frees most requirement per modelled cost at its present size (dMM/dcost, by one lot), not the
 * largest. Equals go by instrument.
 */
export function cheapestToClose(positions: readonly CloseablePosition[]): CloseablePosition {
  const efficiency = (position: CloseablePosition): Decimal => {
    const lot = minOf(position.lot, position.quantity);
    return requirementFreed(position, lot).div(position.cost.penalty.times(lot).times(position.mark));
  };
  const [first, ...others] = positions;
  invariant(first !== undefined, 'a slice needs a position');
  let best = { position: first, efficiency: efficiency(first) };
  for (const position of others) {
    const next = { position, efficiency: efficiency(position) };
    if (next.efficiency.gt(best.efficiency)) best = next;
  }
  return best.position;
}

/**
 * Smallest number of lots after which health reaches its target, or the most lots if none does:
 *   gap(n) = equity - p * n * lot * mark - target * (call - freed(n)) >= 0
 * With one linear tier this is f = (H* m - e) / (H* m - p), rounded up to lots. Requirements are convex in the
 * notional, so the gap is concave in n: its peak is found first, then the crossing below the peak.
 * @see docs/spec/liquidation.md (W73)
 */
export function lotsToTarget(gap: (lots: number) => Decimal, most: number): number {
  const reached = (lots: number): boolean => gap(lots).gte(0);
  if (reached(0)) return 0;
  const reachable = reached(most) ? most : firstWhere((lots) => gap(lots + 1).lt(gap(lots)), 0, most);
  return reached(reachable) ? firstWhere(reached, 0, reachable) : most;
}

/** First whole number in [low, high] with a property that, once true, stays true; `high` if it never is below. */
function firstWhere(property: (value: number) => boolean, low: number, high: number): number {
  let [least, last] = [low, high];
  while (least < last) {
    const middle = least + Math.floor((last - least) / 2);
    if (property(middle)) last = middle;
    else least = middle + 1;
  }
  return last;
}

/** Chooses the next slice of an account that is below its target health and not bankrupt. */
export function chooseSlice(
  assessment: AssessmentDetail,
  schedule: Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'targetHealth'>,
  policy: LiquidationPolicy,
): Slice {
  const position = cheapestToClose(closeablePositions(assessment, schedule.underlyings, policy));
  const rate = provisionalRate(position.cost.penalty, position.equityRate, policy.theta);
  const quantity = sliceQuantity(position, rate, assessment, dec(schedule.targetHealth), policy);
  return { position, quantity, provisionalRate: rate, requirementFreed: requirementFreed(position, quantity) };
}

/**
 * Quantity of a slice in lots: what the target health needs, at most the largest slice, at least the minimum notional;
 * a remainder below the minimum is closed with it, even beyond the largest slice.
 */
function sliceQuantity(
  position: CloseablePosition,
  rate: Decimal,
  { figures }: AssessmentDetail,
  targetHealth: Decimal,
  { minimumSliceNotional }: LiquidationPolicy,
): Decimal {
  const { lot, mark, largestSlice } = position;
  const lotNotional = lot.times(mark);
  const quantityOf = (lots: number): Decimal => minOf(lot.times(lots), position.quantity);
  const allLots = position.quantity.div(lot).ceil().toNumber();
  const most = Math.min(allLots, Math.max(1, largestSlice.div(lotNotional).floor().toNumber()));
  const equity = dec(figures.equity);
  const call = dec(figures.call);
  const gap = (lots: number): Decimal => {
    const quantity = quantityOf(lots);
    const left = call.minus(requirementFreed(position, quantity));
    return equity.minus(rate.times(quantity).times(mark)).minus(targetHealth.times(left));
  };
  const least = minimumSliceNotional.div(lotNotional).ceil().toNumber();
  const quantity = quantityOf(Math.max(lotsToTarget(gap, most), least));
  const dust = position.quantity.minus(quantity).times(mark).lt(minimumSliceNotional);
  return dust ? position.quantity : quantity;
}
