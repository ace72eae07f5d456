import { z } from 'zod';
import { accountId, decimal, instrument, marginFigures, nonNegativeDecimal, ordinal, tradeSide } from '../fields.js';
import { brokenLimit } from './limits.js';
import { price, quantity } from './amounts.js';

export const preTradeCheckRequest = z
  .strictObject({
    instrument,
    side: tradeSide,
    quantity,
    price: price
      .optional()
      .meta({ description: 'Limit price, USD; without it the order is valued at the mark. The worse of both counts.' }),
  })
  .meta({
    id: 'PreTradeCheckRequest',
    description: 'May the account in the path place this order? Nothing is reserved and nothing is stored.',
    example: { instrument: 'BTC-PERP', side: 'buy', quantity: '0.5', price: '6021.5' },
  });

export const preTradeCheckResponse = z
  .strictObject({
    accountId,
    allowed: z.boolean(),
    code: z
      .enum([
        'below-initial-requirement',
        'owner-below-initial-requirement',
        'position-limit',
        'concentration-limit',
        'open-interest-limit',
        'account-liquidating',
        'account-restricted',
        'account-frozen',
        'account-closed',
        'prices-halted',
        'instrument-unknown',
        'instrument-halted',
        'instrument-delisted',
        'house-reduce-only',
        'house-withdrawals-stopped',
        'house-halted',
      ])
      .nullable()
      .meta({ description: 'Why not; null when allowed.' }),
    reducesRisk: z.boolean().meta({
      description:
        'The order makes the position smaller without turning it round; such an order is always allowed, but in an instrument that is halted.',
    }),
    before: marginFigures.nullable().meta({ description: 'null before the first price set.' }),
    after: marginFigures.nullable().meta({ description: 'As if the order were filled at its price at once.' }),
    headroom: decimal.nullable().meta({
      description:
        'USD that the account could still lose to orders after this one: equity less the initial requirement, whichever of its orders and reservations fill, and less what they cost. null when something that may fill has no price.',
    }),
    limit: brokenLimit.nullable().meta({ description: 'The limit that the order would break; null: none.' }),
    missing: nonNegativeDecimal.meta({ description: 'USD of equity that is missing for the order; 0 when allowed.' }),
    accountVersion: ordinal,
    schedule: ordinal
      .nullable()
      .meta({ description: 'Position of the ScheduleInForce in margin global; null before the first price set.' }),
  })
  .meta({ id: 'PreTradeCheck', description: 'The answer names what it was decided on: account version and schedule.' });
