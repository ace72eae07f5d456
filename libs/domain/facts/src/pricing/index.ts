import type { EventsOf } from '../schema/event.js';
import { CONTRACT_EVENTS } from './contracts.js';
import { PRICE_EVENTS } from './prices.js';

export type * from './contracts.js';
export type * from './prices.js';

/** pricing, global. */
export const PRICING_EVENTS = { ...PRICE_EVENTS, ...CONTRACT_EVENTS };

export interface PricingEvents extends EventsOf<typeof PRICING_EVENTS> {}
