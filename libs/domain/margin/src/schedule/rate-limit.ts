import { clamp, dec, HOUR_MS, ONE, type Decimal } from '@ballast/kernel';
import { roundScalar } from '@ballast/risk-schedule';
import type { UnderlyingFigures } from '../parameters/parameter-figures.js';

/**
 * What is left of a scalar after some time of decay: e^(-rho_dn * dt).
 * @param elapsedMs >= 0
 * @returns in (0, 1]
 */
export function decayFactor({ decayPerHour }: Pick<UnderlyingFigures, 'decayPerHour'>, elapsedMs: number): Decimal {
  return elapsedMs === 0 ? ONE : decayPerHour.times(elapsedMs).div(HOUR_MS).neg().exp();
}

/**
 * How far a scalar may climb in some time of calm: (1 + u)^dt.
 * @param elapsedMs >= 0
 * @returns >= 1
 */
export function riseFactor({ logOfRise }: Pick<UnderlyingFigures, 'logOfRise'>, elapsedMs: number): Decimal {
  return elapsedMs === 0 ? ONE : logOfRise.times(dec(elapsedMs)).div(HOUR_MS).exp();
}

/**
 * Rate-limited scalar:
 *   V_t = clamp( V*_t , V_{t-1} * e^(-rho_dn * dt) , trigger on ? V_max : V_{t-1} * (1 + u)^dt )
 * In calm the scalar climbs slowly; once the price itself has moved, on either side, the limit is off.
 * @param factors decay and rise over the time since the previous price set
 * @returns 12 digits, to the nearest
 * @see docs/spec/margin.md (W78c)
 */
export function rateLimitedScalar(
  measured: Decimal,
  previous: Decimal,
  factors: ElapsedFactors,
  triggered: boolean,
  scalarMax: Decimal,
): Decimal {
  return roundScalar(
    clamp(measured, previous.times(factors.decay), triggered ? scalarMax : previous.times(factors.rise)),
  );
}

/** Both factors over one time. */
export interface ElapsedFactors {
  readonly decay: Decimal;
  readonly rise: Decimal;
}

/** Price sets come evenly, so the same times are asked for again and again. */
const lately = new WeakMap<UnderlyingFigures, Map<number, ElapsedFactors>>();
const TIMES_KEPT = 32;

/** Decay and rise over the time since the previous price set. */
export function elapsedFactors(parameters: UnderlyingFigures, elapsedMs: number): ElapsedFactors {
  let factors = lately.get(parameters);
  if (factors === undefined || factors.size >= TIMES_KEPT) {
    factors = new Map();
    lately.set(parameters, factors);
  }
  let found = factors.get(elapsedMs);
  if (found === undefined) {
    found = { decay: decayFactor(parameters, elapsedMs), rise: riseFactor(parameters, elapsedMs) };
    factors.set(elapsedMs, found);
  }
  return found;
}
