import { accountId, identifier, instant, positiveDecimal } from '../common/fields.js';
import { marginFigures } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'margin-<accountId>';
const call = { callId: identifier, accountId };

export const marginCallIssuedV1 = payload(
  {
    ...call,
    issuedAt: instant,
    dueAt: instant.describe('After this moment an unmet call restricts the account.'),
    deficit: positiveDecimal.describe('Call requirement minus equity, USD.'),
    figures: marginFigures,
  },
  {
    stream,
    description:
      'Equity fell below the call requirement: the client must add collateral or reduce until `dueAt`. At most one call of an account is open.',
  },
);

export const marginCallMetV1 = payload(
  { ...call, figures: marginFigures },
  { stream, description: 'The account holds enough again; the call is over.' },
);

export const marginCallExpiredV1 = payload(
  { ...call, figures: marginFigures },
  { stream, description: 'The call was not met in time; the account may only reduce from now on.' },
);
