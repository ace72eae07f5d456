import { accountId, asset, code, identifier, ordinal, positiveDecimal } from '../common/fields.js';
import { accountAfter, booked } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'account-<accountId>';
const withdrawalId = identifier;
const money = { asset, amount: positiveDecimal };
const attempt = ordinal.describe('1 for the first question to margin; raised each time it is asked again.');

export const withdrawalHeldV1 = payload(
  { ...accountAfter, ...booked, withdrawalId, attempt, ...money },
  {
    stream,
    description:
      'Money was moved from the client to a hold, and margin is asked: it answers with WithdrawalCleared or WithdrawalRefused.',
  },
);

export const withdrawalResubmittedV1 = payload(
  { accountId, withdrawalId, attempt, ...money },
  {
    stream,
    description:
      'Margin is asked again, because the account changed between its answer and the settlement. No posting.',
  },
);

export const withdrawalSettledV1 = payload(
  { ...accountAfter, ...booked, withdrawalId, ...money },
  { stream, description: 'Cleared by margin and paid out: the money has left custody.' },
);

export const withdrawalReleasedV1 = payload(
  { ...accountAfter, ...booked, withdrawalId, ...money, code: code.describe('Why margin refused it.') },
  { stream, description: 'Refused by margin: the held money was given back to the client.' },
);

export const withdrawalRejectedV1 = payload(
  { accountId, withdrawalId, code: code.describe('Why it was refused.') },
  { stream, description: 'Refused at once by accounts: nothing was held.' },
);
