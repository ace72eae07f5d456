import { z } from 'zod';
import { identifier, instant, instrument, reason } from '../fields.js';
import { price } from './amounts.js';

const named = { delistingId: identifier, instrument };
const at = instant.meta({ description: 'Clearing time from which it is settled.', example: 1584691200000 });

export const delistingRequest = z
  .strictObject({
    ...named,
    at: at.optional().meta({ description: 'Clearing time from which it is settled; absent: it stays after all.' }),
    price: price.optional().meta({ description: 'As the contract is quoted; absent: the mark then.' }),
    reason: reason.meta({ description: 'Why; everybody who holds it asks.' }),
  })
  .meta({
    id: 'DelistingRequest',
    description: 'Proposes that a perpetual ends, which another person approves.',
    example: {
      ...{ delistingId: 'end-luna', instrument: 'LUNA-PERP', at: 1584691200000 },
      reason: 'Nobody quotes it any more.',
    },
  });

export const delistingApprovalRequest = z.strictObject({}).meta({
  id: 'DelistingApprovalRequest',
  description: 'Approves the delisting in the path.',
  example: {},
});

export const delistingsView = z
  .strictObject({
    delistings: z.array(
      z.strictObject({
        ...named,
        at: at.nullable().meta({ description: 'null: it stays.' }),
        price: price.nullable().meta({ description: 'null: the mark.' }),
        reason: z.string(),
        proposer: z.string(),
        approvedAt: instant.nullable().meta({ description: 'null: it waits for a second person.' }),
        ended: z.boolean().meta({ description: 'Every position is closed by it.' }),
      }),
    ),
  })
  .meta({ id: 'DelistingsView', description: 'What persons proposed and approved for the end of perpetuals.' });
