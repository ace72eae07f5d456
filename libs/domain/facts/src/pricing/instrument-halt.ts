import { event, type EventsOf } from '../schema/event.js';
import { identifier, instant, instrument, label, reason } from '../schema/forms.js';
import { nullable, oneOf, optional } from '../schema/schema.js';

const stream = 'halts-<instrument>';

/** pricing, global: what every partition of every service reads. */
export const INSTRUMENT_HALT_EVENTS = {
  InstrumentHalted: event({
    description: 'Nothing trades in an instrument from here on; a halt that was in force is replaced by this one.',
    stream,
    payload: {
      haltId: identifier(),
      instrument: instrument(),
      until: nullable(
        instant('Clearing time from which it trades again by itself; null: until two persons resume it.'),
      ),
      reason: reason(),
    },
  }),
  InstrumentResumptionProposed: event({
    description: 'A person wants an instrument to trade again; nothing changes before another one approves.',
    stream,
    payload: { haltId: identifier(), instrument: instrument(), reason: reason() },
  }),
  InstrumentResumed: event({
    description: 'An instrument trades again.',
    stream,
    payload: {
      haltId: identifier(),
      instrument: instrument(),
      because: oneOf(['approved', 'expired'], 'approved: by a second person; expired: the halt had an end.'),
      proposer: nullable(label('Who proposed it; null when the halt expired.')),
      reason: nullable(reason('Why; null when the halt expired.')),
    },
  }),
};

/** Commands of pricing, global. The actor of the entry is the person who asks. */
export const INSTRUMENT_HALT_COMMANDS = {
  HaltInstrument: event({
    description: 'Let nothing trade in an instrument, at once, or for longer than it is halted already.',
    stream: 'commands',
    payload: {
      haltId: identifier(),
      instrument: instrument(),
      until: optional(
        instant('Clearing time from which it trades again by itself; absent: until two persons resume it.'),
      ),
      reason: reason(),
    },
  }),
  ProposeResumption: event({
    description: 'Propose that a halted instrument trades again.',
    stream: 'commands',
    payload: { haltId: identifier('The halt that is to end.'), reason: reason() },
  }),
  ApproveResumption: event({
    description: 'Approve that a halted instrument trades again.',
    stream: 'commands',
    payload: { haltId: identifier('The halt that is to end.') },
  }),
};

export interface InstrumentHaltEvents extends EventsOf<typeof INSTRUMENT_HALT_EVENTS> {}
export interface InstrumentHaltCommands extends EventsOf<typeof INSTRUMENT_HALT_COMMANDS> {}
