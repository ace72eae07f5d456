import { Decimal, ZERO, compareText, dec, invariant, maxOf, minOf, sum } from '@ballast/kernel';
import type {
  AssessmentDetail,
  MarginGlobalEvents,
  PositionRequirement,
  Side,
  UnderlyingSchedule,
} from '@ballast/facts';
import { contractOf, type CloseableContract, type CloseableContracts } from '../closeable-contracts.js';
import { largestSliceNotional, type LiquidationPolicy } from '../liquidation-policy.js';
import { readBrackets, requirementOfPart, type BracketFigures } from './bracketed-requirement.js';
import { RATE_DIGITS, costParameters, modelledCost, provisionalRate, type ModelledCost } from './slice-cost.js';

/** A position of an assessment with everything that its close-out is sized by. */
export interface CloseablePosition {
  readonly contract: CloseableContract;
  readonly side: Side;
  /** Contracts, > 0. */
  readonly quantity: Decimal;
  readonly mark: Decimal;
  /** USD per contract that rates are fractions of: a linear perpetual's mark. */
  readonly unitNotional: Decimal;
  /** Call requirement of the whole position, USD, unrounded; of a hedge in a portfolio below zero. */
  readonly requirement: Decimal;
  /** How it falls with the position: along brackets, or as the position's share of the portfolio's worst scenario. */
  readonly release: Release;
  readonly cost: ModelledCost;
  /** e: equity attributable to the position over its notional, pro rata to the call requirement; rounded down. */
  readonly equityRate: Decimal;
  /** Largest notional of one order, USD. */
  readonly largestSlice: Decimal;
}

type Release =
  | {
      readonly kind: 'brackets';
      /** The owner's notional on this side in other accounts, USD. */
      readonly othersNotional: Decimal;
      readonly brackets: readonly BracketFigures[];
    }
  | { readonly kind: 'share' };

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
 * @param totalCall of the positions that have a requirement: a hedge bears none, so nobody else's share is widened by it
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

/** The positions of an assessment that have a requirement, by instrument, with cost and release on the schedule it was made on. */
export function closeablePositions(
  assessment: AssessmentDetail,
  underlyings: readonly UnderlyingSchedule[],
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
): readonly CloseablePosition[] {
  const required = assessment.positions.filter(({ call }) => dec(call).gt(0));
  const totalCall = sum(required.map(({ call }) => dec(call)));
  const equity = dec(assessment.figures.equity);
  return [...required]
    .sort((a, b) => compareText(a.instrument, b.instrument))
    .map((position) => {
      const schedule = underlyings.find(({ underlying }) => underlying === position.underlying);
      invariant(schedule !== undefined, `no schedule for ${position.instrument}`);
      const notional = dec(position.notional);
      const quantity = dec(position.quantity).abs();
      const mark = dec(position.mark);
      const release =
        assessment.portfolio === undefined ? alongBrackets(position, schedule) : ({ kind: 'share' } as const);
      return {
        contract: contractOf(contracts, position.instrument),
        side: position.side,
        quantity,
        mark,
        unitNotional: schedule.instrument === position.instrument ? mark : notional.div(quantity),
        requirement:
          release.kind === 'share'
            ? dec(position.call)
            : requirementOfPart(notional, release.othersNotional, release.brackets),
        release,
        cost: modelledCost(dec(position.ownerNotional), costParameters(schedule)),
        equityRate: attributableEquityRate(equity, position, totalCall),
        largestSlice: largestSliceNotional(policy, schedule.liquidationCost),
      };
    });
}

function alongBrackets(
  { ownerNotional, notional }: PositionRequirement,
  { callBrackets }: UnderlyingSchedule,
): Extract<Release, { kind: 'brackets' }> {
  const othersNotional = maxOf(dec(ownerNotional).minus(dec(notional)), ZERO);
  return { kind: 'brackets', othersNotional, brackets: readBrackets(callBrackets) };
}

/**
 * Call requirement freed by closing `quantity` of a position, USD: along real brackets, the owner's other accounts unchanged;
 * in a portfolio the position's share of the worst scenario, so that hedges are not closed first.
 */
export function requirementFreed(position: CloseablePosition, quantity: Decimal): Decimal {
  const { unitNotional, release, requirement } = position;
  if (release.kind === 'share') return requirement.times(quantity).div(position.quantity);
  const left = position.quantity.minus(quantity).times(unitNotional);
  return requirement.minus(requirementOfPart(left, release.othersNotional, release.brackets));
}

/**
 * The position that frees most requirement per modelled cost at its present size (dMM/dcost, by one lot), not the
 * largest. Equals go by instrument.
 */
export function cheapestToClose(positions: readonly CloseablePosition[]): CloseablePosition {
  const efficiency = (position: CloseablePosition): Decimal => {
    const lot = minOf(position.contract.lot, position.quantity);
    return requirementFreed(position, lot).div(position.cost.penalty.times(lot).times(position.unitNotional));
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
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
): Slice {
  const position = cheapestToClose(closeablePositions(assessment, schedule.underlyings, contracts, policy));
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
  const { contract, unitNotional, largestSlice } = position;
  const { lot } = contract;
  const lotNotional = lot.times(unitNotional);
  const quantityOf = (lots: number): Decimal => minOf(lot.times(lots), position.quantity);
  const allLots = position.quantity.div(lot).ceil().toNumber();
  const most = Math.min(allLots, Math.max(1, largestSlice.div(lotNotional).floor().toNumber()));
  const equity = dec(figures.equity);
  const call = dec(figures.call);
  const gap = (lots: number): Decimal => {
    const quantity = quantityOf(lots);
    const left = call.minus(requirementFreed(position, quantity));
    return equity.minus(rate.times(quantity).times(unitNotional)).minus(targetHealth.times(left));
  };
  const least = minimumSliceNotional.div(lotNotional).ceil().toNumber();
  const quantity = quantityOf(Math.max(lotsToTarget(gap, most), least));
  const dust = position.quantity.minus(quantity).times(unitNotional).lt(minimumSliceNotional);
  return dust ? position.quantity : quantity;
}
