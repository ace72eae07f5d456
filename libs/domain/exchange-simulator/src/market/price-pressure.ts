import type { Underlying } from '@ballast/facts';
import { exp, HOUR_MS, MINUTE_MS, type Instant } from '@ballast/kernel';
import { COIN_UNITS } from '../scaled-integer.js';
import { impactOf, type Liquidity } from './liquidity.js';

/**
 * What close-outs pushed into the market lately: signed coins by underlying and clearing time, bought above zero, 1e-8 coins.
 * Older than the memory is forgotten, so it comes out the same in whatever order the fills are folded.
 */
export interface PricePressure {
  /** Latest clearing time with a close-out. */
  readonly at: Instant;
  readonly units: ReadonlyMap<Underlying, ReadonlyMap<Instant, number>>;
}

/** Pressure fades by the factor e in this time. */
const FADES_IN_MS = 30 * MINUTE_MS;
/** After this time 2 % would be left. */
const MEMORY_MS = 2 * HOUR_MS;
/**
 * Part of the impact that stays in the price after an execution: what makes its average price a fair one under the
 * square-root law (Farmer, Gerig, Lillo and Waelbroeck, How efficiency shapes market impact, 2013).
 */
const STAYING_SHARE = 2 / 3;
/** Prices are moved by no more than this fraction. */
const FURTHEST = 0.2;

export const noPressure = (): PricePressure => ({ at: 0, units: new Map() });

/** Takes a close-out fill. @param units signed, bought above zero, 1e-8 coins */
export function withCloseOut(
  pressure: PricePressure,
  underlying: Underlying,
  clearing: Instant,
  units: number,
): PricePressure {
  const at = Math.max(pressure.at, clearing);
  const remembered = (moment: Instant): boolean => moment > at - MEMORY_MS;
  const kept = new Map<Underlying, Map<Instant, number>>();
  for (const [name, byTime] of pressure.units) {
    const left = [...byTime].filter(([moment]) => remembered(moment));
    if (left.length > 0) kept.set(name, new Map(left));
  }
  if (remembered(clearing)) {
    const own = kept.get(underlying) ?? new Map<Instant, number>();
    own.set(clearing, (own.get(clearing) ?? 0) + units);
    kept.set(underlying, own);
  }
  return { at, units: kept };
}

/**
 * How far close-outs of earlier clearing times hold the price of an underlying away, signed fraction: two thirds of the impact of
 * the pressure that is left of them.
 */
export function moveOf(
  { units }: PricePressure,
  underlying: Underlying,
  at: Instant,
  market: { readonly price: number; readonly liquidity: Liquidity; readonly volatility: number },
): number {
  let left = 0;
  // By time, so that the sum is the same in whatever order the fills were folded.
  const byTime = [...(units.get(underlying) ?? [])].sort(([a], [b]) => a - b);
  for (const [moment, pushed] of byTime) {
    if (moment < at && at - moment < MEMORY_MS) left += pushed * exp((moment - at) / FADES_IN_MS);
  }
  const notional = (Math.abs(left) / COIN_UNITS) * market.price;
  const impact = STAYING_SHARE * impactOf(market.liquidity, market.volatility, notional);
  return Math.sign(left) * Math.min(FURTHEST, impact);
}
