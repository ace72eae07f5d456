import { z } from 'zod';
import { identifier, reason, underlying } from '../fields.js';
import { pageOf } from './page.js';
import { askedInstant, instant } from './times.js';
import { price } from './amounts.js';

/** @param moment a time in a request or in an answer */
const named = (moment: typeof instant) => ({
  overrideId: identifier,
  underlying,
  expiry: moment.meta({
    description: 'Of the contracts that are to be delivered at this price.',
    example: '2020-03-20T08:00:00.000Z',
  }),
  validUntil: moment.meta({
    description: 'Clearing time up to which another person may approve it.',
    example: '2020-03-20T08:10:00.000Z',
  }),
});

export const settlementOverrideRequest = z
  .strictObject({
    ...named(askedInstant),
    price: price.optional().meta({ description: 'USD; absent: the average again, whatever was approved before.' }),
    reason: reason.meta({ description: 'Why; everybody who is delivered at it asks.' }),
  })
  .meta({
    id: 'SettlementOverrideRequest',
    description: 'Proposes another delivery price than the average, which another person approves.',
    example: {
      ...{
        overrideId: 'settle-btc-20mar20',
        underlying: 'BTC',
        expiry: '2020-03-20T08:00:00Z',
        validUntil: '2020-03-20T08:10:00Z',
      },
      ...{ price: '6180', reason: 'Two venues printed a stale index in the window.' },
    },
  });

export const settlementOverrideApprovalRequest = z.strictObject({}).meta({
  id: 'SettlementOverrideApprovalRequest',
  description: 'Approves the settlement price in the path.',
  example: {},
});

export const settlementOverridesView = pageOf(
  'SettlementOverridesView',
  'What persons proposed and approved for expiries that are still to be delivered.',
  z.strictObject({
    ...named(instant),
    price: price.nullable().meta({ description: 'USD; null: the average.' }),
    reason: z.string(),
    proposer: z.string(),
    approver: z.string().nullable().meta({ description: 'null: it waits for a second person.' }),
    approvedAt: instant.nullable().meta({ description: 'null: it waits for a second person.' }),
  }),
);
