import { z } from 'zod';
import { accountId, nonNegativeDecimal, versionedName } from '../fields.js';
import { pageOf } from './page.js';

export const accountStandingsPage = pageOf(
  'AccountStandingsPage',
  'Accounts that persons froze or closed, in the order of their ids.',
  z.strictObject({
    accountId,
    standing: z.enum(['frozen', 'closed']),
    by: z.string().meta({ description: 'Who saw to that; only another person releases what he froze.' }),
  }),
);

export const feeTiersPage = pageOf(
  'FeeTiersPage',
  'Owners who traded of late or have a fee tier of their own, in the order of their ids.',
  z.strictObject({
    ownerId: z.string(),
    feeTier: nonNegativeDecimal.meta({
      description: 'USD of volume from which the tier applies that the owner trades by; 0: that of everybody.',
    }),
    volume: nonNegativeDecimal.meta({ description: 'What he traded in the 30 days (UTC) before today, USD.' }),
    feeSchedule: versionedName.meta({ description: 'In force where the owner is.' }),
  }),
);
