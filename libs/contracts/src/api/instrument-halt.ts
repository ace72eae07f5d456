import { z } from 'zod';
import { identifier, instrument, reason } from '../fields.js';
import { pageOf } from './page.js';
import { askedInstant, instant } from './times.js';

export const instrumentHaltRequest = z
  .strictObject({
    haltId: identifier,
    instrument,
    until: askedInstant.optional().meta({
      description: 'Clearing time from which it trades again by itself; absent: until two persons resume it.',
      example: '2020-03-12T11:45:00.000Z',
    }),
    reason: reason.meta({ description: 'Why; everybody whose order is refused because of it asks.' }),
  })
  .meta({
    id: 'InstrumentHaltRequest',
    description:
      'Lets nothing trade in an instrument, at once and by one person, or for longer than it is halted already.',
    example: { haltId: 'halt-btc-2020-03-12', instrument: 'BTC-PERP', reason: 'A faulty gateway crosses its book.' },
  });

export const resumptionRequest = z.strictObject({ reason }).meta({
  id: 'ResumptionRequest',
  description: 'Proposes that the halt in the path ends now, which another person approves.',
  example: { reason: 'The gateway was replaced; the book is sound.' },
});

export const resumptionApprovalRequest = z
  .strictObject({})
  .meta({ id: 'ResumptionApprovalRequest', description: 'Approves that the halt in the path ends now.', example: {} });

export const instrumentHaltsView = pageOf(
  'InstrumentHaltsView',
  'Instruments in which nothing trades at present.',
  z.strictObject({
    haltId: identifier,
    instrument,
    reason: z.string(),
    haltedBy: z.string(),
    since: instant,
    until: instant.nullable().meta({ description: 'null: until two persons resume it.' }),
    resumption: z
      .strictObject({ proposer: z.string(), reason: z.string() })
      .nullable()
      .meta({ description: 'What waits for a second person.' }),
  }),
);
