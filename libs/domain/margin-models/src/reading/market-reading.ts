import { type Decimal, type Instant, ModelInputError, ONE } from '@ballast/kernel';
import { requireRiskSchedule, type RiskSchedule } from '@ballast/risk-schedule';
import type { ExpiryMarket, InstrumentMarket, Market, UnderlyingMarket } from '../margin-model.js';

/** The asset that requirements are in; its price is 1. */
export const SETTLEMENT_ASSET = 'USD';

export const SECONDS_PER_DAY = 86_400;
export const SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY;

/** @throws ModelInputError `figure-not-finite` */
export function finite(value: Decimal, field: string): Decimal {
  if (value.isFinite()) return value;
  throw new ModelInputError(
    'figure-not-finite',
    field,
    `${field}: ${value.toString()} is no amount; give a finite figure`,
  );
}

/** @throws ModelInputError `figure-not-finite`, `price-not-positive` */
export function positive(value: Decimal, field: string): Decimal {
  if (finite(value, field).gt(0)) return value;
  throw new ModelInputError(
    'price-not-positive',
    field,
    `${field}: ${value.toString()} is not above zero; correct the price set`,
  );
}

/** An absent confidence is certainty. @throws ModelInputError `confidence-out-of-range` */
export function confidenceOf(confidence: Decimal | undefined, field: string): Decimal {
  if (confidence === undefined) return ONE;
  if (confidence.isFinite() && confidence.gte(0) && confidence.lte(1)) return confidence;
  const message = `${field}: ${confidence.toString()} is no confidence; give a figure from 0 to 1`;
  throw new ModelInputError('confidence-out-of-range', field, message);
}

/** @throws ModelInputError `market-missing` */
function found<T>(value: T | undefined, field: string): T {
  if (value !== undefined) return value;
  throw new ModelInputError(
    'market-missing',
    field,
    `${field}: the price set has nothing for it; publish it or remove the position`,
  );
}

export function underlyingMarketOf(market: Market, underlying: string): UnderlyingMarket {
  const field = `market.underlyings.${underlying}`;
  const underlyingMarket = found(market.underlyings.get(underlying), field);
  positive(underlyingMarket.spot, `${field}.spot`);
  return underlyingMarket;
}

export function expiryMarketOf(market: Market, underlying: string, expiry: Instant): ExpiryMarket {
  const field = `market.expiries.${underlying}@${expiry}`;
  const expiryMarket = found(market.expiries.get(`${underlying}@${expiry}`), field);
  positive(expiryMarket.forward, `${field}.forward`);
  if (expiryMarket.rate !== undefined) finite(expiryMarket.rate, `${field}.rate`);
  return expiryMarket;
}

export function instrumentMarketOf(market: Market, instrument: string): InstrumentMarket {
  const field = `market.instruments.${instrument}`;
  const instrumentMarket = found(market.instruments.get(instrument), field);
  finite(instrumentMarket.mark, `${field}.mark`);
  return instrumentMarket;
}

/** Mark volatility per year of an option. @throws ModelInputError `market-missing`, `volatility-negative` */
export function volatilityOf(market: Market, instrument: string): Decimal {
  const field = `market.instruments.${instrument}.volatility`;
  const volatility = finite(found(market.instruments.get(instrument)?.volatility, field), field);
  if (volatility.gte(0)) return volatility;
  throw new ModelInputError(
    'volatility-negative',
    field,
    `${field}: ${volatility.toString()} is below zero; correct the surface`,
  );
}

/** Price and confidence of something held: the price set's collateral figure, else the spot of the underlying of that name. */
export function assetMarketOf(
  market: Market,
  asset: string,
): { readonly price: Decimal; readonly confidence: Decimal } {
  const field = `market.collateral.${asset}`;
  const own = market.collateral.get(asset);
  const spot = market.underlyings.get(asset);
  const price = found(own?.price ?? spot?.spot, field);
  return {
    price: positive(price, `${field}.price`),
    confidence: confidenceOf(own === undefined ? spot?.confidence : own.confidence, `${field}.confidence`),
  };
}

/** Price of the settlement stablecoin in USD. */
export function stablePriceOf(market: Market): Decimal {
  return positive(market.stablePrice ?? ONE, 'market.stablePrice');
}

/** @throws ModelInputError `instrument-expired` when the expiry is before the price set; at the moment itself an option is worth its payoff */
export function secondsToExpiryOf(market: Market, instrument: string, expiry: Instant): number {
  const seconds = (expiry - market.asOf) / 1_000;
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  const message = `positions.${instrument}: expired before the price set was taken; settle it first`;
  throw new ModelInputError('instrument-expired', `positions.${instrument}`, message);
}

/** What is published of an underlying, checked. @throws ModelInputError `market-missing`, `schedule-malformed` */
export function riskScheduleOf(market: Market, underlying: string): RiskSchedule {
  const field = `market.adaptive.${underlying}`;
  const schedule = market.adaptive?.get(underlying);
  if (schedule === undefined) {
    const message = `${field}: no AVSL rates are published; publish a schedule or use another model`;
    throw new ModelInputError('market-missing', field, message);
  }
  requireRiskSchedule(schedule, field);
  return schedule;
}
