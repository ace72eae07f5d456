import type { PricingEvents, SviParameters } from '@ballast/facts';
import { DAY_MS, dec, text, ZERO, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';

type SurfacePublished = PricingEvents['SurfacePublished'];

/** At-the-money variance of an expiry. */
interface ExpiryVariance {
  readonly days: Decimal;
  /** From the price set to the expiry. */
  readonly total: Decimal;
}

/**
 * What options say of the volatility to come: at the money, over a fixed horizon. Total variance runs in a straight line between the
 * two expiries around the horizon, and at the same rate per day before the first and after the last one.
 * @param surfaces of one price set; only the LIVE ones count
 * @param digits after the point
 * @returns standard deviation per square root of a day; undefined where no surface is LIVE
 * @see docs/spec/pricing.md CLR-PRC-032
 */
export function impliedVolatility(
  surfaces: readonly SurfacePublished[],
  asOf: Instant,
  horizonMs: number,
  digits: number,
): DecimalString | undefined {
  const variances = surfaces
    .filter(({ status, expiry }) => status === 'LIVE' && expiry > asOf)
    .sort((a, b) => a.expiry - b.expiry)
    .map(({ expiry, svi }): ExpiryVariance => ({ days: dec(expiry - asOf).div(DAY_MS), total: atTheMoney(svi) }));
  const horizon = dec(horizonMs).div(DAY_MS);
  const perDay = variancePerDay(variances, horizon);
  return perDay === undefined ? undefined : text(perDay.sqrt().toDecimalPlaces(digits));
}

/** w(0) = a + b (sqrt(m^2 + sigma^2) - rho m), >= 0. */
function atTheMoney({ a, b, rho, m, sigma }: SviParameters): Decimal {
  const shift = dec(m);
  const root = shift.times(shift).plus(dec(sigma).times(sigma)).sqrt();
  const total = dec(a).plus(dec(b).times(root.minus(dec(rho).times(shift))));
  return total.isNegative() ? ZERO : total;
}

function variancePerDay(variances: readonly ExpiryVariance[], horizon: Decimal): Decimal | undefined {
  const after = variances.find(({ days }) => days.gte(horizon)) ?? variances.at(-1);
  const before = variances.findLast(({ days }) => days.lt(horizon)) ?? after;
  if (before === undefined || after === undefined) return undefined;
  if (before === after) return after.total.div(after.days);
  const share = horizon.minus(before.days).div(after.days.minus(before.days));
  return before.total.plus(share.times(after.total.minus(before.total))).div(horizon);
}
