import { accountId, asset, identifier, positiveDecimal, versionedName } from '../common/fields.js';
import { accountAfter, booked } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'account-<accountId>';

export const accountOpenedV1 = payload({ accountId }, { stream, description: 'An account exists from now on.' });

export const collateralCreditedV1 = payload(
  { ...accountAfter, ...booked, depositId: identifier, asset, amount: positiveDecimal },
  { stream, description: 'A deposit, or a correction in favour of the client, was booked.' },
);

export const marginModelChosenV1 = payload(
  { accountId, model: versionedName.describe('Margin model, `<name>@<version>`.') },
  {
    stream,
    description: 'The owner chose the margin model of the account; margin acts on it from its next run. No posting.',
  },
);
