import { marginFigures } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, count, identifier, ordinal } from '../schema/forms.js';
import { oneOf } from '../schema/schema.js';

const stream = 'withdrawal-<withdrawalId>';

const answer = {
  withdrawalId: identifier(),
  attempt: ordinal('The question this answers.'),
  accountId: accountId(),
  accountVersion: ordinal('Version of the account that the answer holds for.'),
  schedule: count('Position of the ScheduleInForce in margin global; 0 before the first.'),
  figures: marginFigures(),
};

export const WITHDRAWAL_ANSWER_EVENTS = {
  WithdrawalCleared: event({
    description: 'The account can spare the money: equity without it covers the initial requirement.',
    stream,
    payload: answer,
  }),
  WithdrawalRefused: event({
    description: 'The account cannot spare the money; accounts gives the hold back.',
    stream,
    payload: { ...answer, code: oneOf(['below-initial-requirement', 'account-liquidating', 'prices-halted']) },
  }),
};
