import type { EventsOf } from '../schema/event.js';
import { ADL_REQUEST_EVENTS, type ADL_EVENTS } from './adl.js';
import { CASE_EVENTS } from './case.js';
import { SLICE_EVENTS } from './slice.js';

export { ADL_EVENTS } from './adl.js';

/** liquidation p. */
export const LIQUIDATION_EVENTS = { ...CASE_EVENTS, ...SLICE_EVENTS, ...ADL_REQUEST_EVENTS };

export interface LiquidationEvents extends EventsOf<typeof LIQUIDATION_EVENTS> {}
export interface AdlEvents extends EventsOf<typeof ADL_EVENTS> {}
