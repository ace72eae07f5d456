import { ZERO, dec, maxOf, minOf, roundUsd, text, type Decimal } from '@ballast/kernel';
import type { LiquidationEvents, UnderlyingSchedule } from '@ballast/facts';
import { executionRate, type LiquidationCostParameters, penaltyRateOf, timeRate } from '@ballast/risk-schedule';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import type { OpenOrder } from './open-order.js';

/** Modelled cost of closing, fractions of the closed notional. */
export interface ModelledCost {
  /** c_exec */
  readonly execution: Decimal;
  /** c_time */
  readonly time: Decimal;
  /** p_hat */
  readonly penalty: Decimal;
  /** f_IF and c_ops: what the final rate adds to the realised slippage. */
  readonly fundShare: Decimal;
  readonly operatingCost: Decimal;
}

/** Digits of a rate in an event: a billion of notional stays exact to a hundred-thousandth of a cent. */
export const RATE_DIGITS = 16;

/** The cost figures and the volatility of a schedule. */
export function costParameters({
  sigma,
  liquidationCost,
}: Pick<UnderlyingSchedule, 'sigma' | 'liquidationCost'>): LiquidationCostParameters {
  return {
    sigma: dec(sigma),
    spread: dec(liquidationCost.spread),
    impact: dec(liquidationCost.impact),
    zeta: dec(liquidationCost.zeta),
    participation: dec(liquidationCost.participation),
    fundShare: dec(liquidationCost.fundShare),
    operatingCost: dec(liquidationCost.operatingCost),
    penaltyMin: dec(liquidationCost.penaltyMin),
    penaltyMax: dec(liquidationCost.penaltyMax),
    averageDailyVolume: dec(liquidationCost.averageDailyVolume),
  };
}

/**
 * Modelled cost of a notional, each rate rounded half-even to 16 digits as it stands in the order.
 * @param notional USD: the owner's sum on that side, so that splitting a position over accounts saves nothing
 * @see docs/spec/liquidation.md (W66-W68, W72)
 */
export function modelledCost(notional: Decimal, parameters: LiquidationCostParameters): ModelledCost {
  const execution = executionRate(notional, parameters);
  const time = timeRate(notional, parameters);
  const rounded = (rate: Decimal): Decimal => rate.toDecimalPlaces(RATE_DIGITS);
  return {
    execution: rounded(execution),
    time: rounded(time),
    penalty: rounded(penaltyRateOf(execution, time, parameters)),
    fundShare: parameters.fundShare,
    operatingCost: parameters.operatingCost,
  };
}

/**
 * What a penalty may take of the equity attributable to a position: theta * max(e, 0).
 * So the penalty alone never makes equity negative, and each slice improves health.
 */
export function penaltyCap(equityRate: Decimal, theta: Decimal): Decimal {
  return theta.times(maxOf(equityRate, ZERO));
}

/** Rate charged at the fills: min(p_hat, theta * max(e, 0)). @see docs/spec/liquidation.md (W70, W71) */
export function provisionalRate(modelled: Decimal, equityRate: Decimal, theta: Decimal): Decimal {
  return minOf(modelled, penaltyCap(equityRate, theta));
}

/** What the final rate of a slice is computed from; fractions of the closed notional. */
export interface RealisedSlice {
  readonly modelledRate: Decimal;
  readonly executionRate: Decimal;
  /** c_real: realised slippage against the mark, >= 0. */
  readonly realisedRate: Decimal;
  readonly equityRate: Decimal;
  /** What the client has in the position at full collateral prices, >= 0. */
  readonly bearableRate: Decimal;
  readonly theta: Decimal;
  /** f_IF, a share of c_exec; c_ops. */
  readonly fundShare: Decimal;
  readonly operatingCost: Decimal;
}

/**
 * Final rate of a slice, known after its last fill:
 *   kept  = min(p_hat, cap) - psi * max(c_exec - c_real, 0)      what was not needed goes back
 *   asked = c_real + f_IF * c_exec + c_ops                       what it did cost, with the fund's share
 *   p     = max(min(max(kept, asked), cap), min(c_real, bearable)),  cap = theta * max(e, 0)
 * The return never digs below what the slice did cost. What it did cost is the client's as far as he has anything in the position, so the
 * fund pays nothing while equity is left.
 * @see docs/spec/liquidation.md (W77, W78f)
 */
export function finalRate(slice: RealisedSlice, psi: Decimal): Decimal {
  const cap = penaltyCap(slice.equityRate, slice.theta);
  const unused = maxOf(slice.executionRate.minus(slice.realisedRate), ZERO);
  const kept = minOf(slice.modelledRate, cap).minus(psi.times(unused));
  const asked = slice.realisedRate.plus(slice.fundShare.times(slice.executionRate)).plus(slice.operatingCost);
  return maxOf(minOf(maxOf(kept, asked), cap), minOf(slice.realisedRate, slice.bearableRate));
}

/**
 * Final cost of a slice, once the exchange gave its last word and accounts booked every fill. The penalty is rounded
 * up to the cent (so a return is rounded down), but never beyond theta * e * closed notional, nor beyond the slippage that the client bears.
 * @returns the cost, and what the fund has to pay of the slippage, USD, 0 if the penalty covers it
 */
export function assessedCost(
  { caseId, accountId }: Pick<LiquidationEvents['LiquidationCostAssessed'], 'caseId' | 'accountId'>,
  order: OpenOrder,
  { psi }: Pick<LiquidationPolicy, 'psi'>,
): { readonly cost: LiquidationEvents['LiquidationCostAssessed']; readonly uncoveredSlippage: Decimal } {
  const notional = order.closed.times(order.unitNotional);
  const realised = notional.isZero() ? ZERO : maxOf(order.slippage, ZERO).div(notional).toDecimalPlaces(RATE_DIGITS);
  const rate = notional.isZero() ? ZERO : finalRate({ ...order, realisedRate: realised }, psi);
  const highest = maxOf(penaltyCap(order.equityRate, order.theta), minOf(realised, order.bearableRate));
  const most = roundUsd(highest.times(notional), 'credit');
  const penalty = minOf(roundUsd(rate.times(notional), 'charge'), most);
  return {
    cost: {
      caseId,
      accountId,
      order: order.place,
      closedQuantity: text(order.closed),
      closedNotional: text(notional),
      equityRate: text(order.equityRate),
      slippage: text(order.slippage),
      realisedRate: text(realised),
      finalRate: text(rate),
      charged: text(order.charged),
      penalty: text(penalty),
      trueUp: text(order.charged.minus(penalty)),
      reward: text(rewardOf(order, rate, notional, penalty)),
    },
    uncoveredSlippage: slippageBeyondReward(order.slippage, penalty),
  };
}

/** What the penalty does not cover of the slippage, USD, rounded down: below a cent it is rounding, no claim on the fund. */
export function slippageBeyondReward(slippage: Decimal, penalty: Decimal): Decimal {
  return roundUsd(maxOf(slippage.minus(penalty), ZERO), 'credit');
}

/** Reward for execution and time: (c_exec + c_time) * notional, scaled down with the rate if that is below p_hat. */
function rewardOf(order: OpenOrder, rate: Decimal, notional: Decimal, penalty: Decimal): Decimal {
  const share = order.modelledRate.isZero() ? ZERO : minOf(rate.div(order.modelledRate), dec(1));
  const reward = order.executionRate.plus(order.timeRate).times(share).times(notional);
  return minOf(roundUsd(reward, 'credit'), penalty);
}
