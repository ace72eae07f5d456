import { z } from 'zod';
import { accountId, count, decimal, instrument, nonNegativeDecimal, ordinal, underlying } from '../fields.js';
import { boundedBy } from '../bounds.js';
import { pageByKey, pageOf } from './page.js';
import { instant } from './times.js';

const side = z.enum(['long', 'short']);
const phase = z.enum(['off', 'soon', 'on']);

export const bankruptSideForm = side.meta({ description: 'Side of the bankrupt positions.', example: 'long' });

export const instrumentForm = instrument;

export const deleveragingQueueQuery = z.strictObject(pageByKey(1_000, 100)).meta({ id: 'DeleveragingQueueQuery' });

const outlook = z.strictObject({
  instrument,
  side: side.meta({ description: 'Side of the bankrupt positions; who is deleveraged is on the other.' }),
  underlying,
  phase: phase.meta({
    description:
      'soon: one more requirement of loss in the accounts in liquidation would be more than reserve and fund have; on: positions are being offered to the other side, or the fund still lacks what is owed.',
  }),
  since: instant.nullable().meta({ description: 'Since when; null: it was never another phase.' }),
  owed: nonNegativeDecimal.meta({ description: 'USD of deficits that nobody has paid.' }),
  exposed: nonNegativeDecimal.meta({ description: 'USD that they would be after one more requirement of loss.' }),
  reserve: nonNegativeDecimal.meta({ description: 'USD in the reserve of the underlying.' }),
  triggerDistance: nonNegativeDecimal.meta({ description: 'USD of further deficits that reserve and fund can pay.' }),
  stopDistance: nonNegativeDecimal.meta({ description: 'USD that has to come in, or to be owed less, to end it.' }),
});

export const deleveragingView = z
  .strictObject({
    clearing: instant,
    fund: nonNegativeDecimal.meta({ description: 'USD in the fund of all.' }),
    queues: boundedBy('market', outlook).meta({
      description: 'Every instrument and side in which an account in liquidation had a part; all others are off.',
    }),
  })
  .meta({ id: 'Deleveraging', description: 'How near deleveraging is, by instrument and side.' });

export const deleveragingQueue = pageOf(
  'DeleveragingQueue',
  'Who would be deleveraged, first to last, as a round decides it now. Hedges come last; who cannot bear the price of a bankrupt position comes after those who can, which is known only once there is one. Page by page, who stays as he is comes exactly once, whatever the others do meanwhile; `place` is that of the moment of `asOf`.',
  z.strictObject({
    place: ordinal.meta({ description: '1 is deleveraged first.' }),
    accountId,
    quantity: nonNegativeDecimal.meta({ description: 'Contracts, unsigned.' }),
    notional: nonNegativeDecimal.meta({ description: 'USD.' }),
    requirement: decimal.meta({
      description: 'USD of the maintenance requirement that the position bears; not above zero for a hedge.',
    }),
    equity: decimal.meta({ description: 'USD.' }),
    need: decimal.meta({ description: 'Requirement over equity, which the queue is ordered by; 8 digits.' }),
  }),
  {
    schedule: ordinal.nullable().meta({
      description:
        'Position of the ScheduleInForce in margin global that everybody is measured by; null before the first.',
    }),
    instrument,
    side: side.meta({ description: 'Side of the bankrupt positions; those listed are on the other.' }),
    phase,
    total: count.meta({ description: 'Positions in the queue.' }),
  },
);

export const accountDeleveraging = z
  .strictObject({
    clearing: instant,
    accountId,
    positions: boundedBy(
      'account',
      z.strictObject({
        instrument,
        side: side.meta({ description: 'Side of the position of the account.' }),
        phase,
        place: ordinal.nullable().meta({
          description: '1 is deleveraged first; null: the account is in liquidation itself, or has no equity.',
        }),
        of: count.meta({ description: 'Positions in the queue.' }),
        triggerDistance: nonNegativeDecimal.nullable().meta({ description: 'USD; null while it is off.' }),
        stopDistance: nonNegativeDecimal.nullable().meta({ description: 'USD; null while it is off.' }),
      }),
    ),
  })
  .meta({ id: 'AccountDeleveraging', description: 'Where the positions of an account stand in the queues.' });

export type DeleveragingView = z.infer<typeof deleveragingView>;
export type DeleveragingQueue = z.infer<typeof deleveragingQueue>;
export type AccountDeleveraging = z.infer<typeof accountDeleveraging>;
