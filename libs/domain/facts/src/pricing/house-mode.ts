import { event, type EventsOf } from '../schema/event.js';
import { identifier, label, reason } from '../schema/forms.js';
import { nullable, oneOf, type ValueOf } from '../schema/schema.js';

export const HOUSE_MODES = ['normal', 'reduce-only', 'withdrawals-stopped', 'halt'] as const;
const houseMode = oneOf(HOUSE_MODES, 'What the house does at all; `docs/spec/house-modes.md` has the matrix.');
/** What the house does at all. */
export type HouseMode = ValueOf<typeof houseMode>;

/** pricing, global: what every partition of every service reads. */
export const HOUSE_MODE_EVENTS = {
  HouseModeProposed: event({
    description: 'A person wants the house to do more again; nothing changes before another one approves.',
    stream: 'house-mode',
    payload: { proposalId: identifier(), mode: houseMode, reason: reason() },
  }),
  HouseModeChanged: event({
    description: 'The house does more or less from here on.',
    stream: 'house-mode',
    payload: {
      proposalId: identifier(),
      from: houseMode,
      to: houseMode,
      proposer: nullable(
        label('Who proposed it, when another person approved; null when one person may decide alone.'),
      ),
      reason: reason(),
    },
  }),
};

/** Commands of pricing, global. The actor of the entry is the person who asks. */
export const HOUSE_MODE_COMMANDS = {
  ChangeHouseMode: event({
    description: 'Let the house do less, at once, or propose that it does more.',
    stream: 'commands',
    payload: { proposalId: identifier(), mode: houseMode, reason: reason() },
  }),
  ApproveHouseMode: event({
    description: 'Approve that the house does more again.',
    stream: 'commands',
    payload: { proposalId: identifier() },
  }),
};

export interface HouseModeEvents extends EventsOf<typeof HOUSE_MODE_EVENTS> {}
export interface HouseModeCommands extends EventsOf<typeof HOUSE_MODE_COMMANDS> {}
