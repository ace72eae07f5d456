import { event, type EventsOf } from '../schema/event.js';
import { identifier, instant, label, positiveDecimal, reason, underlying } from '../schema/forms.js';
import { nullable, optional } from '../schema/schema.js';

const stream = 'settlement-override-<underlying>-<expiry>';

const named = {
  overrideId: identifier(),
  underlying: underlying(),
  expiry: instant('Of the contracts that are to be delivered at this price.'),
  validUntil: instant('Clearing time up to which another person may approve it.'),
  reason: reason(),
};

const override = {
  ...named,
  price: nullable(positiveDecimal('USD; null: the average again, whatever was approved before.')),
};

/** pricing, global. */
export const SETTLEMENT_OVERRIDE_EVENTS = {
  SettlementOverrideProposed: event({
    description:
      'A person wants an expiry to be delivered at another price than the average; nothing changes before another one approves.',
    stream,
    payload: override,
  }),
  SettlementOverrideApproved: event({
    description:
      'An expiry is delivered at this price, whatever the average; one that was approved before is replaced.',
    stream,
    payload: { ...override, proposer: label('Who proposed it.') },
  }),
};

/** Commands of pricing, global. The actor of the entry is the person who asks. */
export const SETTLEMENT_OVERRIDE_COMMANDS = {
  ProposeSettlementOverride: event({
    description:
      'Propose that everything of one underlying that expires together is delivered at another price than the average.',
    stream: 'commands',
    payload: { ...named, price: optional(positiveDecimal('USD; absent: the average again.')) },
  }),
  ApproveSettlementOverride: event({
    description: 'Approves a price for an expiry that another person proposed.',
    stream: 'commands',
    payload: { overrideId: identifier() },
  }),
};

export interface SettlementOverrideCommands extends EventsOf<typeof SETTLEMENT_OVERRIDE_COMMANDS> {}
