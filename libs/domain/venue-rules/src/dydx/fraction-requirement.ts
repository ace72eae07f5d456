import { type Decimal, ONE, sum, ZERO } from '@ballast/kernel';
import { ceilTo, exact, floorTo, QUOTE_DECIMALS, truncateTo } from '../methodology/rounding-grid.js';

/** One perpetual position with the fractions of its market. */
export interface FractionPosition {
  readonly market: string;
  /** Base units, negative = short. */
  readonly size: Decimal;
  /** Quote per base unit. */
  readonly oraclePrice: Decimal;
  /** Initial margin fraction before open interest is looked at, in [0, 1]. */
  readonly initialFraction: Decimal;
  /** Share of the initial requirement that maintenance asks for, in [0, 1]. */
  readonly maintenanceFraction: Decimal;
}

export interface FractionAccount {
  /** Quote units, negative = debt. */
  readonly quoteBalance: Decimal;
  readonly positions: readonly FractionPosition[];
}

/** What decides about an account: quote units. */
export interface AccountRisk {
  readonly netCollateral: Decimal;
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

/** Open interest (quote units) between which the initial fraction grows to 1; an upper cap of 0 switches the growth off. */
export interface OpenInterestCaps {
  readonly lower: Decimal;
  readonly upper: Decimal;
}

/** Signed value of a position: size x price, toward zero on the quote grid. */
export function netNotional(size: Decimal, oraclePrice: Decimal): Decimal {
  return truncateTo(exact(size).times(oraclePrice), QUOTE_DECIMALS);
}

/** `ceil(|notional| x fraction)`, quote units. */
export function initialRequirement(notional: Decimal, fraction: Decimal): Decimal {
  return ceilTo(exact(notional).abs().times(fraction), QUOTE_DECIMALS);
}

/**
 * `ceil(initial requirement at the base fraction x maintenanceFraction)`, quote units. Open interest never enters, so
 * nobody is liquidated by what others hold.
 */
export function maintenanceRequirement(
  notional: Decimal,
  baseFraction: Decimal,
  maintenanceFraction: Decimal,
): Decimal {
  return ceilTo(exact(initialRequirement(notional, baseFraction)).times(maintenanceFraction), QUOTE_DECIMALS);
}

/**
 * Initial fraction at an open interest:
 *   base + floor((1 - base) x (openInterest - lower) / (upper - lower))   in parts per million,
 * base up to the lower cap, 1 from the upper cap on.
 * @param openInterest one side of the market, quote units
 */
export function openInterestScaledFraction(base: Decimal, caps: OpenInterestCaps, openInterest: Decimal): Decimal {
  if (caps.upper.isZero()) return base;
  if (openInterest.lte(caps.lower)) return base;
  if (openInterest.gte(caps.upper)) return ONE;
  const growth = exact(ONE.minus(base)).times(openInterest.minus(caps.lower)).div(caps.upper.minus(caps.lower));
  return base.plus(floorTo(growth, QUOTE_DECIMALS));
}

/** Maintenance requirement as a fraction of notional, floored to parts per million. */
export function maintenanceFractionOfNotional(initialFraction: Decimal, maintenanceFraction: Decimal): Decimal {
  return floorTo(initialFraction.times(maintenanceFraction), QUOTE_DECIMALS);
}

/** Largest |funding rate| of eight hours: `clampFactor x (initial - maintenance fraction)`, floored to parts per million. */
export function fundingClamp(clampFactor: Decimal, initialFraction: Decimal, maintenanceFraction: Decimal): Decimal {
  const headroom = initialFraction.minus(maintenanceFractionOfNotional(initialFraction, maintenanceFraction));
  return floorTo(clampFactor.times(headroom), QUOTE_DECIMALS);
}

/** Net collateral and requirement of a single position. */
export function positionRisk(position: FractionPosition, size: Decimal = position.size): AccountRisk {
  const notional = netNotional(size, position.oraclePrice);
  return {
    netCollateral: notional,
    initial: initialRequirement(notional, position.initialFraction),
    maintenance: maintenanceRequirement(notional, position.initialFraction, position.maintenanceFraction),
  };
}

/** Quote balance plus notionals, and the requirements of all positions added up. */
export function accountRisk({ quoteBalance, positions }: FractionAccount): AccountRisk {
  const risks = positions.map((position) => positionRisk(position));
  return {
    netCollateral: quoteBalance.plus(sum(risks.map(({ netCollateral }) => netCollateral))),
    initial: sum(risks.map(({ initial }) => initial)),
    maintenance: sum(risks.map(({ maintenance }) => maintenance)),
  };
}

/** Net collateral reaches the initial requirement: the account may take on risk. */
export function isInitialCollateralised({
  netCollateral,
  initial,
}: Pick<AccountRisk, 'netCollateral' | 'initial'>): boolean {
  return netCollateral.gte(initial);
}

/** Net collateral reaches the maintenance requirement. */
export function isMaintenanceCollateralised({
  netCollateral,
  maintenance,
}: Pick<AccountRisk, 'netCollateral' | 'maintenance'>): boolean {
  return netCollateral.gte(maintenance);
}

/** Below maintenance with a requirement to speak of: an account without positions is a deficit, never a liquidation. */
export function isLiquidatable({
  netCollateral,
  maintenance,
}: Pick<AccountRisk, 'netCollateral' | 'maintenance'>): boolean {
  return maintenance.gt(ZERO) && netCollateral.lt(maintenance);
}
