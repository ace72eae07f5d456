import { z } from 'zod';
import { identifier, instrument, reason } from '../fields.js';
import { pageOf } from './page.js';
import { askedInstant, instant } from './times.js';
import { price } from './amounts.js';

const named = { delistingId: identifier, instrument };
const EXAMPLE = '2020-03-20T08:00:00.000Z';

export const delistingRequest = z
  .strictObject({
    ...named,
    at: askedInstant
      .optional()
      .meta({ description: 'Clearing time from which it is settled; absent: it stays after all.', example: EXAMPLE }),
    price: price.optional().meta({ description: 'As the contract is quoted; absent: the mark then.' }),
    reason: reason.meta({ description: 'Why; everybody who holds it asks.' }),
  })
  .meta({
    id: 'DelistingRequest',
    description: 'Proposes that a perpetual ends, which another person approves.',
    example: {
      ...{ delistingId: 'end-luna', instrument: 'LUNA-PERP', at: EXAMPLE },
      reason: 'Nobody quotes it any more.',
    },
  });

export const delistingApprovalRequest = z.strictObject({}).meta({
  id: 'DelistingApprovalRequest',
  description: 'Approves the delisting in the path.',
  example: {},
});

export const delistingsView = pageOf(
  'DelistingsView',
  'What persons proposed and approved for the end of perpetuals.',
  z.strictObject({
    ...named,
    at: instant
      .nullable()
      .meta({ description: 'Clearing time from which it is settled; null: it stays.', example: EXAMPLE }),
    price: price.nullable().meta({ description: 'null: the mark.' }),
    reason: z.string(),
    proposer: z.string(),
    approver: z.string().nullable().meta({ description: 'null: it waits for a second person.' }),
    approvedAt: instant.nullable().meta({ description: 'null: it waits for a second person.' }),
    ended: z.boolean().meta({ description: 'Every position is closed by it.' }),
  }),
);
