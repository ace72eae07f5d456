import { z } from 'zod';
import { identifier, instant, reason, underlying } from '../fields.js';
import { price } from './amounts.js';

const named = {
  overrideId: identifier,
  underlying,
  expiry: instant.meta({
    description: 'Of the contracts that are to be delivered at this price.',
    example: 1584691200000,
  }),
  validUntil: instant.meta({
    description: 'Clearing time up to which another person may approve it.',
    example: 1584691800000,
  }),
};

export const settlementOverrideRequest = z
  .strictObject({
    ...named,
    price: price.optional().meta({ description: 'USD; absent: the average again, whatever was approved before.' }),
    reason: reason.meta({ description: 'Why; everybody who is delivered at it asks.' }),
  })
  .meta({
    id: 'SettlementOverrideRequest',
    description: 'Proposes another delivery price than the average, which another person approves.',
    example: {
      ...{ overrideId: 'settle-btc-20mar20', underlying: 'BTC', expiry: 1584691200000, validUntil: 1584691800000 },
      ...{ price: '6180', reason: 'Two venues printed a stale index in the window.' },
    },
  });

export const settlementOverrideApprovalRequest = z.strictObject({}).meta({
  id: 'SettlementOverrideApprovalRequest',
  description: 'Approves the settlement price in the path.',
  example: {},
});

export const settlementOverridesView = z
  .strictObject({
    overrides: z.array(
      z.strictObject({
        ...named,
        price: price.nullable().meta({ description: 'USD; null: the average.' }),
        reason: z.string(),
        proposer: z.string(),
        approvedAt: instant.nullable().meta({ description: 'null: it waits for a second person.' }),
      }),
    ),
  })
  .meta({
    id: 'SettlementOverridesView',
    description: 'What persons proposed and approved for expiries that are still to be delivered.',
  });
