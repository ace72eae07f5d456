import { event, type EventsOf } from '../schema/event.js';
import { identifier, instant, instrument, label, positiveDecimal, reason } from '../schema/forms.js';
import { nullable, optional } from '../schema/schema.js';

const stream = 'delisting-<instrument>';

const named = { delistingId: identifier(), instrument: instrument('A perpetual that is cleared.'), reason: reason() };

const delisting = {
  ...named,
  at: nullable(instant('Clearing time from which it is settled; null: it stays, whatever was approved before.')),
  price: nullable(positiveDecimal('As the contract is quoted; null: the mark then.')),
};

/** pricing, global: what every partition of every service reads. */
export const DELISTING_EVENTS = {
  DelistingProposed: event({
    description: 'A person wants a perpetual to end; nothing changes before another one approves.',
    stream,
    payload: delisting,
  }),
  DelistingApproved: event({
    description:
      'A perpetual ends at a time that two persons have set, and takes no new risk until then; what was approved before is replaced.',
    stream,
    payload: { ...delisting, proposer: label('Who proposed it.') },
  }),
  InstrumentDelisted: event({
    description:
      'A perpetual has ended: accounts closes every position at this price, and nothing trades in it any more.',
    stream,
    payload: {
      delistingId: identifier(),
      instrument: instrument(),
      price: positiveDecimal('As the contract is quoted: its mark, or what two persons set.'),
    },
  }),
};

/** Commands of pricing, global. The actor of the entry is the person who asks. */
export const DELISTING_COMMANDS = {
  ProposeDelisting: event({
    description: 'Propose that a perpetual ends at a time, or that it stays after all.',
    stream: 'commands',
    payload: {
      ...named,
      at: optional(instant('Clearing time from which it is settled; absent: it stays.')),
      price: optional(positiveDecimal('As the contract is quoted; absent: the mark then.')),
    },
  }),
  ApproveDelisting: event({
    description: 'Approves what another person proposed for the end of a perpetual.',
    stream: 'commands',
    payload: { delistingId: identifier() },
  }),
};

export interface DelistingCommands extends EventsOf<typeof DELISTING_COMMANDS> {}
