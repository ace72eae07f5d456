import { accountId, asset, identifier, positiveDecimal } from '../common/fields.js';
import { accountAfter, booked } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'account-<accountId>';

export const accountOpenedV1 = payload({ accountId }, { stream, description: 'An account exists from now on.' });

export const collateralCreditedV1 = payload(
  { ...accountAfter, ...booked, depositId: identifier, asset, amount: positiveDecimal },
  { stream, description: 'A deposit, or a correction in favour of the client, was booked.' },
);
