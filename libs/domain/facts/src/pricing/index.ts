import type { EventsOf } from '../schema/event.js';
import { CONTRACT_EVENTS } from './contracts.js';
import { DELISTING_EVENTS } from './delisting.js';
import { HOUSE_MODE_EVENTS } from './house-mode.js';
import { INSTRUMENT_HALT_EVENTS } from './instrument-halt.js';
import { PRICE_EVENTS } from './prices.js';
import { SETTLEMENT_OVERRIDE_EVENTS } from './settlement-override.js';

export type * from './contracts.js';
export type * from './prices.js';
export { HOUSE_MODE_COMMANDS, HOUSE_MODES, type HouseMode, type HouseModeCommands } from './house-mode.js';
export { DELISTING_COMMANDS, type DelistingCommands } from './delisting.js';
export { SETTLEMENT_OVERRIDE_COMMANDS, type SettlementOverrideCommands } from './settlement-override.js';
export { INSTRUMENT_HALT_COMMANDS, type InstrumentHaltCommands } from './instrument-halt.js';

/** pricing, global. */
export const PRICING_EVENTS = {
  ...PRICE_EVENTS,
  ...CONTRACT_EVENTS,
  ...HOUSE_MODE_EVENTS,
  ...INSTRUMENT_HALT_EVENTS,
  ...SETTLEMENT_OVERRIDE_EVENTS,
  ...DELISTING_EVENTS,
};

export interface PricingEvents extends EventsOf<typeof PRICING_EVENTS> {}
