import type { NewEvent } from '@ballast/event-sourcing';
import type { PerpetualId, PricingEvents, Underlying } from '@ballast/facts';

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

export const fundingRateFixed = (instrument: PerpetualId, payload: PricingEvents['FundingRateFixed']): NewEvent =>
  event(`funding-${instrument}`, 'FundingRateFixed', payload);
