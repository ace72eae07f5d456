import { place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, caseId, count, nonNegativeDecimal, ordinal, positiveDecimal } from '../schema/forms.js';
import { list, record } from '../schema/schema.js';

export const SET_OFF_EVENTS = {
  SetOffCleared: event({
    description:
      "What each account that answers for its owner's others can spare: equity beyond its own initial requirement, zero while it is liquidated and while prices are halted.",
    stream: 'liquidation-<caseId>',
    payload: {
      caseId: caseId(),
      accountId: accountId('Whose deficit is to be paid.'),
      request: place('The SetOffRequested in liquidation.'),
      requested: positiveDecimal('USD.'),
      schedule: count('Position of the ScheduleInForce in margin global; 0 before the first.'),
      accounts: list(
        record({
          accountId: accountId(),
          accountVersion: ordinal('Version of the account that the amount holds for.'),
          available: nonNegativeDecimal('USD, rounded down to the cent.'),
        }),
        'In the order of the request.',
      ),
    },
  }),
};
