import { z } from 'zod';
import { accountId, asset, count, decimal, identifier, ordinal, partitionNumber } from '../fields.js';
import { pageByPosition, pageOf } from './page.js';
import { instant } from './times.js';

const place = { partition: partitionNumber, position: ordinal.meta({ description: 'Of its last event in accounts.' }) };

export const movementsQuery = z.strictObject(pageByPosition(500, 50)).meta({ id: 'MovementsQuery' });

export const depositView = z
  .strictObject({ depositId: identifier, accountId, asset, amount: decimal, at: instant, ...place })
  .meta({ id: 'DepositView', description: 'A deposit as it was booked.' });

export const depositsPage = pageOf('DepositsPage', 'Deposits of an account, newest first.', depositView);

export const withdrawalView = z
  .strictObject({
    withdrawalId: identifier,
    accountId,
    status: z.enum(['held', 'settled', 'released', 'rejected']),
    asset: asset.nullable().meta({ description: 'null when it was refused before anything was held.' }),
    amount: decimal.nullable(),
    to: accountId.nullable().meta({ description: 'Account that a transfer goes to; null when it is paid out.' }),
    attempt: count.meta({ description: 'How many times margin was asked.' }),
    code: z.string().nullable().meta({ description: 'Why it was released or rejected; null otherwise.' }),
    at: instant.meta({ description: 'When it came so far.' }),
    ...place,
  })
  .meta({ id: 'Withdrawal', description: 'How far a withdrawal or a transfer came.' });

export const withdrawalsPage = pageOf(
  'WithdrawalsPage',
  'Withdrawals of an account and transfers from it, the last that was asked first.',
  withdrawalView,
);
