import type { EventsOf } from '../schema/event.js';
import { ADL_EVENTS, ADL_REQUEST_EVENTS } from './adl.js';
import { AUCTION_EVENTS, AUCTION_REQUEST_EVENTS } from './auctions.js';
import { CASE_EVENTS } from './case.js';
import { HEDGE_REQUEST_EVENTS } from './hedge.js';
import { PROVIDER_EVENTS, PROVIDER_REQUEST_EVENTS } from './providers.js';
import { SLICE_EVENTS } from './slice.js';
import { TURN_EVENTS, TURN_REQUEST_EVENTS } from './turn.js';

/** liquidation p. */
export const LIQUIDATION_EVENTS = {
  ...CASE_EVENTS,
  ...SLICE_EVENTS,
  ...HEDGE_REQUEST_EVENTS,
  ...TURN_REQUEST_EVENTS,
  ...PROVIDER_REQUEST_EVENTS,
  ...AUCTION_REQUEST_EVENTS,
  ...ADL_REQUEST_EVENTS,
};

/** liquidation, global. */
export const LIQUIDATION_GLOBAL_EVENTS = { ...PROVIDER_EVENTS, ...AUCTION_EVENTS, ...ADL_EVENTS, ...TURN_EVENTS };

export interface LiquidationEvents extends EventsOf<typeof LIQUIDATION_EVENTS> {}
export interface AdlEvents extends EventsOf<typeof ADL_EVENTS> {}
export interface ProviderEvents extends EventsOf<typeof PROVIDER_EVENTS> {}
export interface AuctionEvents extends EventsOf<typeof AUCTION_EVENTS> {}
export interface TurnEvents extends EventsOf<typeof TURN_EVENTS> {}
export interface LiquidationGlobalEvents extends EventsOf<typeof LIQUIDATION_GLOBAL_EVENTS> {}
