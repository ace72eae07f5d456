import {
  ACCOUNTS_COMMANDS,
  ACCOUNTS_EVENTS,
  BOOK_IMPORT_COMMANDS,
  CORRECTION_COMMANDS,
  FUND_EVENTS,
  RECONCILIATION_COMMANDS,
} from './accounts/index.js';
import { DOCUMENT_COMMANDS, DOCUMENT_EVENTS, OPENING_EVENTS } from './documents.js';
import { FILL_EVENTS, ORDER_EVENTS, ORDER_REPORT_EVENTS, QUOTE_EVENTS, TRANSFER_EVENTS } from './exchange/index.js';
import { AUCTION_COMMANDS } from './liquidation/auctions.js';
import { LIQUIDATION_EVENTS, LIQUIDATION_GLOBAL_EVENTS } from './liquidation/index.js';
import { MARGIN_COMMANDS, MARGIN_EVENTS, MARGIN_GLOBAL_EVENTS } from './margin/index.js';
import {
  DELISTING_COMMANDS,
  HOUSE_MODE_COMMANDS,
  INSTRUMENT_HALT_COMMANDS,
  PRICING_EVENTS,
  SETTLEMENT_OVERRIDE_COMMANDS,
} from './pricing/index.js';
import type { EventDefinitions } from './schema/event.js';
import type { LogName } from './topology.js';

/**
 * All events of a log in one kind of partition: one of the global partition in a numbered one is a mistake of its sender.
 * `every`: in numbered ones and in the global one alike.
 */
export interface EventFamily {
  readonly log: LogName;
  readonly partition: 'numbered' | 'global' | 'every';
  readonly events: EventDefinitions;
}

/** Every event and command there is; topics, parsers, JSON Schemas and the catalogue follow. */
export const EVENT_FAMILIES: readonly EventFamily[] = [
  { log: 'exchange.quotes', partition: 'global', events: QUOTE_EVENTS },
  { log: 'exchange.fills', partition: 'numbered', events: FILL_EVENTS },
  { log: 'exchange.transfers', partition: 'numbered', events: TRANSFER_EVENTS },
  { log: 'exchange.orders', partition: 'numbered', events: ORDER_EVENTS },
  { log: 'exchange.orderReports', partition: 'numbered', events: ORDER_REPORT_EVENTS },
  { log: 'accounts.commands', partition: 'numbered', events: ACCOUNTS_COMMANDS },
  {
    log: 'accounts.commands',
    partition: 'global',
    events: { ...DOCUMENT_COMMANDS, ...CORRECTION_COMMANDS, ...RECONCILIATION_COMMANDS, ...BOOK_IMPORT_COMMANDS },
  },
  { log: 'accounts', partition: 'every', events: OPENING_EVENTS },
  { log: 'accounts', partition: 'numbered', events: ACCOUNTS_EVENTS },
  { log: 'accounts', partition: 'global', events: { ...FUND_EVENTS, ...DOCUMENT_EVENTS } },
  {
    log: 'pricing.commands',
    partition: 'global',
    events: {
      ...DOCUMENT_COMMANDS,
      ...HOUSE_MODE_COMMANDS,
      ...INSTRUMENT_HALT_COMMANDS,
      ...SETTLEMENT_OVERRIDE_COMMANDS,
      ...DELISTING_COMMANDS,
    },
  },
  { log: 'pricing', partition: 'global', events: { ...OPENING_EVENTS, ...PRICING_EVENTS, ...DOCUMENT_EVENTS } },
  { log: 'margin.commands', partition: 'numbered', events: MARGIN_COMMANDS },
  { log: 'margin.commands', partition: 'global', events: DOCUMENT_COMMANDS },
  { log: 'margin', partition: 'every', events: OPENING_EVENTS },
  { log: 'margin', partition: 'global', events: MARGIN_GLOBAL_EVENTS },
  { log: 'margin', partition: 'numbered', events: MARGIN_EVENTS },
  { log: 'liquidation.commands', partition: 'global', events: { ...DOCUMENT_COMMANDS, ...AUCTION_COMMANDS } },
  { log: 'liquidation', partition: 'every', events: OPENING_EVENTS },
  { log: 'liquidation', partition: 'numbered', events: LIQUIDATION_EVENTS },
  { log: 'liquidation', partition: 'global', events: { ...LIQUIDATION_GLOBAL_EVENTS, ...DOCUMENT_EVENTS } },
];
