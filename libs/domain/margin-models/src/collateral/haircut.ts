import { clamp, minOf, maxOf, ONE, ZERO, type Decimal } from '@ballast/kernel';

/** What the haircut of one asset is made of; rates are fractions of the market value. */
export interface HaircutFigures {
  /** z: sigmas, one-sided. 0 where the market move is charged in the scenarios of the positions. */
  readonly z: Decimal;
  /** sigma: daily volatility. */
  readonly sigma: Decimal;
  /** tau_liq: days until it is sold. */
  readonly liquidationDays: Decimal;
  readonly halfSpread: Decimal;
  /** h_0: off every amount. */
  readonly flat: Decimal;
  /** Y: impact coefficient of the square-root law, without unit. */
  readonly impact: Decimal;
  /** USD per day, > 0. */
  readonly averageDailyVolume: Decimal;
  /** Haircut of a stablecoin below its peg. */
  readonly depeg: Decimal;
  /** h_min, in [0, 1]. */
  readonly minimum: Decimal;
}

/** The parts of one haircut, fractions of market value. */
export interface HaircutParts {
  /** z * sigma * sqrt(tau_liq) */
  readonly volatility: Decimal;
  /** Y * sigma * sqrt(Q / ADV) */
  readonly impact: Decimal;
  readonly haircut: Decimal;
}

/**
 * Haircut of a market value Q:
 *   h(Q) = clamp( z * sigma * sqrt(tau_liq) + halfSpread + h_0 + depeg + Y * sigma * sqrt(Q / ADV) , h_min , 1 )
 * Continuous, and never falling in Q or sigma.
 * @param marketValue Q, USD, >= 0
 * @see docs/spec/collateral.md CLR-COL-001
 */
export function haircutOf(marketValue: Decimal, figures: HaircutFigures): HaircutParts {
  const impact = impactOf(marketValue, figures);
  return {
    volatility: volatilityPart(figures),
    impact,
    haircut: clamp(fixedHaircut(figures).plus(impact), figures.minimum, ONE),
  };
}

const impactOf = (marketValue: Decimal, { impact, sigma, averageDailyVolume }: HaircutFigures): Decimal =>
  impact.times(sigma).times(marketValue.div(averageDailyVolume).sqrt());

/**
 * What a market value counts for: max over Q' <= Q of Q' (1 - h(Q')). Nobody is made poorer by holding more, since a part
 * may be left aside: Q (1 - h(Q)) alone would fall where the impact grows faster than the amount.
 * @returns USD, never falling in Q, never rising in sigma
 * @see docs/spec/collateral.md CLR-COL-002
 */
export function valueAfterHaircut(marketValue: Decimal, figures: HaircutFigures): Decimal {
  return valuesAfterHaircut(figures)(marketValue);
}

/** `valueAfterHaircut` for many market values: what is the same of all is computed once. */
export function valuesAfterHaircut(figures: HaircutFigures): (marketValue: Decimal) => Decimal {
  const fixed = fixedHaircut(figures);
  const most = sizeOfGreatestValue(fixed, slopeOfHaircut(figures), figures.minimum);
  return (marketValue) => {
    const counted = most === null ? marketValue : minOf(marketValue, most);
    const haircut = clamp(fixed.plus(impactOf(counted, figures)), figures.minimum, ONE);
    return counted.times(ONE.minus(haircut));
  };
}

/**
 * Market value from which on more adds nothing: with h = a + b sqrt(Q) the value rises until sqrt(Q) = 2 (1 - a) / 3 b,
 * and in any case as long as h is at its minimum, until sqrt(Q) = (h_min - a) / b.
 * @param fixed a, see `fixedHaircut`
 * @param slope b, see `slopeOfHaircut`
 * @param minimum h_min
 * @returns USD; null when there is none
 */
export function sizeOfGreatestValue(fixed: Decimal, slope: Decimal, minimum: Decimal): Decimal | null {
  if (slope.isZero()) return null;
  const top = ONE.minus(fixed).times(2).div(slope.times(3));
  const endOfMinimum = minimum.minus(fixed).div(slope);
  const root = maxOf(top, endOfMinimum, ZERO);
  return root.times(root);
}

/** Haircut of the first dollar, before the minimum. */
export const fixedHaircut = (figures: HaircutFigures): Decimal =>
  volatilityPart(figures).plus(figures.halfSpread).plus(figures.flat).plus(figures.depeg);

const volatilityPart = ({ z, sigma, liquidationDays }: HaircutFigures): Decimal =>
  z.isZero() ? ZERO : z.times(sigma).times(rootOf(liquidationDays));

/** Y * sigma / sqrt(ADV): by what the haircut grows with the root of the market value. */
export const slopeOfHaircut = ({ impact, sigma, averageDailyVolume }: HaircutFigures): Decimal =>
  impact.times(sigma).div(rootOf(averageDailyVolume));

const roots = new WeakMap<Decimal, Decimal>();

/** Square root of a figure of a rule, taken once: it is the dearest operation of a haircut. */
function rootOf(figure: Decimal): Decimal {
  const known = roots.get(figure) ?? figure.sqrt();
  roots.set(figure, known);
  return known;
}
