import type { NewEvent } from '@ballast/event-sourcing';
import type { InstrumentId, PricingEvents, Underlying } from '@ballast/facts';

const event = <Type extends keyof PricingEvents>(
  stream: string,
  type: Type,
  payload: PricingEvents[Type],
): NewEvent<Type, PricingEvents[Type]> => ({ stream, type, schemaVersion: 1, payload });

export const sourceStateChanged = (payload: PricingEvents['SourceStateChanged']): NewEvent =>
  event(`source-${payload.underlying}-${payload.venue}`, 'SourceStateChanged', payload);

export const volatilitySeeded = (underlying: Underlying, payload: PricingEvents['VolatilitySeeded']): NewEvent =>
  event(`volatility-${underlying}`, 'VolatilitySeeded', payload);

export const priceSetPublished = (payload: PricingEvents['PriceSetPublished']): NewEvent =>
  event('prices', 'PriceSetPublished', payload);

export const fundingRateFixed = (instrument: InstrumentId, payload: PricingEvents['FundingRateFixed']): NewEvent =>
  event(`funding-${instrument}`, 'FundingRateFixed', payload);

export const instrumentAdmitted = (payload: PricingEvents['InstrumentAdmitted']): NewEvent =>
  event(`instrument-${payload.specification.id}`, 'InstrumentAdmitted', payload);

export const instrumentRefused = (payload: PricingEvents['InstrumentRefused']): NewEvent =>
  event(`instrument-${payload.instrument}`, 'InstrumentRefused', payload);

export const surfacePublished = (payload: PricingEvents['SurfacePublished']): NewEvent =>
  event(`surface-${payload.underlying}-${payload.expiry}`, 'SurfacePublished', payload);

export const riskArraysPublished = (payload: PricingEvents['RiskArraysPublished']): NewEvent =>
  event('prices', 'RiskArraysPublished', payload);

export const settlementPriceFixed = (payload: PricingEvents['SettlementPriceFixed']): NewEvent =>
  event(`settlement-${payload.underlying}-${payload.expiry}`, 'SettlementPriceFixed', payload);

export const variationPriceFixed = (payload: PricingEvents['VariationPriceFixed']): NewEvent =>
  event(`variation-${payload.instrument}`, 'VariationPriceFixed', payload);
