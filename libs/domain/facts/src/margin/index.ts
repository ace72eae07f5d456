import { DOCUMENT_EVENTS } from '../documents.js';
import type { EventsOf } from '../schema/event.js';
import { ACCOUNT_STATE_EVENTS } from './account-state.js';
import { HEDGE_JUDGEMENT_EVENTS } from './hedge.js';
import { MARGIN_CALL_EVENTS } from './margin-call.js';
import { POSITION_LIMIT_EVENTS } from './position-limit.js';
import { PROVIDER_JUDGEMENT_EVENTS } from './providers.js';
import { MARGIN_COMMANDS, RESERVATION_EVENTS } from './reservation.js';
import { RUN_EVENTS } from './run.js';
import { SCHEDULE_EVENTS } from './schedule.js';
import { SET_OFF_EVENTS } from './set-off.js';
import { VARIATION_GAIN_EVENTS } from './variation-gains.js';
import { WITHDRAWAL_ANSWER_EVENTS } from './withdrawal.js';

export * from './assessment.js';
export {
  marginParameters,
  type LiquidationCostFigures,
  type CollateralRuleDocument,
  type MarginParameters,
  type ModelDocument,
  type ModelList,
  type UnderlyingParameters,
} from './parameters.js';
export type { Bracket, BySide, CollateralPrice, RateTable, UnderlyingSchedule } from './schedule.js';

/** margin, global. */
export const MARGIN_GLOBAL_EVENTS = { ...SCHEDULE_EVENTS, ...DOCUMENT_EVENTS };

/** margin p. */
export const MARGIN_EVENTS = {
  ...RUN_EVENTS,
  ...ACCOUNT_STATE_EVENTS,
  ...MARGIN_CALL_EVENTS,
  ...WITHDRAWAL_ANSWER_EVENTS,
  ...SET_OFF_EVENTS,
  ...PROVIDER_JUDGEMENT_EVENTS,
  ...HEDGE_JUDGEMENT_EVENTS,
  ...VARIATION_GAIN_EVENTS,
  ...RESERVATION_EVENTS,
  ...POSITION_LIMIT_EVENTS,
};

/** Commands of margin p. */
export { LONGEST_HOLD_MS, MARGIN_COMMANDS } from './reservation.js';

export interface MarginCommands extends EventsOf<typeof MARGIN_COMMANDS> {}
export interface MarginGlobalEvents extends EventsOf<typeof MARGIN_GLOBAL_EVENTS> {}
export interface MarginEvents extends EventsOf<typeof MARGIN_EVENTS> {}
