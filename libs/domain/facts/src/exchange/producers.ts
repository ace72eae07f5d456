import { event } from '../schema/event.js';
import { identifier, label, ordinal, reason } from '../schema/forms.js';
import { nullable, oneOf } from '../schema/schema.js';

const producer = identifier('Name of the program of the exchange that sends.');
const incarnation = identifier('Of its messages: another one numbers other messages.');

/** What Ballast writes beside the messages when it keeps the log of an exchange. */
export const PRODUCER_EVENTS = {
  ProducerBegan: event({
    description:
      'Ballast keeps the log of the exchange, and takes the messages of a producer from position 1 of this incarnation on.',
    stream: 'producer-<producer>',
    payload: {
      producer,
      incarnation,
      continues: nullable(
        identifier('The incarnation before, whose sequence two persons have ended; null for a producer that is new.'),
      ),
      proposer: nullable(label('Who asked for it; null for a producer that is new.')),
      reason: nullable(reason('Why; null for a producer that is new.')),
    },
  }),
  ProducerForked: event({
    description:
      'A producer contradicts what was kept of it. Nothing more is taken of it until two persons have looked at both and said how it goes on.',
    stream: 'producer-<producer>',
    payload: {
      producer,
      incarnation: identifier('The one that was sent.'),
      position: ordinal('Of the message that contradicts.'),
      because: oneOf(
        ['incarnation', 'content'],
        'incarnation: another one than was taken; content: another message at a position that was kept.',
      ),
    },
  }),
  ProducerContinuationProposed: event({
    description: 'Somebody (actor) wants a producer to go on with another incarnation; another person has to approve.',
    stream: 'producer-<producer>',
    payload: { producer, incarnation, reason: reason() },
  }),
};
