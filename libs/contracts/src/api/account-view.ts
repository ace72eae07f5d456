import { z } from 'zod';
import { ACCOUNT_STANDINGS } from '@ballast/facts';
import {
  accountId,
  accountMarginState,
  amountByAsset,
  assessmentDetail,
  decimal,
  identifier,
  marginFigures,
  ordinal,
  partitionNumber,
  positionShape,
  versionedName,
} from '../fields.js';
import { boundedBy } from '../bounds.js';
import { asOf, pageOf } from './page.js';
import { instant } from './times.js';

export const positionView = z
  .strictObject({
    ...positionShape,
    averageEntry: decimal
      .nullable()
      .meta({ description: 'Average price of entry, rounded for display; null against premium, which is paid.' }),
    mark: decimal.nullable().meta({ description: 'As the contract is quoted; null before the first price set.' }),
    unrealisedPnl: decimal.nullable().meta({
      description: 'What the position adds to equity at the mark, in the settlement asset: quantity * value - cost.',
    }),
  })
  .meta({ id: 'Position' });

export const marginCallView = z
  .strictObject({ callId: identifier, issuedAt: instant, dueAt: instant, deficit: decimal, figures: marginFigures })
  .meta({ id: 'MarginCall', description: 'The open margin call of the account.' });

export const accountView = z
  .strictObject({
    accountId,
    owner: z.string(),
    partition: partitionNumber,
    version: ordinal.meta({ description: 'Account version: raised by every event of the account in accounts.' }),
    asOf,
    state: accountMarginState.nullable().meta({ description: 'null before the first assessment.' }),
    standing: z
      .enum(ACCOUNT_STANDINGS)
      .meta({ description: 'What a person lets the account do: everything, deposits and less risk, or nothing.' }),
    marginModel: versionedName
      .nullable()
      .meta({ description: 'Margin model the owner chose; null for the usual one.' }),
    answersForOwner: z.boolean().meta({ description: "Whether it answers for debts of its owner's other accounts." }),
    claim: decimal.meta({
      description:
        'What the waterfall has paid of its deficits and has not got back, USD: money that is to leave the account pays it first.',
    }),
    collateral: amountByAsset.meta({ description: 'All credited collateral, held money included.' }),
    held: amountByAsset.meta({ description: 'Part of it that is held for withdrawals.' }),
    positions: boundedBy('account', positionView),
    margin: assessmentDetail
      .nullable()
      .meta({ description: 'The last assessment with every figure; null before the first.' }),
    call: marginCallView.nullable(),
    liquidationCase: z.string().nullable().meta({ description: 'Id of the open liquidation case.' }),
  })
  .meta({ id: 'Account', description: 'State, collateral, positions and margin of an account.' });

export const accountListPage = pageOf(
  'AccountListPage',
  'Accounts with state and figures, in the order that was asked for.',
  z.strictObject({
    accountId,
    partition: partitionNumber,
    state: accountMarginState.nullable(),
    figures: marginFigures.nullable(),
  }),
);
