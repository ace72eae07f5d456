import type { EventsOf } from '../schema/event.js';
import { CONTRACT_QUOTE_EVENTS } from './contracts.js';
import type { FILL_EVENTS } from './fills.js';
import type { ORDER_REPORT_EVENTS } from './order-reports.js';
import { PRODUCER_EVENTS } from './producers.js';
import type { ORDER_EVENTS } from './orders.js';
import { SPOT_QUOTE_EVENTS } from './quotes.js';
import type { TRANSFER_EVENTS } from './transfers.js';

export { FILL_EVENTS } from './fills.js';
export { ORDER_REPORT_EVENTS } from './order-reports.js';
export { PRODUCER_EVENTS } from './producers.js';
export { ORDER_EVENTS } from './orders.js';
export { TRANSFER_EVENTS } from './transfers.js';

/** exchange.quotes, global. */
export const QUOTE_EVENTS = { ...SPOT_QUOTE_EVENTS, ...CONTRACT_QUOTE_EVENTS, ...PRODUCER_EVENTS };

export interface QuoteEvents extends EventsOf<typeof QUOTE_EVENTS> {}
export interface FillEvents extends EventsOf<typeof FILL_EVENTS> {}
export interface TransferEvents extends EventsOf<typeof TRANSFER_EVENTS> {}
export interface OrderEvents extends EventsOf<typeof ORDER_EVENTS> {}
export interface OrderReportEvents extends EventsOf<typeof ORDER_REPORT_EVENTS> {}
export interface ProducerEvents extends EventsOf<typeof PRODUCER_EVENTS> {}
