import { accountId, asset, identifier, positiveDecimal } from '../common/fields.js';
import { payload } from '../event-schema.js';

const transfer = { accountId, asset, amount: positiveDecimal };

export const accountOpeningRequestedV1 = payload(
  { accountId },
  {
    stream: 'transfers-<accountId>',
    description: 'The exchange asks for an account, before the first transfer to it.',
  },
);

export const depositReceivedV1 = payload(
  { depositId: identifier, ...transfer },
  { stream: 'transfers-<accountId>', description: 'Collateral arrived in custody for an account.' },
);

export const withdrawalRequestedV1 = payload(
  { withdrawalId: identifier, ...transfer },
  { stream: 'transfers-<accountId>', description: 'A client asks through the exchange for collateral to be paid out.' },
);

export const fundContributionReceivedV1 = payload(
  { contributionId: identifier, amount: positiveDecimal.describe('USD.') },
  { stream: 'transfers-fund', description: "The operator's money for the insurance fund arrived, in partition 0." },
);
