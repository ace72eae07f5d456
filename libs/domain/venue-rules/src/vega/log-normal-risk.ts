import { dec, type Decimal, exp, inverseNormalCdf, ModelInputError, normalCdf, ONE } from '@ballast/kernel';

/** The price at the horizon is log-normal; factors are expected shortfalls of its return. */
export interface LogNormalRisk {
  /** Probability of the tail that the shortfall averages over, in (0, 1); Vega's lambda. */
  readonly riskAversion: Decimal;
  /** Horizon, years. */
  readonly tau: Decimal;
  /** Drift per year, continuously compounded. */
  readonly mu: Decimal;
  /** Volatility per year. */
  readonly sigma: Decimal;
}

/** Requirement per unit of notional, before slippage. */
export interface RiskFactors {
  readonly long: Decimal;
  readonly short: Decimal;
}

/**
 * Risk factors of a log-normal price: with z = Phi^-1(lambda), s = sigma sqrt(tau),
 *   short = e^(mu tau) Phi(z + s) / lambda - 1      long = 1 - e^(mu tau) Phi(z - s) / lambda
 * Computed in pinned floats (off by less than 1e-14 * (1 + factor)) and published as decimals; what is asked for is computed from those.
 * @throws ModelInputError `risk-parameter-out-of-range`
 * @see vegaprotocol/specs 0018-RSKM quant risk models
 */
export function logNormalRiskFactors({ riskAversion, tau, mu, sigma }: LogNormalRisk): RiskFactors {
  const lambda = inRange('riskAversion', riskAversion, (value) => value.gt(0) && value.lt(1), 'above 0 and below 1');
  const years = inRange('tau', tau, (value) => value.gt(0), 'above 0 years');
  const volatility = inRange('sigma', sigma, (value) => value.gte(0), 'of at least 0');
  const drift = inRange('mu', mu, () => true, 'that is finite');
  const z = inverseNormalCdf(lambda);
  const spread = volatility * Math.sqrt(years);
  const growth = exp(drift * years);
  return {
    long: ONE.minus(dec((growth * normalCdf(z - spread)) / lambda)),
    short: dec((growth * normalCdf(z + spread)) / lambda).minus(ONE),
  };
}

function inRange(field: string, value: Decimal, holds: (value: Decimal) => boolean, range: string): number {
  if (value.isFinite() && holds(value)) return value.toNumber();
  const message = `${field}: ${value.toString()} is no ${field}; give a figure ${range}`;
  throw new ModelInputError('risk-parameter-out-of-range', field, message);
}
