import { z } from 'zod';
import { count, decimal, identifier, instrument, ordinal, partitionNumber, tradeSide } from '../fields.js';
import { boundedBy } from '../bounds.js';
import { pageOf } from './page.js';

export const correctionsView = pageOf(
  'CorrectionsView',
  'Cancellations of booked trades that persons asked for, in the order of their ids.',
  z.strictObject({
    correctionId: identifier,
    tradeId: identifier,
    instrument,
    reason: z.string(),
    proposer: z.string(),
    approver: z.string().nullable().meta({ description: 'null: it waits for a second person.' }),
    ended: z.string().nullable().meta({
      description: 'Code for which it will never be approved; null while it may be, or is.',
    }),
    reported: z.strictObject({ partitions: count, of: ordinal }).meta({
      description: 'How many partitions have said what they booked of the trade; it can be approved once all have.',
    }),
    sides: boundedBy(
      'trade',
      z.strictObject({ partition: partitionNumber, accountId: z.string(), side: tradeSide, quantity: decimal }),
    ).meta({ description: 'What was booked of it.' }),
    refusals: boundedBy('partitions', z.string()).meta({
      description: 'Codes for which a partition cannot take its side back.',
    }),
  }),
);
