import { maxOf, type Decimal } from '@ballast/kernel';
import { type RiskSchedule, type SideSizes } from '@ballast/risk-schedule';
import type { Market, Portfolio } from '../margin-model.js';
import { finite, riskScheduleOf, underlyingMarketOf } from '../reading/market-reading.js';
import { sideSizes, type Exposure } from './exposure.js';

/** All of one underlying that a requirement is made of. */
export interface UnderlyingBook<Held extends Exposure = Exposure> {
  readonly underlying: string;
  readonly spot: Decimal;
  readonly schedule: RiskSchedule;
  readonly exposures: readonly Held[];
  /** The owner's sizes over all accounts, this one included. */
  readonly sizes: SideSizes;
}

/** Positions and coins by underlying, in the order of the underlyings' names. */
export function underlyingBooks<Held extends Exposure>(
  { ownerSizes }: Pick<Portfolio, 'ownerSizes'>,
  market: Market,
  positions: readonly Held[],
  coins: readonly Held[],
): readonly UnderlyingBook<Held>[] {
  const all = [...positions, ...coins];
  return [...new Set(all.map(({ underlying }) => underlying))].sort().map((underlying) => {
    const own = sideSizes(positions.filter((exposure) => exposure.underlying === underlying));
    const owner = ownerSizes?.get(underlying);
    const sizeOf = (side: 'long' | 'short'): Decimal =>
      owner === undefined ? own[side] : maxOf(own[side], finite(owner[side], `ownerSizes.${underlying}.${side}`));
    return {
      underlying,
      spot: underlyingMarketOf(market, underlying).spot,
      schedule: riskScheduleOf(market, underlying),
      exposures: all.filter((exposure) => exposure.underlying === underlying),
      sizes: { long: sizeOf('long'), short: sizeOf('short') },
    };
  });
}
