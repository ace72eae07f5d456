import { accountId, asset, identifier, positiveDecimal, versionedName } from '../common/fields.js';
import { payload } from '../event-schema.js';

const transfer = { accountId, asset, amount: positiveDecimal };
const stream = 'commands';

export const openAccountV1 = payload({ accountId }, { stream, description: 'Open an account of an owner.' });

export const depositV1 = payload(
  { depositId: identifier, ...transfer },
  { stream, description: 'Credit collateral to an account. A deposit id is booked once, however often it is sent.' },
);

export const requestWithdrawalV1 = payload(
  { withdrawalId: identifier, ...transfer },
  { stream, description: 'Hold collateral of an account and pay it out if margin clears it.' },
);

export const chooseMarginModelV1 = payload(
  { accountId, model: versionedName },
  { stream, description: 'Choose the margin model of an account by its name and version.' },
);
