import { ONE, ZERO, clamp, invariant, type Decimal } from '@ballast/kernel';

/** What crossing the book costs: all rates are fractions of the closed notional. */
export interface ExecutionCostParameters {
  /** s: full bid-ask spread, a fraction of the price. */
  readonly spread: Decimal;
  /** Y: impact coefficient of the square-root law, without unit. */
  readonly impact: Decimal;
  /** sigma_d: daily volatility of the schedule in force (V_eff * s_base). */
  readonly sigma: Decimal;
  /** ADV: average daily volume, USD per day, > 0. */
  readonly averageDailyVolume: Decimal;
}

/** What holding the position while it is unwound costs. */
export interface TimeCostParameters {
  /** zeta: price of inventory risk, without unit. */
  readonly zeta: Decimal;
  /** phi: share of the average daily volume that an unwind may take, in (0, 1]. */
  readonly participation: Decimal;
  readonly sigma: Decimal;
  readonly averageDailyVolume: Decimal;
}

/** All of the liquidation cost parameterization (LCP) that the modelled penalty reads. */
export interface LiquidationCostParameters extends ExecutionCostParameters, TimeCostParameters {
  /** f_IF: what the insurance fund gets on top, as a share of execution and time cost. */
  readonly fundShare: Decimal;
  /** c_ops: operating cost, a fraction of notional. */
  readonly operatingCost: Decimal;
  /** p_min, p_max: bounds of the modelled penalty. */
  readonly penaltyMin: Decimal;
  readonly penaltyMax: Decimal;
}

/** Size factors of the cost of one notional; they don't depend on volatility. */
export interface UnwindFactors {
  /** T / 3, days: the variance of a linear unwind over T days is sigma^2 * T / 3. */
  readonly thirdOfUnwindDays: Decimal;
  /** sqrt(q / ADV) */
  readonly rootOfVolumeShare: Decimal;
  /** sqrt(T / 3), root of days */
  readonly rootOfThirdOfUnwindDays: Decimal;
}

/**
 * Days to unwind: T(q) = q / (phi * ADV).
 * @param q notional, USD, >= 0
 */
export function unwindDays(
  q: Decimal,
  { participation, averageDailyVolume }: Pick<TimeCostParameters, 'participation' | 'averageDailyVolume'>,
): Decimal {
  invariant(q.gte(0), 'a notional is never negative');
  return q.div(participation.times(averageDailyVolume));
}

/** The square roots that c_exec, c_time and the maintenance rate share, for one notional. */
export function unwindFactors(
  q: Decimal,
  parameters: Pick<TimeCostParameters, 'participation' | 'averageDailyVolume'>,
): UnwindFactors {
  const thirdOfUnwindDays = unwindDays(q, parameters).div(3);
  return {
    thirdOfUnwindDays,
    rootOfVolumeShare: q.div(parameters.averageDailyVolume).sqrt(),
    rootOfThirdOfUnwindDays: thirdOfUnwindDays.sqrt(),
  };
}

/**
 * Modelled cost of execution: c_exec(q) = s/2 + Y * sigma_d * sqrt(q / ADV).
 * @param q notional, USD, >= 0
 * @returns fraction of notional, unrounded
 * @see docs/spec/liquidation.md (W66, W67)
 */
export function executionRate(q: Decimal, parameters: ExecutionCostParameters): Decimal {
  invariant(q.gte(0), 'a notional is never negative');
  return executionRateOf(q.div(parameters.averageDailyVolume).sqrt(), parameters);
}

/** c_exec from an already known sqrt(q / ADV). */
export function executionRateOf(
  rootOfVolumeShare: Decimal,
  { spread, impact, sigma }: Pick<ExecutionCostParameters, 'spread' | 'impact' | 'sigma'>,
): Decimal {
  return spread.div(2).plus(impact.times(sigma).times(rootOfVolumeShare));
}

/**
 * Price of the risk carried while unwinding: c_time(q) = zeta * sigma_d * sqrt(T / 3), T = q / (phi * ADV) days.
 * @param q notional, USD, >= 0
 * @returns fraction of notional, unrounded
 * @see docs/spec/liquidation.md (W66, W67)
 */
export function timeRate(q: Decimal, parameters: TimeCostParameters): Decimal {
  return timeRateOf(unwindDays(q, parameters).div(3).sqrt(), parameters);
}

/** c_time from an already known sqrt(T / 3). */
export function timeRateOf(
  rootOfThirdOfUnwindDays: Decimal,
  { zeta, sigma }: Pick<TimeCostParameters, 'zeta' | 'sigma'>,
): Decimal {
  return zeta.times(sigma).times(rootOfThirdOfUnwindDays);
}

/**
 * Modelled penalty rate: p_hat = clamp((1 + f_IF) * (c_exec + c_time) + c_ops, p_min, p_max).
 * @param q notional, USD, >= 0: the owner's sum on that side of the underlying
 * @returns fraction of closed notional, unrounded
 * @see docs/spec/liquidation.md (W66-W68, W72)
 */
export function modelledPenaltyRate(q: Decimal, parameters: LiquidationCostParameters): Decimal {
  return penaltyRateOf(executionRate(q, parameters), timeRate(q, parameters), parameters);
}

/** p_hat from already known c_exec and c_time. */
export function penaltyRateOf(
  execution: Decimal,
  time: Decimal,
  {
    fundShare,
    operatingCost,
    penaltyMin,
    penaltyMax,
  }: Pick<LiquidationCostParameters, 'fundShare' | 'operatingCost' | 'penaltyMin' | 'penaltyMax'>,
): Decimal {
  invariant(penaltyMin.gte(ZERO) && penaltyMin.lte(penaltyMax), 'penalty bounds are ordered');
  return clamp(ONE.plus(fundShare).times(execution.plus(time)).plus(operatingCost), penaltyMin, penaltyMax);
}
