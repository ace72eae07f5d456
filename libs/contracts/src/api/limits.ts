import { z } from 'zod';
import { accountId, instrument, nonNegativeDecimal, side, underlying, versionedName } from '../fields.js';
import { boundedBy } from '../bounds.js';

const limited = {
  kind: z.enum(['position', 'concentration', 'open-interest']).meta({
    description:
      'position, open-interest: contracts of an instrument. concentration: USD of notional over all contracts of an underlying.',
  }),
  holder: z
    .enum(['account', 'owner', 'house'])
    .meta({ description: 'The account, all accounts of its owner, or all accounts of the house.' }),
  instrument: instrument.nullable(),
  underlying: underlying.nullable(),
  side: side.meta({ description: 'A bought put is short of its underlying.' }),
  limit: nonNegativeDecimal,
};

export const brokenLimit = z
  .strictObject({
    ...limited,
    figure: nonNegativeDecimal.meta({ description: 'With this order and everything else that may fill.' }),
    headroom: nonNegativeDecimal.meta({ description: 'What may still be ordered on that side, contracts or USD.' }),
  })
  .meta({ id: 'BrokenLimit', description: 'The limit that an order would break.' });

export const accountLimits = z
  .strictObject({
    accountId,
    limits: versionedName.nullable().meta({ description: 'The position limits in force; null: there are none.' }),
    uses: boundedBy(
      'account',
      z.strictObject({
        ...limited,
        held: nonNegativeDecimal,
        committed: nonNegativeDecimal.meta({
          description: 'Held once everything that may fill on that side has filled; of the house: as told last.',
        }),
        headroom: nonNegativeDecimal.meta({ description: 'What may still be ordered on that side.' }),
        exceeded: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'AccountLimits', description: 'Every limit that bounds an account, and how much of it is used.' });
