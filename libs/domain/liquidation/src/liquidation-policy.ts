import { DAY_MS, MINUTE_MS, ONE, dec, type Decimal, type Instant } from '@ballast/kernel';
import type { InstrumentId, Underlying } from '@ballast/facts';

/** What closing out costs on one underlying. Volatility and average daily volume come with the schedule. */
export interface UnderlyingCostPolicy {
  /** s: full bid-ask spread, a fraction of the price. */
  readonly spread: Decimal;
  /** Y: impact coefficient of the square-root law. */
  readonly impact: Decimal;
  /** zeta: price of the risk carried while unwinding. */
  readonly zeta: Decimal;
  /** phi: share of the average daily volume that an unwind may take. */
  readonly participation: Decimal;
  /** f_IF: what the insurance fund gets on top, a share of execution and time cost. */
  readonly fundShare: Decimal;
  /** c_ops, p_min, p_max: fractions of the closed notional. */
  readonly operatingCost: Decimal;
  readonly penaltyMin: Decimal;
  readonly penaltyMax: Decimal;
}

/** The rules by which accounts are closed out. A changed figure is a new id. */
export interface LiquidationPolicy {
  /** `<name>@<version>` */
  readonly id: string;
  /** Share of the attributable equity that a penalty may take, in (0, 1): a penalty alone never makes equity negative. */
  readonly theta: Decimal;
  /** Share of unused modelled execution cost that is returned to the client, in [0, 1]. */
  readonly psi: Decimal;
  /** H*: health (equity over call requirement) at which a liquidation ends. */
  readonly targetHealth: Decimal;
  /** One order takes at most what participation allows in this time: phi * ADV * time / day. */
  readonly sliceDurationMs: Instant;
  /** USD. No slice is smaller, and no remainder is left smaller: dust goes whole. */
  readonly minimumSliceNotional: Decimal;
  readonly underlyings: Readonly<Record<Underlying, UnderlyingCostPolicy>>;
  /** Smallest quantity step of each instrument, base units, as the exchange lists it. */
  readonly lots: Readonly<Record<InstrumentId, Decimal>>;
}

const DEFAULT_COST: UnderlyingCostPolicy = {
  spread: dec('0.0002'),
  impact: dec('0.8'),
  zeta: dec('0.5'),
  participation: dec('0.05'),
  fundShare: dec('0.5'),
  operatingCost: dec('0.0005'),
  penaltyMin: dec('0.001'),
  penaltyMax: dec('0.03'),
};

/** @see docs/spec/liquidation.md */
export const LIQUIDATION_POLICY: LiquidationPolicy = {
  id: 'lcp-default@1',
  theta: dec('0.8'),
  psi: ONE,
  targetHealth: dec('1.5'),
  sliceDurationMs: 5 * MINUTE_MS,
  minimumSliceNotional: dec('10000'),
  underlyings: { BTC: DEFAULT_COST, ETH: DEFAULT_COST },
  lots: { 'BTC-PERP': dec('0.0001'), 'ETH-PERP': dec('0.001') },
};

/**
 * Largest notional of one order: phi * ADV * slice duration / day.
 * @returns USD, unrounded
 */
export function largestSliceNotional(policy: LiquidationPolicy, underlying: Underlying, volume: Decimal): Decimal {
  const { participation } = policy.underlyings[underlying];
  return participation.times(volume).times(policy.sliceDurationMs).div(DAY_MS);
}
