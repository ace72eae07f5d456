import type { EventsOf } from '../schema/event.js';
import { ACCOUNT_EVENTS } from './account.js';
import type { ACCOUNTS_COMMANDS } from './commands.js';
import type { FUND_EVENTS } from './fund.js';
import { LIQUIDATION_BOOKING_EVENTS } from './liquidation-booking.js';
import { POSITION_EVENTS } from './position.js';
import { SETTLEMENT_EVENTS } from './settlement.js';
import { WITHDRAWAL_EVENTS } from './withdrawal.js';

export { ACCOUNTS_COMMANDS } from './commands.js';
export { FUND_EVENTS } from './fund.js';

/** accounts p. The version of the stream of an account is the account version. */
export const ACCOUNTS_EVENTS = {
  ...ACCOUNT_EVENTS,
  ...WITHDRAWAL_EVENTS,
  ...POSITION_EVENTS,
  ...SETTLEMENT_EVENTS,
  ...LIQUIDATION_BOOKING_EVENTS,
};

export interface AccountsCommands extends EventsOf<typeof ACCOUNTS_COMMANDS> {}
export interface AccountsEvents extends EventsOf<typeof ACCOUNTS_EVENTS> {}
export interface FundEvents extends EventsOf<typeof FUND_EVENTS> {}
