import type { EventsOf } from '../schema/event.js';
import { ACCOUNT_EVENTS } from './account.js';
import { BOOK_IMPORT_EVENTS, IMPORTED_ACCOUNT_EVENTS, type BOOK_IMPORT_COMMANDS } from './book-import.js';
import type { ACCOUNTS_COMMANDS } from './commands.js';
import { CORRECTION_EVENTS, TRADE_REVERSAL_EVENTS, type CORRECTION_COMMANDS } from './correction.js';
import { DEFERRAL_EVENTS } from './deferral.js';
import { FUND_EVENTS as OF_FUNDS } from './fund.js';
import { LIQUIDATION_BOOKING_EVENTS } from './liquidation-booking.js';
import { POSITION_EVENTS } from './position.js';
import { RECONCILIATION_EVENTS, type RECONCILIATION_COMMANDS } from './reconciliation.js';
import { SETTLEMENT_EVENTS } from './settlement.js';
import { WITHDRAWAL_EVENTS } from './withdrawal.js';

export { ACCOUNTS_COMMANDS, SUSPENSE_OUTCOMES } from './commands.js';
export { BOOK_IMPORT_COMMANDS, MOST_BOOK_ACCOUNTS, bookHead, importedAccount } from './book-import.js';
export { CORRECTION_COMMANDS } from './correction.js';
export { nameOfLine, RECONCILED, RECONCILIATION_COMMANDS } from './reconciliation.js';
export {
  AUCTION_STEP,
  GAINS_STEP,
  LAST_STEPS,
  LOSS_STEPS,
  OWNER_STEP,
  OWN_STEPS,
  PAYING_STEPS,
  PROVIDER_STEP,
} from './fund.js';

/** accounts, global: the funds, trades that are cancelled, books of others, and books that are imported. */
export const FUND_EVENTS = { ...OF_FUNDS, ...CORRECTION_EVENTS, ...RECONCILIATION_EVENTS, ...BOOK_IMPORT_EVENTS };

/** accounts p. The version of the stream of an account is the account version. */
export const ACCOUNTS_EVENTS = {
  ...ACCOUNT_EVENTS,
  ...WITHDRAWAL_EVENTS,
  ...POSITION_EVENTS,
  ...SETTLEMENT_EVENTS,
  ...LIQUIDATION_BOOKING_EVENTS,
  ...DEFERRAL_EVENTS,
  ...TRADE_REVERSAL_EVENTS,
  ...IMPORTED_ACCOUNT_EVENTS,
};

export interface AccountsCommands extends EventsOf<typeof ACCOUNTS_COMMANDS> {}
export interface ReconciliationCommands extends EventsOf<typeof RECONCILIATION_COMMANDS> {}
export interface BookImportCommands extends EventsOf<typeof BOOK_IMPORT_COMMANDS> {}
export interface CorrectionCommands extends EventsOf<typeof CORRECTION_COMMANDS> {}
export interface AccountsEvents extends EventsOf<typeof ACCOUNTS_EVENTS> {}
export interface FundEvents extends EventsOf<typeof FUND_EVENTS> {}
